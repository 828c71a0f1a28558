import type { AnyOperation, AnyShape } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { encodeDocument, encodeHeaders, unescapeNumeric } from "./encode-output.ts";

const operation = (output: AnyShape): AnyOperation => ({ name: "Try", http: ["GET", "bucket"], input: {}, output });

describe("encodeHeaders", () => {
  it("writes the members that travel in headers, as bytes", () => {
    const described = operation({
      ETag: { in: "header", name: "etag", required: true },
      Length: { in: "header", name: "content-length", type: "int" },
      Marker: { in: "header", name: "x-marker", type: "bool" },
      Modified: { in: "header", name: "last-modified", type: "http-date" },
      Until: { in: "header", name: "x-until", type: "iso-date" },
      Metadata: { in: "headers", name: "x-meta-", required: true },
      Absent: { in: "header", name: "x-absent" },
      Element: {},
      Body: { in: "payload", type: "bytes" },
    });
    const output = {
      ETag: '"e"',
      Length: 0,
      Marker: false,
      Modified: new Date("2024-05-06T12:00:00.789Z"),
      Until: new Date("2024-05-06T12:00:00.789Z"),
      Metadata: { one: "漢", two: "" },
      Absent: undefined,
      Element: "no",
      Body: "no",
    };
    expect(encodeHeaders(described, output)).toEqual({
      etag: '"e"',
      "content-length": "0",
      "x-marker": "false",
      "last-modified": "Mon, 06 May 2024 12:00:00 GMT",
      "x-until": "2024-05-06T12:00:00.789Z",
      "x-meta-one": "\xe6\xbc\xa2",
      "x-meta-two": "",
    });
  });
});

describe("encodeDocument", () => {
  const Item: AnyShape = { Key: { urlEncoded: "percent", required: true }, Name: {} };
  const described = operation({
    Prefix: { urlEncoded: "percent" },
    Plain: {},
    Items: { name: "Item", list: { struct: () => Item } },
    Prefixes: { list: { urlEncoded: "form" }, item: "Prefix" },
    Header: { in: "header", name: "x-header" },
  });
  const output = {
    Prefix: "a b",
    Plain: "a b",
    Items: [{ Key: "c d", Name: "c d" }],
    Prefixes: ["e f"],
    Header: "no",
  };

  it("writes the members that travel in the document", () => {
    expect(encodeDocument(described, "Root", output, undefined)).toBe(
      "<Root><Prefix>a b</Prefix><Plain>a b</Plain><Item><Key>c d</Key><Name>c d</Name></Item>" +
        "<Prefixes><Prefix>e f</Prefix></Prefixes></Root>",
    );
  });

  it("escapes the members for which that is meant, when it is asked for, and says so", () => {
    const escape = (text: string): string => encodeURIComponent(text);
    const before = structuredClone(output);
    expect(encodeDocument(described, "Root", output, { element: "Encoding-Type", escape })).toBe(
      "<Root><Prefix>a%20b</Prefix><Plain>a b</Plain><Item><Key>c%20d</Key><Name>c d</Name></Item>" +
        "<Prefixes><Prefix>e%20f</Prefix></Prefixes><Encoding-Type>url</Encoding-Type></Root>",
    );
    expect(output).toEqual(before);
  });
});

describe("unescapeNumeric", () => {
  it("leaves only named entities, and text that looks like a reference alone", () => {
    expect(unescapeNumeric("<K>a&#x1;&#xD;&amp;#x1;&quot;</K>")).toBe("<K>a\u0001\r&amp;#x1;&quot;</K>");
  });
});
