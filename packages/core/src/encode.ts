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

const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Writes an input as a request, payload aside. Throws a `ConfigError` for input that cannot work. */
export function encodeRequest(operation: AnyOperation, input: object, config: SigningConfig): EncodedRequest {
  const { name: operationName, input: members, xml, requestRoot } = operation;
  const [method, , constantQuery] = operation.http;
  const values = input as Record<string, unknown>;
  const query: Record<string, string | null> = {};
  const headers: Record<string, string> = {};
  let bucket: string | undefined;
  let key: string | undefined;
  let payload: unknown;
  let hasDocument = false;

  for (const name in values) {
    if (values[name] !== undefined && !Object.hasOwn(members, name)) {
      throw new ConfigError(`${operationName}: there is no input ${name}`);
    }
  }
  for (const pair of constantQuery?.split("&") ?? []) {
    const [name, value = null] = pair.split("=");
    query[name!] = value;
  }
  for (const name in members) {
    const member = members[name]!;
    const value = values[name] ?? undefined;
    const where = operationName + ": " + name;
    // An empty bucket or key would address something else.
    if (value === undefined || (value === "" && /^(bucket|key)$/.test(member.in!))) {
      if (!member.required && value === undefined) continue;
      throw new ConfigError(`${where} is ${value === "" ? "empty" : "missing"}; it is required`);
    }
    const wire = member.name ?? name;
    switch (member.in) {
      case "bucket":
        bucket = text(value, where);
        break;
      case "key":
        key = text(value, where);
        break;
      case "query":
        query[wire] = scalar(value, member, where, config);
        break;
      case "header":
        headers[wire] = toByteString(scalar(value, member, where, config), where);
        break;
      case "headers":
        for (const [one, content] of Object.entries(value)) {
          const header = wire + one.toLowerCase();
          if (!HEADER_NAME.test(one) || headers[header] !== undefined) {
            throw new ConfigError(`${where}: ${JSON.stringify(one)} is no header name, or there twice in another case`);
          }
          headers[header] = toByteString(text(content, where), where);
        }
        break;
      case "payload":
        payload = value;
        break;
      case undefined:
        hasDocument = true;
    }
  }

  const request = config.endpoint(bucket, key) as HttpRequest;
  request.method = method;
  request.query = query;
  request.headers = headers;
  if (hasDocument && xml && requestRoot) {
    request.body = xml.write(requestRoot, members, input);
    headers["content-type"] = "application/xml";
    if (operation.md5) headers["content-md5"] = operation.md5(request.body);
  }
  return { request, bucket, key, payload };
}

function expected(what: string, value: unknown, where: string): ConfigError {
  return new ConfigError(`${where}: expected ${what}, got ${typeof value === "number" ? value : typeof value}`);
}

function text(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw expected("a string", value, where);
}

function scalar(value: unknown, { type, min = 0, max }: AnyMember, where: string, config: SigningConfig): string {
  switch (type) {
    case "int":
      if (Number.isSafeInteger(value) && (value as number) >= min && !((value as number) > max!)) return String(value);
      throw expected(`a whole number from ${min} to ${max ?? "any"}`, value, where);
    case "bool":
      if (typeof value === "boolean") return String(value);
      throw expected("true or false", value, where);
    case "iso-date":
    case "http-date":
      if (value instanceof Date && !Number.isNaN(value.getTime()))
        return type[0] === "i" ? value.toISOString() : value.toUTCString();
      throw expected("a valid Date", value, where);
    case "form":
      return Object.entries(value as object)
        .map(([name, one]) => escapeUri(name) + "=" + escapeUri(text(one, where)))
        .join("&");
    case "copy-source":
      return config.copySource(value as CopySource);
  }
  return text(value, where);
}
