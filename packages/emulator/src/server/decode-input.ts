import type { AnyMember, AnyOperation, CopySource } from "@cosmoss/types";
import type { QueryParameter } from "../http/target.ts";

/** What an input is read from. */
export interface InputSource {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly query: readonly QueryParameter[];
  /** Names in lower case, values as bytes. */
  readonly headers: { readonly [name: string]: string };
  readonly readCopySource: (value: string) => CopySource;
}

/** A parameter is not what its description allows. */
export class ArgumentError extends Error {
  override readonly name: "ArgumentError" = "ArgumentError" as const;
  readonly argument: string;
  readonly value: string;

  constructor(argument: string, value: string) {
    super(`${argument} cannot be ${JSON.stringify(value)}`);
    this.argument = argument;
    this.value = value;
  }
}

/**
 * Reads an input from a request by its description, the document and the payload aside: what the client's encoder wrote,
 * and what other clients write for it. Throws an {@link ArgumentError}.
 */
export function decodeInput(operation: AnyOperation, source: InputSource): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const query = new Map(source.query.toReversed().map(({ name, value }) => [name, value])); // The first of a name counts.
  for (const [name, member] of Object.entries(operation.input)) {
    const wire = member.name ?? name;
    switch (member.in) {
      case "bucket":
        if (source.bucket !== undefined) input[name] = source.bucket;
        break;
      case "key":
        if (source.key !== undefined) input[name] = source.key;
        break;
      case "query": {
        const value = query.get(wire);
        if (value !== undefined) input[name] = scalar(value, member, wire, source);
        break;
      }
      case "header": {
        const value = source.headers[wire];
        if (value) input[name] = scalar(toText(value), member, wire, source); // Clients send empty ones for "not given".
        break;
      }
      case "headers":
        input[name] = prefixed(source.headers, wire);
        break;
      default: // The payload, and the elements of the document.
    }
  }
  return input;
}

/** The UTF-8 text of header bytes; bytes that are not UTF-8 stay what they are. */
export function toText(bytes: string): string {
  if (/^[\x20-\x7e]*$/.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, "latin1");
  const text = buffer.toString("utf8");
  return Buffer.from(text, "utf8").equals(buffer) ? text : bytes;
}

function prefixed(headers: { readonly [name: string]: string }, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), toText(value)]),
  );
}

function scalar(value: string, member: AnyMember, name: string, source: InputSource): unknown {
  switch (member.type) {
    case "int": {
      const number = Number(value);
      const { min = 0, max = Number.MAX_SAFE_INTEGER } = member;
      if (!/^\d+$/.test(value) || number < min || number > max) throw new ArgumentError(name, value);
      return number;
    }
    case "bool":
      if (!/^(?:true|false)$/i.test(value)) throw new ArgumentError(name, value);
      return value.toLowerCase() === "true";
    case "iso-date":
    case "http-date":
      return new Date(value);
    case "form":
      return Object.fromEntries(new URLSearchParams(value));
    case "copy-source":
      return source.readCopySource(value);
    default:
      return value;
  }
}
