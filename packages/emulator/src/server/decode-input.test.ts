import type { AnyMember, AnyOperation } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { parseTarget } from "../http/target.ts";
import { ArgumentError, decodeInput, toText } from "./decode-input.ts";

function decode(
  input: Record<string, AnyMember>,
  { query = "", headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Record<string, unknown> {
  const operation: AnyOperation = { name: "Try", http: ["PUT", "object"], input, output: {} };
  return decodeInput(operation, {
    bucket: "photos",
    key: "a/b",
    query: parseTarget(`/?${query}`).query,
    headers,
    readCopySource: (value) => ({ Bucket: "read", Key: value }),
  });
}

const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

describe("decodeInput", () => {
  it("reads each member from where it travels", () => {
    expect(
      decode(
        {
          Bucket: { in: "bucket", required: true },
          Key: { in: "key", required: true },
          Prefix: { in: "query", name: "prefix" },
          Max: { in: "query", name: "max-keys", type: "int" },
          Quiet: { in: "header", name: "x-quiet", type: "bool" },
          Since: { in: "header", name: "if-modified-since", type: "http-date" },
          Tags: { in: "header", name: "x-tags", type: "form" },
          Source: { in: "header", name: "x-source", type: "copy-source" },
          Metadata: { in: "headers", name: "x-meta-" },
          Body: { in: "payload", type: "bytes" },
          Element: {},
          Local: { in: "client" },
        },
        {
          query: "prefix=a%20b+c&max-keys=7&Element=no&Local=no",
          headers: {
            "x-quiet": "TRUE",
            "if-modified-since": "Mon, 06 May 2024 12:00:00 GMT",
            "x-tags": "a=1&b%20c=%26",
            "x-source": "somewhere",
            "x-meta-one": bytes("漢"),
            "x-meta-two": "",
            "x-metamorphosis": "no",
          },
        },
      ),
    ).toEqual({
      Bucket: "photos",
      Key: "a/b",
      Prefix: "a b c",
      Max: 7,
      Quiet: true,
      Since: new Date("2024-05-06T12:00:00Z"),
      Tags: { a: "1", "b c": "&" },
      Source: { Bucket: "read", Key: "somewhere" },
      Metadata: { one: "漢", two: "" },
    });
  });

  it("takes a parameter without a value for empty, and the first of several", () => {
    const input = { Prefix: { in: "query", name: "prefix" } } as const;
    expect(decode(input, { query: "prefix" })).toEqual({ Prefix: "" });
    expect(decode(input, { query: "prefix=1&prefix=2" })).toEqual({ Prefix: "1" });
    expect(decode(input, { query: "Prefix=1" })).toEqual({});
  });

  it("takes an empty header for one that is not there", () => {
    const input: Record<string, AnyMember> = {
      Type: { in: "header", name: "content-type" },
      Length: { in: "header", name: "content-length", type: "int" },
    };
    expect(decode(input, { headers: { "content-type": "", "content-length": "" } })).toEqual({});
  });

  it.each<[AnyMember, string]>([
    [{ type: "int" }, "x"],
    [{ type: "int" }, ""],
    [{ type: "int" }, "-1"],
    [{ type: "int" }, "1.5"],
    [{ type: "int" }, "0x1"],
    [{ type: "int" }, "9007199254740992"],
    [{ type: "int", min: 1 }, "0"],
    [{ type: "int", max: 10 }, "11"],
    [{ type: "bool" }, "yes"],
  ])("refuses what %j cannot be: %j", (member, value) => {
    try {
      decode({ Member: { ...member, in: "query", name: "member" } }, { query: `member=${value}` });
    } catch (error) {
      expect(error).toBeInstanceOf(ArgumentError);
      expect(error).toMatchObject({ argument: "member", value });
      return;
    }
    throw new Error("nothing was thrown");
  });

  it.each(["0", "10"])("takes both ends of a range: %s", (value) => {
    const Max = { in: "query", name: "max", type: "int", min: 0, max: 10 } as const;
    expect(decode({ Max }, { query: `max=${value}` })).toEqual({ Max: Number(value) });
  });

  it("puts no name of a header where it could do harm", () => {
    const headers = { ["x-meta-__proto__"]: "1", "x-meta-constructor": "2" };
    const { Metadata } = decode({ Metadata: { in: "headers", name: "x-meta-" } }, { headers });
    expect(Object.entries(Metadata as object)).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });
});

describe("toText", () => {
  it("reads UTF-8, and leaves other bytes as they are", () => {
    expect(toText(bytes("漢 é"))).toBe("漢 é");
    expect(toText("plain")).toBe("plain");
    expect(toText("\xe9")).toBe("\xe9");
    expect(toText("\xff\xfe")).toBe("\xff\xfe");
  });
});
