import type { AnyShape } from "@cosmoss/types";
import { type Children, Field } from "./field.ts";
import { parseBoolean, parseHttpDate, parseInteger, parseIsoDate } from "./scalar.ts";
import { Scanner, type XmlLimits } from "./scanner.ts";

/**
 * Reads a document whose root is `root` into the members of `shape` that have no `in`. Other elements, and attributes, are
 * passed over. A list is always an array; any other member that does not occur is absent from the result. Text is kept as
 * it is, white space included. The member named `#text` takes the text of its element.
 *
 * Members with `urlEncoded` are decoded if, and only if, the document says `<EncodingType>url</EncodingType>`.
 *
 * Throws a `DecodeError`, which tells the place, for a document that is not well-formed, has a DOCTYPE or another root,
 * lacks a required member, repeats one that is no list, holds a value that its type does not allow, or goes beyond the limits.
 * @public
 */
export function readXml(xml: string, root: string, shape: AnyShape, limits: XmlLimits = {}): Record<string, unknown> {
  return new Reader(new Scanner(xml, limits)).document(new Field(undefined, undefined, root, { struct: () => shape }));
}

const ESCAPED = /[%+]/;

type Target = Record<string, unknown>;

/** Text that has to be percent-decoded if the document says so, perhaps further down. */
interface Encoded {
  /** The result, or the list in it. */
  holder: Target;
  key: string;
  field: Field;
  offset: number;
}

class Reader {
  private readonly scanner: Scanner;
  private readonly encoded: Encoded[] = [];
  private isEncoded = false;
  private structs = 0;

  constructor(scanner: Scanner) {
    this.scanner = scanner;
  }

  document(root: Field): Target {
    const scanner = this.scanner;
    scanner.prolog();
    const from = scanner.at;
    const name = scanner.start(undefined);
    if (name !== root.name) {
      throw scanner.error(`expected the root <${root.name}> but found <${name.slice(0, 60)}>`, from);
    }
    const result = this.struct(root) as Target;
    scanner.epilog();
    if (this.isEncoded) for (const one of this.encoded) this.decode(one);
    return result;
  }

  /** Reads the members of a struct, its start tag being taken. Undefined if it is empty and must not be. */
  private struct(owner: Field): Target | undefined {
    const scanner = this.scanner;
    const { children } = owner;
    const serial = ++this.structs;
    const target: Target = {};
    const from = scanner.at;
    let text = "";
    let isEmpty = true;
    let previous: Field | undefined;
    if (!scanner.empty) {
      scanner.depth++;
      for (;;) {
        if (children.text) text += scanner.textUntilTag(children.text);
        else scanner.skipUntilTag(owner);
        if (scanner.atEndTag()) break;
        isEmpty = false;
        const start = scanner.at;
        const field = this.member(owner, previous);
        if (!field) continue;
        previous = field;
        this.store(target, field, this.value(field, start), serial, start);
      }
      scanner.depth--;
      scanner.end(owner.name, owner);
    }
    if (isEmpty && text === "" && children.hasRequired && owner.parent) return undefined;
    if (children.text) this.store(target, children.text, this.scalar(text, children.text, from), serial, from);
    this.settle(target, children, serial, from);
    return target;
  }

  /** Makes an empty list of each that did not occur, and an error of any other member that had to. */
  private settle(target: Target, children: Children, serial: number, offset: number): void {
    for (const field of children.settled) {
      if (field.seenIn === serial) continue;
      if (field.required) throw this.scanner.error(`the element <${field.name}> is missing or empty`, offset, field);
      assign(target, field.key as string, []);
    }
  }

  /** Takes the start tag of the next member. An element that the shape does not know is passed over. */
  private member(owner: Field, previous: Field | undefined): Field | undefined {
    const scanner = this.scanner;
    const { children } = owner;
    // Siblings come in the same order nearly always, so the name need not be cut out and looked up.
    const guess = previous ? previous.next : children.first;
    if (guess && scanner.takeStart(guess.name, owner)) return guess;
    const name = scanner.start(owner);
    const field = children.byName.get(name);
    if (!field) scanner.skip(name, owner);
    else if (previous) previous.next = field;
    else children.first = field;
    return field;
  }

  /** Reads the element whose start tag was taken last. Undefined if it counts as absent. */
  private value(field: Field, start: number): unknown {
    if (field.shape) {
      const struct = this.struct(field);
      return field.wraps ? struct?.["items"] : struct;
    }
    const { empty } = this.scanner;
    return this.scalar(empty ? "" : (this.scanner.leaf(field) ?? this.mixed(field)), field, start);
  }

  /** The text of an element that holds comments, CDATA sections or elements too. */
  private mixed(field: Field): string {
    const scanner = this.scanner;
    let text = "";
    scanner.depth++;
    for (;;) {
      text += scanner.textUntilTag(field);
      if (scanner.atEndTag()) break;
      scanner.skip(scanner.start(field), field);
    }
    scanner.depth--;
    scanner.end(field.name, field);
    return text;
  }

  private scalar(text: string, field: Field, offset: number): unknown {
    switch (field.value.type) {
      case "int":
        return this.parse(text, parseInteger, "an integer within the safe range", field, offset);
      case "bool":
        return this.parse(text, parseBoolean, "true or false", field, offset);
      case "iso-date":
        return this.parse(text, parseIsoDate, "an ISO 8601 date and time", field, offset);
      case "http-date":
        return this.parse(text, parseHttpDate, "an HTTP date", field, offset);
      default:
        return text;
    }
  }

  private parse<T>(
    text: string,
    parse: (text: string) => T | undefined,
    what: string,
    field: Field,
    offset: number,
  ): T | undefined {
    const value = parse(text);
    if (value !== undefined) return value;
    const trimmed = text.trim();
    if (trimmed === "") return undefined;
    // A document written for human readers may have the value on a line of its own.
    if (trimmed !== text) return this.parse(trimmed, parse, what, field, offset);
    throw this.scanner.error(`${quote(text, field)} is not ${what}`, offset, field);
  }

  private store(target: Target, field: Field, value: unknown, serial: number, offset: number): void {
    if (value === undefined) return;
    if (field.announcesEncoding) this.noteEncoding(value);
    if (field.key === undefined) return;
    const isFirst = field.seenIn !== serial;
    field.seenIn = serial;
    if (!field.repeats) {
      if (!isFirst) throw this.scanner.error(`the element <${field.name}> occurs more than once`, offset, field);
      assign(target, field.key, value);
      if (field.value.urlEncoded) this.noteEncoded(target, field.key, field, offset);
      return;
    }
    if (isFirst) assign(target, field.key, (field.items = []));
    const length = field.items.push(value);
    if (field.value.urlEncoded) this.noteEncoded(field.items as unknown as Target, String(length - 1), field, offset);
  }

  private noteEncoding(value: unknown): void {
    if (typeof value === "string" && value.toLowerCase() === "url") this.isEncoded = true;
  }

  private noteEncoded(holder: Target, key: string, field: Field, offset: number): void {
    if (ESCAPED.test(holder[key] as string)) this.encoded.push({ holder, key, field, offset });
  }

  private decode({ holder, key, field, offset }: Encoded): void {
    const text = holder[key] as string;
    try {
      assign(holder, key, decodeURIComponent(field.value.urlEncoded === "form" ? text.replaceAll("+", " ") : text));
    } catch {
      throw this.scanner.error(`${quote(text, field)} is not well percent-encoded`, offset, field);
    }
  }
}

/** Sets a member of the result as its own, whatever its name. */
function assign(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

function quote(text: string, field: Field): string {
  return field.value.sensitive ? "the value" : JSON.stringify(text.slice(0, 60));
}
