import { createHash } from "node:crypto";
import { crc64 } from "@cosmoss/checksum";
import {
  AppendObjectCommand,
  CopyObjectCommand,
  type CopyObjectInput,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCommand,
  PutObjectCommand,
  type PutObjectInput,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { codeOf, element, refusalOf, NOON } from "../testing.ts";
import { sendSigned, useOss } from "./testing.ts";

const Bucket = "photos";
const source = { Bucket, Key: "ä b/1+1?.txt" };
const BODY = "0123456789";
const ETAG = `"${createHash("md5").update(BODY).digest("hex").toUpperCase()}"`;

const oss = useOss();
const put = (more: Partial<PutObjectInput> = {}) =>
  oss.client.send(new PutObjectCommand({ ...source, Body: BODY, ...more }));
const copy = (more: Partial<CopyObjectInput> = {}) =>
  oss.client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: source, ...more }));
const head = (Key: string, from = Bucket) => oss.client.send(new HeadObjectCommand({ Bucket: from, Key }));

describe("CopyObject of OSS", () => {
  it("copies bytes, headers, metadata and tags, within a bucket and between buckets", async () => {
    await put({
      ContentType: "text/plain",
      Expires: "0",
      Metadata: { a: "1" },
      Tagging: { t: "1" },
      StorageClass: "IA",
    });
    await oss.client.send(new PutBucketCommand({ Bucket: "other-photos" }));
    await oss.clock.advance(60_000);
    for (const target of [Bucket, "other-photos"]) {
      const { $metadata: _, ...output } = await copy({ Bucket: target });
      expect(output).toEqual({
        ETag: ETAG,
        LastModified: new Date(NOON + 60_000),
        HashCrc64ecma: crc64(Buffer.from(BODY)),
      });
      expect(await head("copy", target)).toMatchObject({
        ETag: ETAG,
        ContentType: "text/plain",
        Expires: "0",
        Metadata: { a: "1" },
        TaggingCount: 1,
        StorageClass: "Standard",
        LastModified: new Date(NOON + 60_000),
        ContentMD5: createHash("md5").update(BODY).digest("base64"),
      });
      const { Body } = await oss.client.send(new GetObjectCommand({ Bucket: target, Key: "copy" }));
      expect(await Body.text()).toBe(BODY);
    }
  });

  it("keeps the bytes when the source goes", async () => {
    await put();
    await copy();
    await put({ Body: "something else" });
    const { Body } = await oss.client.send(new GetObjectCommand({ Bucket, Key: "copy" }));
    expect(await Body.text()).toBe(BODY);
  });

  it("replaces metadata and tags where it is told to", async () => {
    await put({ ContentType: "text/plain", Metadata: { a: "1" }, Tagging: { t: "1" } });
    await copy({
      MetadataDirective: "REPLACE",
      ContentType: "text/html",
      Metadata: { b: "2" },
      Tagging: { u: "", v: "" },
      TaggingDirective: "Replace",
      StorageClass: "IA",
      ServerSideEncryption: "AES256",
      ObjectAcl: "private",
    });
    expect(await head("copy")).toMatchObject({
      ContentType: "text/html",
      Metadata: { b: "2" },
      TaggingCount: 2,
      StorageClass: "IA",
      ServerSideEncryption: "AES256",
    });
    await copy({ MetadataDirective: "COPY", Metadata: { b: "2" }, Tagging: { u: "", v: "" } });
    expect(await head("copy")).toMatchObject({ ContentType: "text/plain", Metadata: { a: "1" }, TaggingCount: 1 });
  });

  it("onto itself changes the metadata and keeps the class", async () => {
    await put({ Metadata: { a: "1" }, StorageClass: "IA", Tagging: { t: "1" } });
    await copy({ Key: source.Key, Metadata: { b: "2" } });
    expect(await head(source.Key)).toMatchObject({
      Metadata: { b: "2" },
      StorageClass: "IA",
      TaggingCount: 1,
      ETag: ETAG,
    });
    const { Body } = await oss.client.send(new GetObjectCommand(source));
    expect(await Body.text()).toBe(BODY);
  });

  it("makes an ordinary object of an appendable one, unless it is the same", async () => {
    await oss.client.send(new AppendObjectCommand({ ...source, Position: 0, Body: BODY }));
    await copy();
    const made = await head("copy");
    expect(made).toMatchObject({ ObjectType: "Normal", ContentLength: 10 });
    expect(made).not.toHaveProperty("ContentMD5");
    await copy({ Key: source.Key, Metadata: { b: "2" } });
    expect(await head(source.Key)).toMatchObject({ ObjectType: "Appendable", NextAppendPosition: 10 });
  });

  it.each<[Partial<CopyObjectInput>, string]>([
    [{ CopySourceIfMatch: ETAG }, "200"],
    [{ CopySourceIfMatch: '"x"' }, "412 If-Match"],
    [{ CopySourceIfNoneMatch: ETAG }, "304"],
    [{ CopySourceIfNoneMatch: '"x"' }, "200"],
    [{ CopySourceIfModifiedSince: new Date(NOON) }, "304"],
    [{ CopySourceIfModifiedSince: new Date(NOON - 1000) }, "200"],
    [{ CopySourceIfUnmodifiedSince: new Date(NOON) }, "200"],
    [{ CopySourceIfUnmodifiedSince: new Date(NOON - 1000) }, "412 If-Unmodified-Since"],
  ])("under the condition %j", async (conditions, expected) => {
    await put();
    if (expected === "200") await copy(conditions);
    else {
      const { statusCode, details } = await refusalOf(copy(conditions));
      expect([statusCode, details["Condition"]].join(" ").trim()).toBe(expected);
      expect(await codeOf(head("copy"))).toBe("404 NoSuchKey");
    }
  });

  it("is refused", async () => {
    await put();
    await put({ Key: "frozen", StorageClass: "Archive" });
    expect(await codeOf(copy({ CopySource: { Bucket, Key: "none" } }))).toBe("404 NoSuchKey");
    expect(await codeOf(copy({ CopySource: { Bucket: "no-photos", Key: "none" } }))).toBe("404 NoSuchBucket");
    expect(await codeOf(copy({ CopySource: { Bucket, Key: "frozen" } }))).toBe("403 InvalidObjectState");
    expect(await codeOf(copy({ CopySource: { ...source, VersionId: "1" } }))).toBe("400 InvalidArgument");
    expect(await codeOf(copy({ MetadataDirective: "MERGE" }))).toBe("400 InvalidArgument");
    expect(await codeOf(copy({ TaggingDirective: "MERGE" }))).toBe("400 InvalidArgument");
    expect(await codeOf(copy({ StorageClass: "Warm" }))).toBe("400 InvalidArgument");
    await copy();
    expect(await codeOf(copy({ ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    await copy({ CopySource: { ...source, VersionId: "null" } });
  });

  it.each(["photos", "/photos/", "/photos/%zz", "/photos/%ff", "//k"])("cannot read the source %j", async (value) => {
    const { status, text } = await sendSigned(oss.emulator, {
      method: "PUT",
      bucket: Bucket,
      key: "copy",
      headers: { "x-oss-copy-source": value },
    });
    expect([status, element(text, "Code"), element(text, "ArgumentName")]).toEqual([
      400,
      "InvalidArgument",
      "x-oss-copy-source",
    ]);
  });

  it("does not leave its region", async () => {
    await put();
    // The host says the region, as those of the service do.
    const other = { host: "far-photos.oss-cn-beijing.aliyuncs.com", bucket: "far-photos", method: "PUT" };
    const signing = { time: NOON, region: "cn-beijing" };
    expect((await sendSigned(oss.emulator, other, signing)).status).toBe(200);
    const headers = { "x-oss-copy-source": "/photos/x" };
    const { status, text } = await sendSigned(oss.emulator, { ...other, key: "copy", headers }, signing);
    expect([status, element(text, "Code")]).toEqual([403, "AccessDenied"]);
  });
});
