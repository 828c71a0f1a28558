import type { AnyMember, AnyShape } from "@cosmoss/types";
import { XMLParser, XMLValidator } from "fast-xml-parser";

/** A request document cannot be read; `detail` says why in the services' words. */
export class DocumentError extends Error {
  override readonly name: "DocumentError" = "DocumentError" as const;
}

const MAX_DEPTH = 32;

/** Only in this version are references to control characters read, which keys may hold, and not dropped without a word. */
const VERSION = '<?xml version="1.1"?>';
const DECLARATION = /^\uFEFF?\s*<\?xml\s[^>]*\?>/;

const parser = /* @__PURE__ */ new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true, // So that numeric references are read, which clients use for control characters.
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/**
 * Reads a request document by the shape of the input, with another parser than the clients' own codec, so that the two
 * check each other. Throws a {@link DocumentError}.
 */
export function readDocument(xml: string, root: string, shape: AnyShape): Record<string, unknown> {
  if (/<!DOCTYPE/i.test(xml)) throw new DocumentError("a document type is not allowed.");
  checkDepth(xml);
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new DocumentError(`${valid.err.msg} (line ${valid.err.line}).`);
  let tree: unknown;
  try {
    tree = parser.parse(VERSION + xml.replace(DECLARATION, ""));
  } catch (cause) {
    throw new DocumentError("it cannot be parsed.", { cause });
  }
  const node = own(tree, root);
  if (node === undefined) throw new DocumentError(`the root node is not named ${root}.`);
  return readMembers(node, shape);
}

/** Before the parser gets it: its own recursion would otherwise be the limit. */
function checkDepth(xml: string): void {
  let depth = 0;
  for (const tag of xml.matchAll(/<(\/?)[^!?/<>][^<>]*?(\/?)>/g)) {
    if (tag[1]) depth--;
    else if (!tag[2] && ++depth > MAX_DEPTH)
      throw new DocumentError(`elements are nested more than ${MAX_DEPTH} deep.`);
  }
}

function own(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null && Object.hasOwn(node, name)
    ? (node as Record<string, unknown>)[name]
    : undefined;
}

function readMembers(node: unknown, shape: AnyShape): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape)) {
    if (member.in !== undefined) continue;
    const element = own(node, member.name ?? name);
    if (element !== undefined) values[name] = readMember(element, member, member.name ?? name);
    else if (member.required) throw new DocumentError(`the element ${member.name ?? name} is missing.`);
  }
  return values;
}

function readMember(element: unknown, member: AnyMember, name: string): unknown {
  if (member.list) {
    const item = member.list;
    const repeated = member.item === undefined ? element : own(element, member.item);
    const all = repeated === undefined ? [] : Array.isArray(repeated) ? repeated : [repeated];
    return all.map((one) => readMember(one, item, member.item ?? name));
  }
  const single: unknown = Array.isArray(element) ? element[0] : element;
  if (member.struct) return readMembers(single, member.struct());
  if (typeof single === "object" && single !== null) throw new DocumentError(`the element ${name} has elements in it.`);
  const text = typeof single === "string" ? single : "";
  switch (member.type) {
    case "int":
      if (!/^\s*\d+\s*$/.test(text)) throw new DocumentError(`the element ${name} is not a number.`);
      return Number(text);
    case "bool":
      return text.trim().toLowerCase() === "true";
    case "iso-date":
    case "http-date":
      return new Date(text);
    default:
      return text;
  }
}
