import { ConfigError } from "@cosmoss/errors";
import { escapePath } from "@cosmoss/uri";

/** Scheme and authority of an endpoint. @public */
export interface BaseUrl {
  /** `"http:"` or `"https:"`. */
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
  /** An IP address or `localhost`: no bucket can be put before it. */
  readonly isLocal: boolean;
}

const AUTHORITY = /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?\/?$/i;
const LOCAL = /^(?:localhost|[\d.]+|\[.*\])$/i;

/** Reads an `endpoint` option: `https://host[:port]`, or without a scheme. Throws a `ConfigError` for anything else. @public */
export function parseEndpoint(endpoint: string, defaultProtocol: "http:" | "https:"): BaseUrl {
  const match = AUTHORITY.exec(endpoint);
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (!match || (port !== undefined && (port === 0 || port > 65535))) {
    throw new ConfigError(
      `endpoint ${JSON.stringify(endpoint)} is not a host: write https://host or http://host:port, without a path or a query`,
    );
  }
  const hostname = (match[2] as string).toLowerCase();
  return {
    protocol: match[1] === undefined ? defaultProtocol : match[1].toLowerCase() + ":",
    hostname,
    port,
    isLocal: LOCAL.test(hostname),
  };
}

/** The percent-encoded path of a key. Throws a `ConfigError` for one that is longer than `maxBytes` or not Unicode. @public */
export function encodeKey(key: string, maxBytes: number): string {
  let path: string;
  try {
    path = escapePath(key);
  } catch (cause) {
    throw new ConfigError("Key holds half of a surrogate pair, which UTF-8 cannot write; give well-formed text", {
      cause,
    });
  }
  if (key.length * 3 > maxBytes && new TextEncoder().encode(key).length > maxBytes) {
    throw new ConfigError(`Key is longer than ${maxBytes} bytes of UTF-8, the service's limit; give a shorter one`);
  }
  return path;
}
