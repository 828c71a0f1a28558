import { describe, expectTypeOf, it } from "vitest";
import type { BodyInput, CopySource, Operation, ResponseBody, Shape } from "./index.ts";

interface Input {
  Bucket: string;
  Key: string;
  MaxKeys?: number;
  Fetch?: boolean;
  Since?: Date;
  Body?: BodyInput;
  Metadata?: Record<string, string>;
  Tags?: Record<string, string>;
  CopySource?: CopySource;
  Parts?: { PartNumber: number; ETag?: string }[];
  Names?: string[];
}

const shape = {
  Bucket: { in: "bucket", required: true },
  Key: { in: "key", required: true },
  MaxKeys: { in: "query", name: "max-keys", type: "int", min: 1, max: 1000 },
  Fetch: { in: "query", type: "bool" },
  Since: { in: "header", name: "if-modified-since", type: "http-date" },
  Body: { in: "payload", type: "bytes" },
  Metadata: { in: "headers", name: "x-oss-meta-" },
  Tags: { in: "header", name: "x-oss-tagging", type: "form" },
  CopySource: { in: "header", name: "x-oss-copy-source", type: "copy-source" },
  Parts: { list: { struct: () => ({ PartNumber: { type: "int", required: true }, ETag: {} }) } },
  Names: { list: {}, item: "Name" },
} satisfies Shape<Input>;

describe("Shape", () => {
  it("takes a description of every member", () => {
    expectTypeOf(shape).toMatchTypeOf<Shape<Input>>();
  });

  it("refuses a missing member", () => {
    // @ts-expect-error Key is missing
    const wrong: Shape<{ Bucket: string; Key: string }> = { Bucket: { required: true } };
    void wrong;
  });

  it("refuses a member too many", () => {
    // @ts-expect-error Other is not in the interface
    const wrong: Shape<{ Bucket: string }> = { Bucket: { required: true }, Other: {} };
    void wrong;
  });

  it("demands `required` exactly where there is no `?`", () => {
    // @ts-expect-error required is missing
    const missing: Shape<{ A: string }> = { A: {} };
    // @ts-expect-error required is too much
    const tooMuch: Shape<{ A?: string }> = { A: { required: true } };
    void [missing, tooMuch];
  });

  it("allows only the wire types of the TypeScript type", () => {
    // @ts-expect-error a number is not text
    const number: Shape<{ A?: number }> = { A: {} };
    // @ts-expect-error text is not a number
    const text: Shape<{ A?: string }> = { A: { type: "int" } };
    // @ts-expect-error a date names its format
    const date: Shape<{ A?: Date }> = { A: {} };
    // @ts-expect-error the body is the payload
    const body: Shape<{ A?: ResponseBody }> = { A: { in: "header" } };
    void [number, text, date, body];
  });

  it("checks the page of an operation against its interfaces", () => {
    const page: Operation<
      { Marker?: string },
      { NextMarker?: string; IsTruncated?: boolean; Contents?: string[] }
    >["page"] = { next: [["Marker", "NextMarker"]], more: "IsTruncated", items: "Contents" };
    const wrong: Operation<{ Marker?: string }, { NextMarker?: string; More?: boolean; Items?: string[] }>["page"] = {
      // @ts-expect-error Next is not an output member
      next: [["Marker", "Next"]],
      more: "More",
      items: "Items",
    };
    void [page, wrong];
  });
});
