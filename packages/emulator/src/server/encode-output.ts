import type { AnyMember, AnyOperation, AnyShape } from "@cosmoss/types";
import { writeXml } from "@cosmoss/xml-codec";

/** The header members of an output as the service writes them. */
export function encodeHeaders(operation: AnyOperation, output: object): Record<string, string> {
  const headers: Record<string, string> = {};
  const values = output as Record<string, unknown>;
  for (const [name, member] of Object.entries(operation.output)) {
    const value = values[name];
    if (value === undefined) continue;
    if (member.in === "header") headers[member.name ?? name] = toBytes(scalar(value, member));
    else if (member.in === "headers") {
      for (const [one, text] of Object.entries(value as Record<string, string>)) {
        headers[(member.name as string) + one] = toBytes(text);
      }
    }
  }
  return headers;
}

/** How a service writes `encoding-type=url`. */
export interface UrlEncoding {
  /** The element that says so. */
  readonly element: string;
  readonly escape: (text: string) => string;
}

/** The document of an output; `encoding` when the request asked for it. */
export function encodeDocument(
  operation: AnyOperation,
  root: string,
  output: object,
  encoding: UrlEncoding | undefined,
): string {
  if (!encoding) return writeXml(root, operation.output, output);
  const shape: AnyShape = { ...operation.output, [encoding.element]: {} };
  return writeXml(root, shape, {
    ...escapeMembers(output as Record<string, unknown>, operation.output, encoding.escape),
    [encoding.element]: "url",
  });
}

/** Writes characters as themselves that a document has as numeric references. Not all XML readers take the result. */
export function unescapeNumeric(document: string): string {
  return document.replace(/&#x([0-9A-F]+);/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

function escapeMembers(
  value: Record<string, unknown>,
  shape: AnyShape,
  escape: (text: string) => string,
): Record<string, unknown> {
  const escaped: Record<string, unknown> = { ...value };
  for (const [name, member] of Object.entries(shape)) {
    if (escaped[name] !== undefined) escaped[name] = escapeMember(escaped[name], member, escape);
  }
  return escaped;
}

function escapeMember(value: unknown, member: AnyMember, escape: (text: string) => string): unknown {
  const { list, struct } = member;
  if (list) return (value as unknown[]).map((one) => escapeMember(one, list, escape));
  if (struct) return escapeMembers(value as Record<string, unknown>, struct(), escape);
  return member.urlEncoded ? escape(value as string) : value;
}

function scalar(value: unknown, member: AnyMember): string {
  if (value instanceof Date) return member.type === "iso-date" ? value.toISOString() : value.toUTCString();
  return String(value);
}

/** UTF-8 as one character per byte, which is how Node writes headers. */
function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
