import { ConfigError } from "@cosmoss/errors";
import type { AnyMember, AnyShape } from "@cosmoss/types";
import { TEXT } from "./field.ts";

/**
 * Writes the members of `shape` that have no `in` as a document with the root `root`, in the order of the shape, without
 * declaration or white space. Members that are undefined or null are left out; an empty list leaves its wrapper, if it has one.
 *
 * Throws a `ConfigError`, which names the member, for a missing required member, a value of another type than the shape
 * says or outside its range, and text that XML cannot carry (a lone surrogate, U+FFFE, U+FFFF).
 * @public
 */
export function writeXml(root: string, shape: AnyShape, value: object): string {
  return element(root, struct(shape, value, ""));
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function struct(shape: AnyShape, value: unknown, path: string): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType(path, "an object", value);
  let xml = "";
  for (const key of Object.keys(shape)) {
    const member = shape[key] as AnyMember;
    if (member.in !== undefined) continue;
    const memberPath = path ? path + "." + key : key;
    const content: unknown = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    if (content !== undefined && content !== null) xml += named(member.name ?? key, member, content, memberPath);
    else if (member.required) throw new ConfigError(`${memberPath} is missing: it is required`);
  }
  return xml;
}

/** One element, or as many as a list without wrapper has items. */
function named(name: string, member: AnyMember, value: unknown, path: string): string {
  if (name === TEXT) return scalar(member, value, path);
  if (member.struct) return element(name, struct(member.struct(), value, path));
  if (!member.list) return element(name, scalar(member, value, path));
  if (!Array.isArray(value)) throw wrongType(path, "an array", value);
  let items = "";
  for (let index = 0; index < value.length; index++) {
    items += named(member.item ?? name, member.list, value[index], `${path}[${index}]`);
  }
  return member.item === undefined ? items : element(name, items);
}

function scalar(member: AnyMember, value: unknown, path: string): string {
  switch (member.type) {
    case "int":
      if (!Number.isSafeInteger(value)) throw wrongType(path, "an integer within the safe range", value);
      return integer(member, value as number, path);
    case "bool":
      if (typeof value !== "boolean") throw wrongType(path, "a boolean", value);
      return String(value);
    case "iso-date":
      return date(value, path).toISOString();
    case "http-date":
      return date(value, path).toUTCString();
    default:
      if (typeof value !== "string") throw wrongType(path, "a string", value);
      return escapeText(value, path);
  }
}

function integer(member: AnyMember, value: number, path: string): string {
  const { min = -Infinity, max = Infinity } = member;
  if (value < min || value > max) {
    throw new ConfigError(`${path} must be ${min} to ${max}, but is ${member.sensitive ? "outside" : value}`);
  }
  return String(value);
}

function date(value: unknown, path: string): Date {
  const year = value instanceof Date ? value.getUTCFullYear() : NaN;
  if (!(year >= 100 && year <= 9999)) throw wrongType(path, "a valid Date of the years 100 to 9999", value);
  return value as Date;
}

/** Line ends and other control characters as well: as themselves, a parser would change or refuse them. */
const SPECIAL = /[&<>"'\p{Cc}\u2028\ufffe\uffff\p{Cs}]/gu;

function escapeText(text: string, path: string): string {
  return text.replace(SPECIAL, (char) => {
    switch (char) {
      case "&":
        return "&amp;";
      case "<":
        return "&lt;";
      case ">":
        return "&gt;";
      case '"':
        return "&quot;";
      case "'":
        return "&apos;";
      default:
        return reference(char.charCodeAt(0), path);
    }
  });
}

function reference(code: number, path: string): string {
  const hex = code.toString(16).toUpperCase();
  if (code <= 0x2028) return `&#x${hex};`;
  const what = code < 0xfffe ? `a lone surrogate (U+${hex})` : `U+${hex}`;
  throw new ConfigError(`${path} cannot be written as XML: it contains ${what}`);
}

function wrongType(path: string, expected: string, value: unknown): ConfigError {
  return new ConfigError(`${path || "The value"} must be ${expected}, but is ${kindOf(value)}`);
}

/** Never the value itself, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return value instanceof Date ? "another Date" : "of type " + typeof value;
}
