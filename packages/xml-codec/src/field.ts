import type { AnyMember, AnyShape } from "@cosmoss/types";

/** Wire name of the member that takes the text of its own element. */
export const TEXT = "#text";

/** Names under which the services say that they percent-encoded keys and prefixes. */
const ENCODING_NAMES = ["EncodingType", "Encoding-Type", "Encoding-type"];

/**
 * One place in the document where the shape expects an element. Fields are made afresh for each document and refer to the
 * children of this place only, so what they remember while reading cannot mix between levels or documents.
 */
export class Field {
  /** Member of the result; absent where the reader alone is interested. */
  readonly key: string | undefined;
  readonly name: string;
  readonly parent: Field | undefined;
  /** Must occur. (A list need not: it may be empty.) */
  readonly required: boolean;
  /** The element itself repeats. */
  readonly repeats: boolean;
  /** A wrapper around a list: read as a struct whose one member repeats. */
  readonly wraps: boolean;
  /** Directly in the root, this says whether the service percent-encoded keys and prefixes. */
  readonly announcesEncoding: boolean;
  /** What one element holds. */
  readonly value: AnyMember;
  readonly shape: (() => AnyShape) | undefined;
  /** The sibling that came next the last time: the best guess for this time. */
  next: Field | undefined = undefined;
  /** The parent element, by its serial number, in which this was read last. */
  seenIn = 0;
  /** The list of that parent element, if this repeats. */
  items: unknown[] = [];
  private made: Children | undefined = undefined;

  constructor(parent: Field | undefined, key: string | undefined, name: string, member: AnyMember) {
    this.parent = parent;
    this.key = key;
    this.name = name;
    this.required = member.required === true && member.list === undefined;
    this.repeats = member.list !== undefined && member.item === undefined;
    this.announcesEncoding = parent !== undefined && !parent.parent && ENCODING_NAMES.includes(name);
    this.value = member.list !== undefined && member.item === undefined ? member.list : member;
    const { list, item, struct } = this.value;
    this.wraps = list !== undefined;
    this.shape = list ? () => ({ items: { name: item ?? name, list } }) : struct;
  }

  get children(): Children {
    return (this.made ??= new Children(this, this.shape?.() ?? {}));
  }

  /** Names from the root to here, as `"ListBucketResult/Contents/Size"`. */
  get path(): string {
    return this.parent ? this.parent.path + "/" + this.name : this.name;
  }
}

/** What a shape expects inside one element. */
export class Children {
  readonly byName: Map<string, Field> = new Map();
  /** What must be settled when it did not occur: lists are then empty, required members missing. */
  readonly settled: Field[] = [];
  readonly hasRequired: boolean;
  /** The member that takes the text. */
  readonly text: Field | undefined;
  /** The guess for the first child. */
  first: Field | undefined = undefined;

  constructor(owner: Field, shape: AnyShape) {
    for (const key of Object.keys(shape)) {
      const member = shape[key] as AnyMember;
      if (member.in !== undefined) continue;
      const field = new Field(owner, key, member.name ?? key, member);
      if (field.name === TEXT) this.text = field;
      else this.byName.set(field.name, field);
      if (field.required || member.list) this.settled.push(field);
    }
    this.hasRequired = this.settled.some((field) => field.required);
    if (owner.parent) return;
    for (const name of ENCODING_NAMES) {
      if (!this.byName.has(name)) this.byName.set(name, new Field(owner, undefined, name, {}));
    }
  }
}
