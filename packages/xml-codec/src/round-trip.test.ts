import type { AnyMember, AnyShape } from "@cosmoss/types";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readXml, writeXml } from "./index.ts";

/** A shape, and values that it can hold, as they come back from the document. */
interface Described<T> {
  member: AnyMember;
  values: fc.Arbitrary<T>;
}

const xmlText = fc.string({ unit: "binary" }).filter((text) => !/[\ufffe\uffff]/.test(text));
const date = fc.date({
  min: new Date("0100-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
});
const seconds = date.map((value) => new Date(Math.floor(value.getTime() / 1000) * 1000));

const scalar: fc.Arbitrary<Described<unknown>> = fc.constantFrom(
  { member: {}, values: xmlText },
  { member: { type: "string" }, values: fc.string() },
  { member: { type: "int" }, values: fc.maxSafeInteger().map((value) => value + 0) },
  { member: { type: "bool" }, values: fc.boolean() },
  { member: { type: "iso-date" }, values: date },
  { member: { type: "http-date" }, values: seconds },
);

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,12}$/),
  fc.constantFrom("constructor", "toString", "hasOwnProperty", "EncodingType", "é漢"),
);

function described(depth: number): fc.Arbitrary<Described<unknown>> {
  if (depth === 0) return scalar;
  const inner = described(depth - 1);
  const struct = fc
    .uniqueArray(fc.tuple(name, inner, fc.boolean()), { selector: ([key]) => key, maxLength: 5 })
    .map((members) => structOf(members));
  const list = fc.tuple(inner, fc.option(name, { nil: undefined })).map(([{ member, values }, item]) => {
    // A list within a list needs a wrapper to tell where one ends.
    const wrapped = item ?? (member.list ? "Item" : undefined);
    const element = member.list && member.item === undefined ? { ...member, item: "Each" } : member;
    return {
      member: { list: element, ...(wrapped ? { item: wrapped } : {}) },
      values: fc.array(values, { maxLength: 4 }),
    };
  });
  return fc.oneof(scalar, struct, list);
}

function structOf(members: (readonly [string, Described<unknown>, boolean])[]): Described<Record<string, unknown>> {
  const shape: Record<string, AnyMember> = {};
  const values: Record<string, fc.Arbitrary<unknown>> = {};
  const alwaysThere: string[] = [];
  for (const [key, { member, values: inner }, required] of members) {
    shape[key] = required ? { ...member, required } : member;
    values[key] = inner;
    if (required || member.list) alwaysThere.push(key);
  }
  return {
    member: { struct: () => shape },
    values: fc.record(values, { requiredKeys: alwaysThere }) as fc.Arbitrary<Record<string, unknown>>,
  };
}

const document = fc
  .uniqueArray(fc.tuple(name, described(3), fc.boolean()), { selector: ([key]) => key, maxLength: 6 })
  .map(structOf)
  .chain(({ member, values }) => values.map((value) => ({ shape: (member.struct as () => AnyShape)(), value })));

it("reads back what it has written, whatever the shape", () => {
  let members = 0;
  fc.assert(
    fc.property(document, ({ shape, value }) => {
      const xml = writeXml("Root", shape, value);
      expect(readXml(xml, "Root", shape)).toEqual({ ...value });
      members += Object.keys(value).length;
    }),
    { numRuns: 500 },
  );
  expect(members).toBeGreaterThan(100);
});

it("writes the same document from what it has read", () => {
  fc.assert(
    fc.property(document, ({ shape, value }) => {
      const xml = writeXml("Root", shape, value);
      expect(writeXml("Root", shape, readXml(xml, "Root", shape))).toBe(xml);
    }),
  );
});
