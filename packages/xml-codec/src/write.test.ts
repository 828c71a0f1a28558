import { ConfigError } from "@cosmoss/errors";
import type { AnyShape } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { writeXml } from "./index.ts";

function write(shape: AnyShape, value: object): string {
  return writeXml("R", shape, value);
}

/** The message of the ConfigError that the call throws. */
function refusal(shape: AnyShape, value: object): string {
  try {
    write(shape, value);
  } catch (error) {
    expect(ConfigError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("writeXml", () => {
  it("writes members in the order of the shape, without declaration or white space", () => {
    expect(write({ A: {}, B: { name: "Bee" } }, { B: "2", A: "1", C: "3" })).toBe("<R><A>1</A><Bee>2</Bee></R>");
  });

  it("leaves out undefined, null and members that travel elsewhere", () => {
    const shape: AnyShape = { A: {}, B: {}, C: { in: "query" }, D: { in: "header", required: true } };
    expect(write(shape, { A: undefined, B: null, C: "c", D: "d" })).toBe("<R></R>");
  });

  it("writes scalars by type", () => {
    const date = new Date(Date.UTC(2024, 4, 6, 7, 8, 9));
    const shape: AnyShape = {
      I: { type: "int" },
      T: { type: "bool" },
      F: { type: "bool" },
      D: { type: "iso-date" },
      H: { type: "http-date" },
      S: {},
    };
    expect(write(shape, { I: -5, T: true, F: false, D: date, H: date, S: "" })).toBe(
      "<R><I>-5</I><T>true</T><F>false</F><D>2024-05-06T07:08:09.000Z</D><H>Mon, 06 May 2024 07:08:09 GMT</H><S></S></R>",
    );
  });

  it("writes lists with and without a wrapper; only the wrapper stays of an empty list", () => {
    const shape: AnyShape = { F: { list: {} }, W: { list: { struct: () => ({ K: {} }) }, item: "I" } };
    expect(write(shape, { F: ["a", "b"], W: [{ K: "1" }, {}] })).toBe(
      "<R><F>a</F><F>b</F><W><I><K>1</K></I><I></I></W></R>",
    );
    expect(write(shape, { F: [], W: [] })).toBe("<R><W></W></R>");
  });

  it("writes a list inside a list", () => {
    const shape: AnyShape = { A: { list: { list: { type: "int" }, item: "C" }, item: "B" } };
    expect(write(shape, { A: [[1, 2], []] })).toBe("<R><A><B><C>1</C><C>2</C></B><B></B></A></R>");
  });

  it("writes the member named #text without a tag of its own", () => {
    expect(write({ Location: { name: "#text" } }, { Location: "a&b" })).toBe("<R>a&amp;b</R>");
  });

  it("escapes markup, quotes, line ends and control characters", () => {
    expect(write({ A: {} }, { A: `&<>"'\r\n\t\u0001\u007f\u0085\u2028` })).toBe(
      "<R><A>&amp;&lt;&gt;&quot;&apos;&#xD;&#xA;&#x9;&#x1;&#x7F;&#x85;&#x2028;</A></R>",
    );
    expect(write({ A: {} }, { A: "]]> é 漢 😀 \u00a0" })).toBe("<R><A>]]&gt; é 漢 😀 \u00a0</A></R>");
  });

  it("refuses text that XML cannot carry, and names the member", () => {
    const shape: AnyShape = { L: { list: { struct: () => ({ Key: {} }) } } };
    const key = (Key: string): object => ({ L: [{ Key: "fine" }, { Key }] });
    expect(refusal(shape, key("\ud800x"))).toBe(
      "L[1].Key cannot be written as XML: it contains a lone surrogate (U+D800)",
    );
    expect(refusal(shape, key("\udc00"))).toContain("U+DC00");
    expect(refusal(shape, key("a\uffff"))).toContain("U+FFFF");
    expect(refusal(shape, key("a\ufffe"))).toContain("U+FFFE");
    expect(write(shape, key("\ud83d\ude00\ufffd"))).toContain("😀\ufffd");
  });

  it.each([
    [{}, 5, "A must be a string, but is of type number"],
    [{ type: "int" }, "5", "A must be an integer within the safe range, but is of type string"],
    [{ type: "int" }, NaN, "A must be an integer within the safe range, but is of type number"],
    [{ type: "int" }, 1.5, "A must be an integer within the safe range, but is of type number"],
    [{ type: "int" }, 2 ** 53, "A must be an integer within the safe range, but is of type number"],
    [{ type: "int", min: 1, max: 9 }, 10, "A must be 1 to 9, but is 10"],
    [{ type: "int", min: 1 }, 0, "A must be 1 to Infinity, but is 0"],
    [{ type: "int", max: 1, sensitive: true }, 7, "A must be -Infinity to 1, but is outside"],
    [{ type: "bool" }, "true", "A must be a boolean, but is of type string"],
    [{ type: "iso-date" }, "2024", "A must be a valid Date of the years 100 to 9999, but is of type string"],
    [{ type: "iso-date" }, new Date(NaN), "A must be a valid Date of the years 100 to 9999, but is another Date"],
    [{ type: "http-date" }, new Date(8e15), "A must be a valid Date of the years 100 to 9999, but is another Date"],
    [{ list: {} }, "a", "A must be an array, but is of type string"],
    [{ list: {} }, ["a", null], "A[1] must be a string, but is null"],
    [{ list: {} }, [undefined], "A[0] must be a string, but is undefined"],
    [{ struct: (): AnyShape => ({}) }, [], "A must be an object, but is an array"],
    [
      { struct: (): AnyShape => ({ B: { type: "int" } }) },
      { B: "1" },
      "A.B must be an integer within the safe range, but is of type string",
    ],
    [{ required: true }, undefined, "A is missing: it is required"],
  ] as const)("refuses what %j cannot hold: %j", (member, value, message) => {
    expect(refusal({ A: member }, { A: value })).toBe(message);
  });

  it("takes a member for missing that is only inherited", () => {
    expect(write({ toString: {}, constructor: {}, __proto__: null } as never, {})).toBe("<R></R>");
  });
});
