import { crc64 } from "@cosmoss/checksum";
import {
  AppendObjectCommand,
  type AppendObjectInput,
  type AppendObjectOutput,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf, element, refusalOf } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const cos = useCos();

const append = (Position: number, Body: string, input: Partial<AppendObjectInput> = {}): Promise<AppendObjectOutput> =>
  cos.client.send(new AppendObjectCommand({ Bucket, Key: "log", Position, Body, ...input }));

describe("appending on COS", () => {
  it("makes an object, and adds to it", async () => {
    const first = await append(0, "hello", { ContentType: "text/x", Metadata: { a: "1" } });
    expect(first).toMatchObject({ NextAppendPosition: 5, HashCrc64ecma: crc64(Buffer.from("hello")) });
    const second = await append(5, " world", {
      InitialHashCrc64ecma: first.HashCrc64ecma as string,
      Metadata: { b: "2" },
    });
    expect(second).toMatchObject({ NextAppendPosition: 11, HashCrc64ecma: crc64(Buffer.from("hello world")) });
    expect(second.ETag).not.toBe(first.ETag);
    expect(await append(11, "")).toMatchObject({ NextAppendPosition: 11, HashCrc64ecma: second.HashCrc64ecma });
    const { Body, ...got } = await cos.client.send(new GetObjectCommand({ Bucket, Key: "log" }));
    expect(await Body.text()).toBe("hello world");
    expect(got).toMatchObject({
      ContentType: "text/x",
      Metadata: { a: "1" },
      ObjectType: "appendable",
      NextAppendPosition: 11,
      HashCrc64ecma: second.HashCrc64ecma,
    });
  });

  it("tells the right position when it was told another", async () => {
    expect(await codeOf(append(1, "x"))).toBe("409 AppendPositionErr");
    await append(0, "hello");
    const error = await refusalOf(append(0, "x"));
    expect([error.statusCode, error.code]).toEqual([409, "AppendPositionErr"]);
    expect(error.$response?.headers["x-cos-next-append-position"]).toBe("5");
  });

  it("lets one of several at the same position in", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => append(0, `piece ${i}`)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { ContentLength } = await cos.client.send(new HeadObjectCommand({ Bucket, Key: "log" }));
    expect(ContentLength).toBe(7);
  });

  it("does not add to an object that was put, and a put makes one of what was appended", async () => {
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "log", Body: "x" }));
    expect(await codeOf(append(1, "y"))).toBe("409 ObjectNotAppendable");
    expect(await codeOf(append(0, "y"))).toBe("409 ObjectNotAppendable");
    await append(0, "a", { Key: "other" });
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "other", Body: "x" }));
    const { ObjectType } = await cos.client.send(new HeadObjectCommand({ Bucket, Key: "other" }));
    expect(ObjectType).toBe("normal");
  });

  it("needs a position and a length", async () => {
    const request = { method: "POST", path: `/${Bucket}/log`, body: "x" };
    for (const [query, code] of [
      [{ append: null }, "InvalidArgument"],
      [{ append: null, position: "-1" }, "InvalidArgument"],
    ] as const) {
      const { status, text } = await sendSigned(cos.emulator, { ...request, query });
      expect([status, element(text, "Code")]).toEqual([400, code]);
    }
    const streamed = (async function* () {
      yield Buffer.from("x");
    })();
    expect(
      await codeOf(cos.client.send(new AppendObjectCommand({ Bucket, Key: "log", Position: 0, Body: streamed }))),
    ).toBe("411 MissingContentLength");
    expect(await codeOf(cos.client.send(new HeadObjectCommand({ Bucket, Key: "log" })))).toBe("404 NotFound");
  });
});
