import { _CompleteMultipartUpload, _DeleteMultipleObjects, _PutBucket } from "@cosmoss/commands-oss";
import { writeXml } from "@cosmoss/xml-codec";
import type { AnyShape } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { DocumentError, readDocument } from "./read-document.ts";

const SHAPE: AnyShape = {
  Bucket: { in: "bucket", required: true },
  Name: {},
  Count: { type: "int" },
  Is: { type: "bool" },
  When: { type: "iso-date" },
  Flat: { name: "F", list: {} },
  Wrapped: { list: { struct: () => ({ Key: { required: true }, Size: { type: "int" } }) }, item: "Item" },
  Inner: { struct: () => ({ A: {} }) },
};
const read = (elements: string, shape = SHAPE) => readDocument(`<R>${elements}</R>`, "R", shape);

describe("request documents", () => {
  it("are read by their shape, whatever else is in them", () => {
    expect(
      read(
        "<Count> 7 </Count><F>1</F><Unknown><F>x</F></Unknown><F>2</F><Name>n</Name><Is>TRUE</Is>" +
          "<When>2024-05-06T07:08:09.000Z</When><Wrapped><Item><Key>a</Key></Item><Item><Size>3</Size><Key>b</Key></Item></Wrapped>" +
          "<Inner><A>a</A></Inner>",
      ),
    ).toEqual({
      Name: "n",
      Count: 7,
      Is: true,
      When: new Date(Date.UTC(2024, 4, 6, 7, 8, 9)),
      Flat: ["1", "2"],
      Wrapped: [{ Key: "a" }, { Key: "b", Size: 3 }],
      Inner: { A: "a" },
    });
  });

  it("may have a declaration, a namespace, attributes, comments, white space and CDATA", () => {
    const xml =
      '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="http://example.com/">\n  <!-- <Name>no</Name> -->\n' +
      '  <Name a="1"><![CDATA[<&>]]></Name>\n  <Inner/>\n  <Wrapped></Wrapped>\n</R>\n';
    expect(readDocument(xml, "R", SHAPE)).toEqual({ Name: "<&>", Inner: {}, Wrapped: [] });
  });

  it("keep every blank of a text, and read all ways to write a character", () => {
    expect(read("<Name> a\n b </Name>").Name).toBe(" a\n b ");
    expect(read("<Name>&lt;&gt;&amp;&quot;&apos;&#34;&#x1;&#x1F600;&amp;lt;</Name>").Name).toBe('<>&"\'"\u0001😀&lt;');
    expect(read("<Name></Name><F/><F> </F>")).toEqual({ Name: "", Flat: ["", " "] });
  });

  it("leave out what is not there, and take the first of what is there twice", () => {
    expect(read("")).toEqual({});
    expect(read("<Name>1</Name><Name>2</Name>")).toEqual({ Name: "1" });
  });

  it.each<[string, string, string]>([
    ["another root", "<Q/>", "the root node is not named R."],
    ["nothing", "", "Start tag expected"],
    ["no XML", "hello", "line 1"],
    ["an open element", "<R><Name>", "Invalid"],
    ["another end", "<R><Name></R></Name>", "closing tag"],
    ["a word for a number", "<R><Count>x</Count></R>", "the element Count is not a number."],
    ["a missing element", "<R><Wrapped><Item/></Wrapped></R>", "the element Key is missing."],
    ["elements for a text", "<R><Name><b/></Name></R>", "the element Name has elements in it."],
    ["a document type", '<!DOCTYPE R [<!ENTITY x "y">]><R><Name>&x;</Name></R>', "a document type is not allowed."],
    ["a million elements that do not end", "<a".repeat(1_000_000), "line 1"],
    ["100,000 nested elements", "<a>".repeat(100_000), "elements are nested more than 32 deep."],
    ["100,000 nested and ended ones", `<R>${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}</R>`, "more than 32 deep"],
  ])("cannot have %s", (_, xml, message) => {
    expect(() => readDocument(xml, "R", SHAPE)).toThrow(DocumentError);
    expect(() => readDocument(xml, "R", SHAPE)).toThrow(message);
  });

  it("cannot reach into objects", () => {
    const xml = "<R><__proto__><Name>x</Name></__proto__><constructor>y</constructor><toString>z</toString></R>";
    const values = attempt(() => readDocument(xml, "R", { ...SHAPE, toString: {} } as unknown as AnyShape));
    if (!(values instanceof DocumentError)) expect(values).toEqual({ toString: "z" });
    expect(({} as { Name?: string }).Name).toBeUndefined();
    expect(attempt(() => readDocument("<__proto__/>", "R", SHAPE))).toBeInstanceOf(DocumentError);
    expect(attempt(() => readDocument("<R/>", "__proto__", SHAPE))).toBeInstanceOf(DocumentError);
    expect(attempt(() => readDocument("<R/>", "constructor", SHAPE))).toBeInstanceOf(DocumentError);
  });

  it("are read back as the clients write them, however long", () => {
    const operations = [
      [_PutBucket, { StorageClass: "IA" }],
      [
        _CompleteMultipartUpload,
        { Parts: Array.from({ length: 10_000 }, (_, i) => ({ PartNumber: i + 1, ETag: `"${i}"` })) },
      ],
      [
        _DeleteMultipleObjects,
        { Objects: Array.from({ length: 1000 }, (_, i) => ({ Key: `&<>"'\u0001\r\n\t ${i}` })), Quiet: true },
      ],
    ] as const;
    for (const [operation, input] of operations) {
      const xml = writeXml(operation.requestRoot!, operation.input as unknown as AnyShape, {
        Bucket: "b",
        Key: "k",
        ...input,
      });
      expect(readDocument(xml, operation.requestRoot!, operation.input as unknown as AnyShape)).toEqual(input);
    }
  });
});

function attempt<T>(action: () => T): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
