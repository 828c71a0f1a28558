import { crc64 } from "@cosmoss/checksum";
import {
  AppendObjectCommand,
  type AppendObjectInput,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { codeOf, refusalOf, NOON } from "../testing.ts";
import { useOss } from "./testing.ts";

const at = { Bucket: "photos", Key: "log" };

const oss = useOss();
const append = (Position: number, Body: string, more: Partial<AppendObjectInput> = {}) =>
  oss.client.send(new AppendObjectCommand({ ...at, Position, Body, ...more }));
const head = () => oss.client.send(new HeadObjectCommand(at));
const read = async () => (await oss.client.send(new GetObjectCommand(at))).Body.text();

describe("AppendObject of OSS", () => {
  it("makes an object and adds to it", async () => {
    const first = await append(0, "one,", { ContentType: "text/plain", Metadata: { a: "1" }, Tagging: { t: "1" } });
    expect(first).toMatchObject({ NextAppendPosition: 4, HashCrc64ecma: crc64(Buffer.from("one,")) });
    expect(first.ETag).toMatch(/^"[0-9A-F]{32}"$/);
    await oss.clock.advance(2000);
    const second = await append(4, "two", {
      InitialHashCrc64ecma: first.HashCrc64ecma ?? "",
      ContentType: "text/html",
      Metadata: { b: "2" },
    });
    expect(second).toMatchObject({ NextAppendPosition: 7, HashCrc64ecma: crc64(Buffer.from("one,two")) });
    expect(second.ETag).not.toBe(first.ETag);
    expect(await read()).toBe("one,two");
    const described = await head();
    expect(described).toMatchObject({
      ETag: second.ETag,
      ObjectType: "Appendable",
      NextAppendPosition: 7,
      ContentLength: 7,
      ContentType: "text/plain",
      Metadata: { a: "1" },
      TaggingCount: 1,
      LastModified: new Date(NOON + 2000),
      HashCrc64ecma: crc64(Buffer.from("one,two")),
    });
    expect(described).not.toHaveProperty("ContentMD5");
  });

  it("changes nothing with no bytes", async () => {
    const first = await append(0, "one");
    await oss.clock.advance(2000);
    expect(await append(3, "")).toMatchObject({ ETag: first.ETag, NextAppendPosition: 3 });
    expect(await head()).toMatchObject({ LastModified: new Date(NOON) });
  });

  it("insists on the position", async () => {
    const none = await refusalOf(append(3, "x"));
    expect(none).toMatchObject({ statusCode: 409, code: "PositionNotEqualToLength", ec: "0026-00000016" });
    expect(none.$response?.headers["x-oss-next-append-position"]).toBe("0");
    await append(0, "one");
    for (const position of [0, 2, 4]) {
      const failure = await refusalOf(append(position, "x"));
      expect(failure.code).toBe("PositionNotEqualToLength");
      expect(failure.$response?.headers["x-oss-next-append-position"]).toBe("3");
    }
    expect(await read()).toBe("one");
  });

  it("lets one of several win", async () => {
    const results = await Promise.allSettled(["a", "b", "c", "d"].map((text) => append(0, text)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await read()).toMatch(/^[abcd]$/);
  });

  it("is only for objects made so", async () => {
    await oss.client.send(new PutObjectCommand({ ...at, Body: "one" }));
    expect(await codeOf(append(3, "x"))).toBe("409 ObjectNotAppendable");
    expect(await codeOf(append(0, "x"))).toBe("409 ObjectNotAppendable");
  });

  it("ends with a put", async () => {
    await append(0, "one");
    await oss.client.send(new PutObjectCommand({ ...at, Body: "new" }));
    expect(await head()).toMatchObject({ ObjectType: "Normal" });
  });

  it("is refused", async () => {
    expect(await codeOf(append(0, "x", { StorageClass: "ColdArchive" }))).toBe("400 InvalidArgument");
    expect(await codeOf(append(0, "x", { ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }))).toBe("400 InvalidDigest");
    await append(0, "");
    expect(await codeOf(append(0, "x", { ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    await append(0, "x");
  });
});
