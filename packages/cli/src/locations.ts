import { UsageError } from "./problems.ts";

/** The services. */
export type ProviderName = "oss" | "cos";

/** A bucket, an object in it, or what begins with a prefix. */
export interface RemoteLocation {
  readonly kind: "remote";
  readonly provider: ProviderName;
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
}

/** A file or directory. */
export interface LocalLocation {
  readonly kind: "local";
  /** As it was written. */
  readonly path: string;
}

/** Standard input or output. */
interface StreamLocation {
  readonly kind: "stream";
}

/** What an argument of the program names. */
export type Location = RemoteLocation | LocalLocation | StreamLocation;

/** Reads an argument. Everything after `oss://bucket/` is the key, as it stands: nothing in it is decoded. */
export function parseLocation(text: string): Location {
  if (text === "-") return { kind: "stream" };
  if (text === "")
    throw new UsageError("an argument is empty", "give a path, oss://bucket/key or cos://bucket-appid/key");
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]+):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return { kind: "local", path: text };
  const provider = scheme.toLowerCase();
  if (provider !== "oss" && provider !== "cos") {
    throw new UsageError(
      `${JSON.stringify(text)}: there is no ${scheme}://`,
      "use oss://bucket/key, cos://bucket-appid/key, or ./ before a path that looks like this",
    );
  }
  const slash = rest.indexOf("/");
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  const key = slash < 0 ? "" : rest.slice(slash + 1);
  if (bucket === "" && slash >= 0) {
    throw new UsageError(`${JSON.stringify(text)} names no bucket`, `write ${provider}://bucket/key`);
  }
  return { kind: "remote", provider, bucket, key };
}

/** Reads an argument that must name a service, a bucket or an object. */
export function parseRemote(text: string): RemoteLocation {
  const location = parseLocation(text);
  if (location.kind === "remote") return location;
  throw new UsageError(
    `${JSON.stringify(text)} is not in a cloud`,
    "write oss://bucket/key or cos://bucket-appid/key; for local files use the commands of your shell",
  );
}

/** Reads an argument that must name a bucket and nothing in it. */
export function parseBucket(text: string): RemoteLocation {
  const location = parseRemote(text);
  if (location.bucket !== "" && location.key === "") return location;
  throw new UsageError(
    `${JSON.stringify(text)} is no bucket`,
    `write ${urlOf({ ...location, bucket: location.bucket || "bucket", key: "" })}`,
  );
}

/** Reads an argument that must name a bucket, and perhaps a key or prefix in it. */
export function parseInBucket(text: string): RemoteLocation {
  const location = parseRemote(text);
  if (location.bucket !== "") return location;
  throw new UsageError(`${JSON.stringify(text)} names no bucket`, `write ${location.provider}://bucket/key`);
}

/** Reads an argument that must name an object. */
export function parseObject(text: string): RemoteLocation {
  const location = parseRemote(text);
  if (location.key !== "") return location;
  throw new UsageError(`${JSON.stringify(text)} names no object`, `write ${location.provider}://bucket/key`);
}

/** As it is written on the command line. */
export function urlOf({ provider, bucket, key }: Omit<RemoteLocation, "kind">): string {
  return `${provider}://${bucket}${key === "" ? "" : `/${key}`}`;
}

/** As it is written on the command line. */
export function textOf(location: Location): string {
  if (location.kind === "stream") return "-";
  return location.kind === "local" ? location.path : urlOf(location);
}

/** What begins with a directory: `photos` and `photos/` both mean the keys under `photos/`. */
export function directoryPrefix(key: string): string {
  return key === "" || key.endsWith("/") ? key : `${key}/`;
}
