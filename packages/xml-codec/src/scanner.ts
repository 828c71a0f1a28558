import { DecodeError } from "@cosmoss/errors";
import {
  APOSTROPHE,
  BANG,
  EQUALS,
  GT,
  isNameCharacter,
  isSpace,
  LT,
  QUESTION,
  QUOTE,
  SLASH,
  startsName,
} from "./characters.ts";
import type { Field } from "./field.ts";
import { decodeReferences, lineAndColumn, normalizeLines } from "./text.ts";

/** What {@link readXml} refuses to go beyond, so that no document can exhaust memory or stack. @public */
export interface XmlLimits {
  /** Length of the document in UTF-16 code units (`string.length`). Default 67,108,864 (64 Mi). */
  length?: number;
  /** Depth of nested elements, the root being 1. Default 64, at most 1,000. */
  depth?: number;
  /** Number of elements. Default 5,000,000. */
  elements?: number;
}

const MAX_DEPTH = 1_000;
const MAX_EXCERPT = 60;

/** Reads tags, text and what else there is in a document, from left to right. Knows names but no shapes. */
export class Scanner {
  // Members are not `#private`: the checks for that cost a third of the time whenever V8 does not inline them.

  /** Where the next unread character is. */
  at = 0;
  /** How many elements are open. */
  depth = 0;
  /** Whether the start tag read last closes itself, as `<a/>`. */
  empty = false;
  private readonly xml: string;
  private readonly maxDepth: number;
  private readonly maxElements: number;
  private elements = 0;
  // The next ampersand and carriage return at or after the last text asked for: text before both needs no decoding.
  private nextAmpersand = -1;
  private nextReturn = -1;

  constructor(xml: string, limits: XmlLimits) {
    const length = limits.length ?? 64 * 1024 * 1024;
    this.xml = xml;
    this.maxDepth = Math.min(limits.depth ?? 64, MAX_DEPTH);
    this.maxElements = limits.elements ?? 5_000_000;
    if (xml.length > length) throw new DecodeError(`XML document: ${xml.length} characters, the limit is ${length}`);
  }

  /** Goes past everything before the next start or end tag. Returns the text on the way: of CDATA, and decoded. */
  textUntilTag(field: Field | undefined): string {
    const from = this.at;
    let lt = this.nextMarkup(field);
    let text = this.text(from, lt, field);
    while (this.isOther(lt)) {
      text += this.other(lt, field);
      const end = this.at;
      lt = this.nextMarkup(field);
      text += this.text(end, lt, field);
    }
    return text;
  }

  /** Goes past everything before the next start or end tag. */
  skipUntilTag(field: Field | undefined): void {
    while (this.isOther(this.nextMarkup(field))) this.other(this.at, field);
  }

  /** Goes past everything before the root. */
  prolog(): void {
    if (this.xml.charCodeAt(0) === 0xfeff) this.at = 1;
    if (this.misc()) throw this.error("the document is empty", this.at);
    if (this.xml.charCodeAt(this.at) !== LT || this.atEndTag()) {
      throw this.error("expected the root element but found " + this.excerpt(this.at), this.at);
    }
  }

  /** Makes sure that nothing comes after the root. */
  epilog(): void {
    if (!this.misc()) throw this.error("the document goes on after its root: " + this.excerpt(this.at), this.at);
  }

  /** Whether the tag here is an end tag. */
  atEndTag(): boolean {
    return this.xml.charCodeAt(this.at + 1) === SLASH;
  }

  /** Takes the start tag here if it has this name and nothing else. */
  takeStart(name: string, field: Field): boolean {
    if (!this.isPlainTag(name, this.at + 1)) return false;
    this.count(field);
    this.empty = false;
    this.at += name.length + 2;
    return true;
  }

  /** Takes the start tag here, whatever it is, and returns its name. */
  start(field: Field | undefined): string {
    const from = this.at;
    const name = this.name(from + 1, field);
    this.count(field);
    this.at = from + 1 + name.length;
    this.empty = false;
    if (this.xml.charCodeAt(this.at) === GT) this.at++;
    else this.empty = this.attributes(from, field);
    return name;
  }

  /** Takes the end tag here, which must have this name. */
  end(name: string, field: Field | undefined): void {
    const from = this.at;
    if (this.isPlainTag(name, from + 2)) {
      this.at = from + name.length + 3;
      return;
    }
    if (this.name(from + 2, field) !== name) {
      const expected = name.slice(0, MAX_EXCERPT);
      throw this.error(`expected </${expected}> but found ${this.excerpt(from, field)}`, from, field);
    }
    this.at = this.space(from + 2 + name.length);
    this.mustNotEnd(this.at, field);
    if (this.xml.charCodeAt(this.at++) !== GT) {
      throw this.error(`the end tag is malformed: ${this.excerpt(from, field)}`, from, field);
    }
  }

  /** Takes the text here and the end tag with it. Returns undefined, having taken nothing, if there is more than text. */
  leaf(field: Field): string | undefined {
    const from = this.at;
    const lt = this.nextMarkup(field);
    if (this.atEndTag() && this.isPlainTag(field.name, lt + 2)) {
      this.at = lt + field.name.length + 3;
      return this.text(from, lt, field);
    }
    this.at = from;
    return undefined;
  }

  /** Takes the rest of the element whose start tag was taken last. Needs no stack, whatever the depth. */
  skip(name: string, field: Field | undefined): void {
    if (this.empty) return;
    const open = [name];
    const depth = this.depth;
    while (open.length > 0) {
      this.depth = depth + open.length;
      this.skipUntilTag(field);
      if (this.atEndTag()) {
        this.end(open.pop() as string, field);
      } else {
        const child = this.start(field);
        if (!this.empty) open.push(child);
      }
    }
    this.depth = depth;
  }

  /** An error that tells where in the document and in which element. */
  error(what: string, offset: number, field?: Field): DecodeError {
    const where = lineAndColumn(this.xml, offset) + (field ? ", in " + field.path : "");
    return new DecodeError(`XML document, line:column ${where}: ${what}`);
  }

  /** Whether what begins here is exactly this name and `>`. */
  private isPlainTag(name: string, at: number): boolean {
    const end = at + name.length;
    // Comparing a slice takes half the time of startsWith.
    return this.xml.charCodeAt(end) === GT && this.xml.slice(at, end) === name;
  }

  private count(field: Field | undefined): void {
    if (!(this.depth < this.maxDepth)) {
      throw this.error(`elements are nested too deeply, the limit is ${this.maxDepth}`, this.at, field);
    }
    if (!(++this.elements <= this.maxElements)) {
      throw this.error(`too many elements, the limit is ${this.maxElements}`, this.at, field);
    }
  }

  /** Moves to the next `<` and returns its offset. */
  private nextMarkup(field: Field | undefined): number {
    if (this.xml.charCodeAt(this.at) === LT) return this.at;
    const lt = this.xml.indexOf("<", this.at);
    if (lt < 0) throw this.endsEarly(field);
    return (this.at = lt);
  }

  private text(from: number, to: number, field: Field | undefined): string {
    if (from === to) return "";
    const text = this.xml.slice(from, to);
    if (this.nextAmpersand < from) this.nextAmpersand = this.find("&", from);
    if (this.nextReturn < from) this.nextReturn = this.find("\r", from);
    const lines = this.nextReturn < to ? normalizeLines(text) : text;
    if (this.nextAmpersand >= to) return lines;
    const decoded = decodeReferences(lines);
    if (typeof decoded === "string") return decoded;
    const shown = this.shown(lines.slice(decoded), ";", field);
    throw this.error(`${shown} begins neither an entity of XML nor a character reference`, from, field);
  }

  private find(text: string, from: number): number {
    const found = this.xml.indexOf(text, from);
    return found < 0 ? this.xml.length : found;
  }

  private isOther(lt: number): boolean {
    const code = this.xml.charCodeAt(lt + 1);
    return code === BANG || code === QUESTION;
  }

  /** Takes a comment, a processing instruction or a CDATA section. Returns the text of the last, else "". */
  private other(lt: number, field: Field | undefined): string {
    const xml = this.xml;
    if (xml.startsWith("<!--", lt)) this.at = this.past("-->", lt + 4, field);
    else if (xml.startsWith("<?", lt)) this.at = this.past("?>", lt + 2, field);
    else if (xml.startsWith("<![CDATA[", lt) && this.depth > 0) {
      this.at = this.past("]]>", lt + 9, field);
      return normalizeLines(xml.slice(lt + 9, this.at - 3));
    } else {
      throw this.error(`no such markup is allowed (a DOCTYPE never is): ${this.excerpt(lt, field)}`, lt, field);
    }
    return "";
  }

  private past(end: string, from: number, field: Field | undefined): number {
    const found = this.xml.indexOf(end, from);
    if (found < 0) throw this.endsEarly(field);
    return found + end.length;
  }

  /** Goes past white space, comments and processing instructions outside the root. Returns whether the document ends. */
  private misc(): boolean {
    for (;;) {
      this.at = this.space(this.at);
      if (this.at >= this.xml.length) return true;
      if (this.xml.charCodeAt(this.at) !== LT || !this.isOther(this.at)) return false;
      this.other(this.at, undefined);
    }
  }

  private space(from: number): number {
    let at = from;
    while (isSpace(this.xml.charCodeAt(at))) at++;
    return at;
  }

  /** Reads a name. Refuses what would break the grammar, but does not check every character against XML's tables. */
  private name(from: number, field: Field | undefined): string {
    const end = this.nameEnd(from);
    this.mustNotEnd(end, field);
    if (end === from || !startsName(this.xml.charCodeAt(from))) {
      throw this.error(`expected a name but found ${this.excerpt(from - 1, field)}`, from, field);
    }
    return this.xml.slice(from, end);
  }

  private nameEnd(from: number): number {
    let at = from;
    while (isNameCharacter(this.xml.charCodeAt(at))) at++;
    return at;
  }

  /** Takes the rest of a start tag after its name. Returns whether the tag closes itself. */
  private attributes(from: number, field: Field | undefined): boolean {
    const xml = this.xml;
    for (;;) {
      const next = this.space(this.at);
      this.mustNotEnd(next, field);
      const code = xml.charCodeAt(next);
      if (code === GT || (code === SLASH && xml.charCodeAt(next + 1) === GT)) {
        this.at = next + (code === GT ? 1 : 2);
        return code !== GT;
      }
      const end = this.nameEnd(next);
      const equals = this.space(end);
      const open = this.space(equals + 1);
      this.mustNotEnd(open, field);
      const quote = xml.charCodeAt(open);
      const wellFormed =
        next > this.at && end > next && xml.charCodeAt(equals) === EQUALS && (quote === QUOTE || quote === APOSTROPHE);
      const close = wellFormed ? this.past(xml.charAt(open), open + 1, field) : 0;
      if (!wellFormed || xml.slice(open, close).includes("<")) {
        throw this.error(`the start tag is malformed: ${this.excerpt(from, field)}`, from, field);
      }
      this.at = close;
    }
  }

  private mustNotEnd(at: number, field: Field | undefined): void {
    if (at >= this.xml.length) throw this.endsEarly(field);
  }

  private endsEarly(field: Field | undefined): DecodeError {
    return this.error("the document ends too early", this.xml.length, field);
  }

  private excerpt(at: number, field?: Field): string {
    return this.shown(this.xml.slice(at, at + MAX_EXCERPT), ">", field);
  }

  /** The beginning of what is wrong: never more than one tag or a few words, and nothing of a sensitive member. */
  private shown(text: string, last: string, field: Field | undefined): string {
    if (field?.value.sensitive) return "what stands here";
    return JSON.stringify(text.slice(0, Math.min(text.indexOf(last) + 1 || MAX_EXCERPT, MAX_EXCERPT)));
  }
}
