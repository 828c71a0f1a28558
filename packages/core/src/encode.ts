import { ConfigError } from "@cosmoss/errors";
import type { AnyMember, AnyOperation, HttpRequest } from "@cosmoss/types";
import { escapeUri } from "@cosmoss/uri";
import { toByteString } from "./byte-string.ts";
import type { SigningConfig } from "./config.ts";

/** A request with what it addresses. */
export interface EncodedRequest {
  request: HttpRequest;
  bucket: string | undefined;
  key: string | undefined;
  /** The input's payload, not yet on the request. */
  payload: unknown;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Writes an input as a request, payload aside. Throws a `ConfigError` for input that cannot work. */
export function encodeRequest(operation: AnyOperation, input: object, config: SigningConfig): EncodedRequest {
  const { input: members, xml, requestRoot } = operation;
  const values = input as Record<string, unknown>;
  const query: Record<string, string | null> = {};
  const headers: Record<string, string> = {};
  let bucket: string | undefined;
  let key: string | undefined;
  let payload: unknown;
  let hasDocument = false;

  for (const name in values) {
    if (values[name] !== undefined && !Object.hasOwn(members, name)) {
      throw new ConfigError(`${operation.name}: there is no input ${name}`);
    }
  }
  for (const pair of operation.http[2]?.split("&") ?? []) {
    const [name, value = null] = pair.split("=");
    query[name!] = value;
  }
  for (const name in members) {
    const member = members[name]!;
    const { in: place, name: wire = name } = member;
    const value = values[name];
    const where = operation.name + ": " + name;
    // An empty bucket or key would address something else.
    if (value == null || (value === "" && (place === "bucket" || place === "key"))) {
      if (!member.required && value !== "") continue;
      throw new ConfigError(`${where} is ${value === "" ? "empty" : "missing"}`);
    }
    if (place === undefined) hasDocument = true;
    else if (place === "payload") payload = value;
    else if (place === "headers") {
      for (const [one, content] of Object.entries(value)) {
        const header = wire + one.toLowerCase();
        if (!HEADER_NAME.test(one) || headers[header] !== undefined) {
          throw new ConfigError(`${where}: ${JSON.stringify(one)} is no header name, or there twice`);
        }
        headers[header] = toByteString(scalar(content, {}, where, config), where);
      }
    } else if (place !== "client") {
      const text = scalar(value, member, where, config);
      if (place === "header") headers[wire] = toByteString(text, where);
      else if (place === "query") query[wire] = text;
      else if (place === "bucket") bucket = text;
      else key = text;
    }
  }

  const request = config.endpoint(bucket, key) as HttpRequest;
  request.method = operation.http[0];
  request.query = query;
  request.headers = headers;
  if (hasDocument && xml && requestRoot) {
    request.body = xml.write(requestRoot, members, input);
    headers["content-type"] = "application/xml";
    if (operation.md5) headers["content-md5"] = operation.md5(request.body);
  }
  return { request, bucket, key, payload };
}

/** The text of a value on the wire. Throws a `ConfigError` for a value of another type. */
function scalar(value: any, { type, min = 0, max }: AnyMember, where: string, config: SigningConfig): string {
  let expected = "a string";
  switch (type) {
    case "int":
      if (Number.isSafeInteger(value) && value >= min && !(value > max!)) return String(value);
      expected = `a whole number from ${min} to ${max ?? "any"}`;
      break;
    case "bool":
      if (typeof value === "boolean") return String(value);
      expected = "true or false";
      break;
    case "iso-date":
    case "http-date":
      if (value instanceof Date && +value === +value)
        return type[0] === "i" ? value.toISOString() : value.toUTCString();
      expected = "a valid Date";
      break;
    case "form":
      return Object.entries(value)
        .map(([name, one]) => escapeUri(name) + "=" + escapeUri(scalar(one, {}, where, config)))
        .join("&");
    case "copy-source":
      if (typeof value === "object") return config.copySource(value);
      expected = "{ Bucket, Key }";
      break;
    default:
      if (typeof value === "string") return value;
  }
  throw new ConfigError(`${where}: expected ${expected}, got ${typeof value === "number" ? value : typeof value}`);
}
