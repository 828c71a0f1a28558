import type { AnyMember, AnyShape } from "@cosmoss/types";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { expect, it } from "vitest";
import { readXml } from "./index.ts";

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  processEntities: { enabled: true, maxTotalExpansions: Infinity, maxExpandedLength: Infinity },
  htmlEntities: true,
});

const plainText = fc.stringMatching(/^[a-z0-9 %+"'>é漢😀\n\r\t]{0,8}$/u);
const reference = fc.constantFrom(
  "&lt;",
  "&gt;",
  "&amp;",
  "&quot;",
  "&apos;",
  "&#65;",
  "&#x41;",
  "&#x6F22;",
  "&amp;lt;",
);
const comment = fc.constantFrom("<!---->", "<!-- <Key>no</Key> & -->", "<!-- > -->");
const cdata = plainText.map((text) => `<![CDATA[${text}<&amp;]]>`);
const attributes = fc.constantFrom("", "", "", ' a="b"', " xmlns='http://x/' b = \"c > d / \"", "\n");
const space = fc.constantFrom("", "", "\n  ", " ", "\t");

const leafContent = fc
  .array(fc.oneof({ weight: 3, arbitrary: plainText }, reference, cdata, comment), { maxLength: 5 })
  .map((parts) => parts.join(""));

const shape: AnyShape = {
  Name: {},
  Owner: { struct: () => ({ ID: {}, Inner: { struct: () => ({ Deep: {} }) } }) },
  Contents: {
    list: { struct: () => ({ Key: {}, ETag: { name: "Tag" }, Names: { list: {}, item: "Name" }, Flat: { list: {} } }) },
  },
  Buckets: { list: { struct: () => ({ Name: {} }) }, item: "Bucket" },
  Flat: { list: {} },
};

function tag(name: string, content: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(attributes, content, space, fc.boolean())
    .map(([extra, inner, blank, short]) =>
      inner === "" && short ? `<${name}${extra}/>` : `<${name}${extra}>${inner}</${name}${blank}>`,
    );
}

/** Elements that the shape does not know, some with names that it knows elsewhere. */
const unknown = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.constantFrom("Unknown", "x", "Key2", "Contents2", "Nam").chain((name) =>
    tag(
      name,
      fc.oneof(
        { maxDepth: 3 },
        leafContent,
        fc.array(tie("tree"), { maxLength: 3 }).map((parts) => parts.join("")),
      ),
    ),
  ),
})).tree;

function element(name: string, member: AnyMember): fc.Arbitrary<string> {
  if (member.struct) return tag(name, children(member.struct()));
  if (member.list && member.item) {
    const item = element(member.item, member.list);
    return tag(
      name,
      fc
        .tuple(space, fc.array(fc.oneof({ weight: 4, arbitrary: item }, unknown), { maxLength: 3 }))
        .map(([blank, parts]) => blank + parts.join(blank)),
    );
  }
  return tag(name, leafContent);
}

/** Members in any order, each at most once unless it is a list, among unknown elements and comments. */
function children(of: AnyShape): fc.Arbitrary<string> {
  const members = Object.entries(of).map(([key, member]) => {
    const name = member.name ?? key;
    return member.list && !member.item
      ? fc.array(element(name, member.list), { maxLength: 3 })
      : fc.array(element(name, member), { maxLength: 1 });
  });
  return fc
    .tuple(fc.tuple(...members), fc.array(fc.oneof(unknown, comment), { maxLength: 2 }), space)
    .chain(([lists, others, blank]) => {
      const parts = [...lists.flat(), ...others];
      return fc
        .shuffledSubarray(parts, { minLength: parts.length })
        .map((order) => blank + order.map((part) => part + blank).join(""));
    });
}

/** What the shape asks for, cut out of the tree that the other parser makes. */
function project(member: AnyMember, node: unknown): unknown {
  if (member.struct) return projectStruct(member.struct(), node);
  if (member.list)
    return many(childOf(node, member.item as string)).map((item) => project(member.list as AnyMember, item));
  return typeof node === "string" ? node : (childOf(node, "#text") ?? "");
}

function projectStruct(of: AnyShape, node: unknown): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(of)) {
    const found = childOf(node, member.name ?? key);
    if (member.list && !member.item) result[key] = many(found).map((item) => project(member.list as AnyMember, item));
    else if (found !== undefined) result[key] = project(member, found);
    else if (member.list) result[key] = [];
  }
  return result;
}

function childOf(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? (node as Record<string, unknown>)[name] : undefined;
}

function many(found: unknown): unknown[] {
  return found === undefined ? [] : Array.isArray(found) ? found : [found];
}

it("reads random documents as fast-xml-parser does", () => {
  let elements = 0;
  fc.assert(
    fc.property(
      fc.constantFrom("", '<?xml version="1.0" encoding="UTF-8"?>\n', "<!-- < -->"),
      tag("Root", children(shape)),
      (before, root) => {
        const xml = before + root;
        const tree = parser.parse(xml) as { Root: unknown };
        expect(readXml(xml, "Root", shape)).toEqual(projectStruct(shape, tree.Root));
        elements += root.split("</").length - 1;
      },
    ),
    { numRuns: 1_000 },
  );
  expect(elements).toBeGreaterThan(5_000);
});
