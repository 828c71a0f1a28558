import { ConfigError } from "@cosmoss/errors";
import type { AnyMember, AnyOperation, CopySource, HttpRequest } from "@cosmoss/types";
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

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Writes an input as a request, payload aside. Throws a `ConfigError` for input that cannot work. */
export function encodeRequest(operation: AnyOperation, input: object, config: SigningConfig): EncodedRequest {
  const [method, target, constantQuery] = operation.http;
  const members = operation.input;
  const values = input as Record<string, unknown>;
  for (const name in values) {
    if (values[name] !== undefined && !Object.hasOwn(members, name)) {
      throw new ConfigError(`${operation.name}: unknown input ${name}; it has ${Object.keys(members).join(", ")}`);
    }
  }

  const query: Record<string, string | null> = {};
  const headers: Record<string, string> = {};
  let bucket: string | undefined;
  let key: string | undefined;
  let payload: unknown;
  let hasDocument = false;
  if (constantQuery) {
    for (const pair of constantQuery.split("&")) {
      const at = pair.indexOf("=");
      query[at < 0 ? pair : pair.slice(0, at)] = at < 0 ? null : pair.slice(at + 1);
    }
  }
  for (const name in members) {
    const member = members[name] as AnyMember;
    const value = values[name];
    if (value === undefined || value === null) {
      if (member.required) throw new ConfigError(`${operation.name}: ${name} is missing; it is required`);
      continue;
    }
    const where = operation.name + ": " + name;
    switch (member.in) {
      case "bucket":
        bucket = text(value, where);
        break;
      case "key":
        key = text(value, where);
        break;
      case "query":
        query[member.name ?? name] = scalar(value, member, where, config);
        break;
      case "header":
        headers[member.name ?? name] = toByteString(scalar(value, member, where, config), where);
        break;
      case "headers":
        writePrefixed(headers, member.name as string, value as object, where);
        break;
      case "payload":
        payload = value;
        break;
      case "client":
        break;
      default:
        hasDocument = true;
    }
  }
  if (target !== "service") need(bucket, "Bucket", operation);
  if (target === "object") need(key, "Key", operation);

  const request = config.endpoint(bucket, key) as HttpRequest;
  request.method = method;
  request.query = query;
  request.headers = headers;
  if (hasDocument && operation.xml && operation.requestRoot) {
    request.body = operation.xml.write(operation.requestRoot, members, input);
    headers["content-type"] = "application/xml";
    if (operation.md5) headers["content-md5"] = operation.md5(request.body);
  }
  return { request, bucket, key, payload };
}

function need(value: string | undefined, name: string, operation: AnyOperation): void {
  if (!value) throw new ConfigError(`${operation.name}: ${name} is empty; give the name of one`);
}

function writePrefixed(headers: Record<string, string>, prefix: string, value: object, where: string): void {
  for (const [name, one] of Object.entries(value)) {
    const header = prefix + name.toLowerCase();
    if (!HEADER_NAME.test(name)) {
      throw new ConfigError(
        `${where}: ${JSON.stringify(name)} cannot be part of a header name; use letters, digits and "-"`,
      );
    }
    if (Object.hasOwn(headers, header)) {
      throw new ConfigError(`${where}: ${JSON.stringify(name)} is there twice; header names do not tell case apart`);
    }
    headers[header] = toByteString(text(one, where + "." + name), where + "." + name);
  }
}

function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new ConfigError(`${where}: expected a string, got ${describe(value)}`);
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value === "object" ? (value.constructor?.name ?? "object") : typeof value;
}

function scalar(value: unknown, member: AnyMember, where: string, config: SigningConfig): string {
  switch (member.type) {
    case "int":
      if (
        !Number.isSafeInteger(value) ||
        (value as number) < (member.min ?? 0) ||
        (value as number) > (member.max ?? Infinity)
      ) {
        throw new ConfigError(
          `${where}: expected a whole number ${member.max === undefined ? `>= ${member.min ?? 0}` : `from ${member.min ?? 0} to ${member.max}`}, got ${String(value)}`,
        );
      }
      return String(value);
    case "bool":
      if (typeof value !== "boolean") throw new ConfigError(`${where}: expected true or false, got ${describe(value)}`);
      return String(value);
    case "iso-date":
    case "http-date":
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
        throw new ConfigError(`${where}: expected a valid Date, got ${describe(value)}`);
      }
      return member.type === "iso-date" ? value.toISOString() : value.toUTCString();
    case "form":
      return Object.entries(value as object)
        .map(([name, one]) => escapeUri(name) + "=" + escapeUri(text(one, where + "." + name)))
        .join("&");
    case "copy-source":
      return config.copySource(value as CopySource);
    default:
      return text(value, where);
  }
}
