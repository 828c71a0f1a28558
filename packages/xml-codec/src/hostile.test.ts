import { DecodeError } from "@cosmoss/errors";
import type { AnyShape } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { readXml, xmlCodec, type XmlLimits } from "./index.ts";

const Node: () => AnyShape = () => ({ R: { struct: Node } });

function refusal(xml: string, shape: AnyShape, limits?: XmlLimits): string {
  try {
    readXml(xml, "R", shape, limits);
  } catch (error) {
    expect(DecodeError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

function nested(depth: number): string {
  return "<R>".repeat(depth) + "</R>".repeat(depth);
}

describe("limits", () => {
  it("refuses 100,000 nested elements, known or not, whatever limit is asked for", () => {
    for (const shape of [{}, Node(), { R: {} }, { X: { name: "#text" } }] as AnyShape[]) {
      expect(refusal(nested(100_000), shape)).toContain("elements are nested too deeply, the limit is 64");
      expect(refusal(nested(100_000), shape, { depth: Infinity })).toContain("nested too deeply, the limit is 1000");
      expect(refusal("<R>".repeat(100_000), shape)).toContain("nested too deeply");
    }
  });

  it("counts the depth from the root", () => {
    for (const shape of [{}, Node(), { R: {} }] as AnyShape[]) {
      expect(() => readXml(nested(64), "R", shape)).not.toThrow();
      expect(refusal(nested(65), shape)).toContain("nested too deeply");
      expect(() => readXml(nested(3), "R", shape, { depth: 3 })).not.toThrow();
      expect(refusal(nested(4), shape, { depth: 3 })).toContain("nested too deeply, the limit is 3");
      expect(() => readXml(nested(1000), "R", shape, { depth: 1000 })).not.toThrow();
    }
    const siblings = "<R>" + "<R><R/></R>".repeat(100) + "</R>";
    for (const shape of [{}, { R: { list: { struct: Node } } }, { R: { list: {} } }] as AnyShape[]) {
      expect(() => readXml(siblings, "R", shape, { depth: 3 })).not.toThrow();
    }
  });

  it("refuses too many elements", () => {
    const xml = "<R>" + "<A/>".repeat(9) + "</R>";
    for (const shape of [{}, { A: { list: {} } }] as AnyShape[]) {
      expect(() => readXml(xml, "R", shape, { elements: 10 })).not.toThrow();
      expect(refusal(xml, shape, { elements: 9 })).toContain("too many elements, the limit is 9");
    }
  });

  it("refuses a document that is too long, before it reads any of it", () => {
    expect(() => readXml("<R/>", "R", {}, { length: 4 })).not.toThrow();
    expect(refusal("<R/> ", {}, { length: 4 })).toBe("XML document: 5 characters, the limit is 4");
  });
});

describe("hostile documents", () => {
  it("reads 10,000 keys with control characters and 5,000 quotes", () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `a\u0001${index}\u001f"`);
    const xml =
      "<R>" +
      keys
        .map(
          (key, index) =>
            `<C><Key>${key.replace('"', index % 2 ? "&quot;" : '"').replace("\u001f", "&#x1F;")}</Key></C>`,
        )
        .join("") +
      "</R>";
    expect(xml.split("&quot;").length - 1).toBe(5_000);
    const { C } = readXml(xml, "R", { C: { list: { struct: () => ({ Key: { required: true } }) } } });
    expect((C as { Key: string }[]).map(({ Key }) => Key)).toEqual(keys);
  });

  it("never expands entities", () => {
    const lol = '<!DOCTYPE R [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><R><A>&b;</A></R>';
    expect(refusal(lol, { A: {} })).toContain("a DOCTYPE never is");
    expect(refusal("<R><A>&a;</A></R>", { A: {} })).toContain("begins neither an entity");
  });

  it("takes only as long as the document is", () => {
    const many = 200_000;
    const shape: AnyShape = { A: {}, T: { name: "#text" } };
    for (const piece of [
      "&",
      "<",
      ">",
      "<A",
      "<A ",
      "<!--",
      "<![CDATA[",
      "<?",
      "<A a='",
      "\r",
      "&#",
      "&amp",
      "</",
      "\n",
    ]) {
      expect(refusal("<R>" + piece.repeat(many), shape)).toContain("XML document");
      expect(refusal("<R><A>" + piece.repeat(many), shape)).toContain("XML document");
      expect(refusal("<R><X>" + piece.repeat(many), shape)).toContain("XML document");
    }
    for (const piece of ["<!-- -->", "<![CDATA[x]]>", "<?x?>", "&lt;", "\r", "<X/>", "<X a='b'/>", "<X>\r</X>"]) {
      expect(Object.keys(readXml("<R><A>" + piece.repeat(many) + "</A></R>", "R", shape))).toContain("A");
      expect(Object.keys(readXml("<R>" + piece.repeat(many) + "</R>", "R", shape))).toContain("T");
    }
  });

  it("makes a DecodeError or the whole result of a document cut off anywhere", () => {
    const shape: AnyShape = {
      Name: {},
      EncodingType: {},
      Contents: {
        list: {
          struct: () => ({
            Key: { required: true, urlEncoded: "percent" },
            LastModified: { type: "iso-date" },
            Size: { type: "int" },
            Owner: { struct: () => ({ ID: {} }) },
          }),
        },
      },
      Tags: { list: {}, item: "Tag" },
      Text: { name: "#text" },
    };
    const xml = `\ufeff<?xml version="1.0"?>\n<!-- a > b --><R xmlns='http://x'>
  <Name>b&amp;c<![CDATA[<]]></Name><Unknown a="1"><Deep/>x</Unknown>
  <Contents><Key>a%2Fb&#x1;</Key><LastModified>2024-05-06T07:08:09.000Z</LastModified><Size>12</Size><Owner><ID>1</ID></Owner></Contents>
  <Contents><Key>c</Key><Size/></Contents><?pi x?><EncodingType>url</EncodingType>
  <Tags><Tag>1</Tag><Tag/></Tags>
</R>\r\n<!-- end --> `;
    const whole = readXml(xml, "R", shape);
    expect(whole).toMatchObject({
      Name: "b&c<",
      Contents: [{ Key: "a/b\u0001", Size: 12 }, { Key: "c" }],
      Tags: ["1", ""],
    });
    const end = xml.indexOf("</R>") + 4;
    let complete = 0;
    for (let length = 0; length < xml.length; length++) {
      let result: unknown;
      try {
        result = readXml(xml.slice(0, length), "R", shape);
      } catch (error) {
        expect(DecodeError.isInstance(error)).toBe(true);
        continue;
      }
      expect(length).toBeGreaterThanOrEqual(end);
      expect(result).toStrictEqual(whole);
      complete++;
    }
    // After the root, all but the lengths that cut the comment in two.
    expect(complete).toBe(xml.length - end - "<!-- end -->".length + 1);
  });

  it("is what xmlCodec reads and writes with", () => {
    expect(xmlCodec.read(xmlCodec.write("R", { A: {} }, { A: "x" }), "R", { A: {} })).toStrictEqual({ A: "x" });
  });
});
