import { createHash } from "node:crypto";
import {
  AppendObjectCommand,
  CopyObjectCommand,
  type CopyObjectInput,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@cosmoss/commands-cos";
import { beforeEach, describe, expect, it } from "vitest";
import type { Exchange } from "../server/handler.ts";
import { openCopySource, readCopySource } from "./copy-source.ts";
import { codeOf, element, NOON } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const other = "copies-1250000000";
const Key = "a b/漢?+";
const etag = `"${createHash("md5").update("hello!").digest("hex")}"`;

const cos = useCos({ buckets: { cos: [Bucket, other] } });
beforeEach(async () => {
  await cos.client.send(
    new PutObjectCommand({
      ...{ Bucket, Key, Body: "hello!" },
      ContentType: "text/x",
      CacheControl: "no-cache",
      Metadata: { a: "1" },
      Tagging: { t: "1", u: "2" },
      ACL: "public-read",
      StorageClass: "STANDARD_IA",
    }),
  );
  await cos.clock.advance(5000);
});

const copy = (input: Partial<CopyObjectInput> = {}) =>
  cos.client.send(new CopyObjectCommand({ Bucket: other, Key: "copy", CopySource: { Bucket, Key }, ...input }));
const head = async (bucket = other, key = "copy") => {
  const { $metadata: _, ...output } = await cos.client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  return output;
};

describe("copies on COS", () => {
  it("take bytes, headers, metadata and tags along, but neither class nor ACL", async () => {
    const { $metadata: _, ...output } = await copy();
    expect(output).toEqual({ ETag: etag, LastModified: new Date(NOON + 5000), CRC64: "12376253532637556581" });
    expect(await head()).toEqual({
      ContentLength: 6,
      ContentType: "text/x",
      CacheControl: "no-cache",
      ETag: etag,
      HashCrc64ecma: "12376253532637556581",
      LastModified: new Date(NOON + 5000),
      Metadata: { a: "1" },
      ObjectType: "normal",
      TaggingCount: 2,
    });
    const { Body } = await cos.client.send(new GetObjectCommand({ Bucket: other, Key: "copy" }));
    expect(await Body.text()).toBe("hello!");
    expect((await fetch(`${cos.emulator.url}/${other}/copy`)).status).toBe(403);
  });

  it("take the request's own instead where it says so", async () => {
    await copy({
      Key: "copy.css",
      MetadataDirective: "Replaced",
      TaggingDirective: "Replaced",
      Metadata: { b: "2" },
      Tagging: { only: "one" },
      StorageClass: "Standard_IA",
      ACL: "public-read",
      ServerSideEncryption: "AES256",
    });
    const output = await head(other, "copy.css");
    expect(output).toMatchObject({ ContentType: "text/css", Metadata: { b: "2" }, TaggingCount: 1 });
    expect(output).toMatchObject({ StorageClass: "STANDARD_IA", ServerSideEncryption: "AES256" });
    expect(output.CacheControl).toBe(undefined);
    expect((await fetch(`${cos.emulator.url}/${other}/copy.css`)).status).toBe(200);
  });

  it("of an object onto itself must replace its metadata", async () => {
    expect(await codeOf(copy({ Bucket, Key }))).toBe("400 InvalidRequest");
    await copy({ Bucket, Key, MetadataDirective: "Replaced", Metadata: { z: "9" } });
    expect(await head(Bucket, Key)).toMatchObject({ ContentLength: 6, ETag: etag, Metadata: { z: "9" } });
    const { Body } = await cos.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await Body.text()).toBe("hello!");
  });

  it("find their source in the region that its host names", async () => {
    const host = "far-1250000000.cos.ap-beijing.myqcloud.com";
    const far = { Bucket: "far-1250000000", Key: "a" };
    expect((await sendSigned(cos.emulator, { method: "PUT", host, path: "/" })).status).toBe(200);
    expect((await sendSigned(cos.emulator, { method: "PUT", host, path: "/a", body: "far" })).status).toBe(200);
    await copy({ CopySource: { ...far, Region: "ap-beijing" } });
    expect((await head()).ContentLength).toBe(3);
    expect(await codeOf(copy({ CopySource: far }))).toBe("404 NoSuchBucket");
    expect(await codeOf(copy({ CopySource: { Bucket, Key, Region: "ap-beijing" } }))).toBe("404 NoSuchBucket");
  });

  it("are refused above 5 GiB, and may have just that", () => {
    const refusal = (size: number, name = "CopyObject"): unknown => {
      const record = {
        ...{ type: "normal", size, etag: "e", lastModified: NOON, storageClass: "STANDARD" },
        headers: {},
      };
      const bucket = { object: () => record, open: () => "opened" };
      const exchange = { headers: {}, accessKeyId: "id", operation: { name }, store: { bucket: () => bucket } };
      try {
        return openCopySource({ Bucket, Key }, exchange as unknown as Exchange);
      } catch (error) {
        return error;
      }
    };
    const most = 5 * 2 ** 30;
    expect(refusal(most)).toBe("opened");
    expect(refusal(most + 1)).toMatchObject({ code: "EntityTooLarge", status: 400 });
    // A part of it may be copied.
    expect(refusal(most + 1, "UploadPartCopy")).toBe("opened");
  });

  it("outlive their source", async () => {
    await copy();
    await cos.client.send(new PutObjectCommand({ Bucket, Key, Body: "other" }));
    const { Body } = await cos.client.send(new GetObjectCommand({ Bucket: other, Key: "copy" }));
    expect(await Body.text()).toBe("hello!");
  });

  it("do not overwrite where that is forbidden", async () => {
    await copy({ ForbidOverwrite: true });
    expect(await codeOf(copy({ ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
  });

  const before = new Date(NOON - 1000);
  const same = new Date(NOON);
  it.each<[string, Partial<CopyObjectInput>]>([
    ["copied", { CopySourceIfMatch: etag }],
    ["412 PreconditionFailed", { CopySourceIfMatch: '"other"' }],
    ["copied", { CopySourceIfNoneMatch: '"other"' }],
    ["412 PreconditionFailed", { CopySourceIfNoneMatch: etag }],
    ["copied", { CopySourceIfModifiedSince: before }],
    ["412 PreconditionFailed", { CopySourceIfModifiedSince: same }],
    ["copied", { CopySourceIfUnmodifiedSince: same }],
    ["412 PreconditionFailed", { CopySourceIfUnmodifiedSince: before }],
    ["copied", { CopySourceIfModifiedSince: before, CopySourceIfNoneMatch: '"other"' }],
    ["400 InvalidRequest", { CopySourceIfMatch: etag, CopySourceIfNoneMatch: '"other"' }],
    ["400 InvalidRequest", { CopySourceIfUnmodifiedSince: same, CopySourceIfModifiedSince: before }],
    ["404 NoSuchKey", { CopySource: { Bucket, Key: "none" } }],
    ["404 NoSuchBucket", { CopySource: { Bucket: "none-1250000000", Key } }],
    ["404 NoSuchVersion", { CopySource: { Bucket, Key, VersionId: "MTg0" } }],
    ["400 InvalidArgument", { MetadataDirective: "Move" }],
    ["400 InvalidArgument", { TaggingDirective: "Move" }],
  ])("are %s with %j", async (expected, input) => {
    const sent = copy(input);
    expect(await (expected === "copied" ? sent.then(() => "copied") : codeOf(sent))).toBe(expected);
    expect(await codeOfHead()).toBe(expected === "copied" ? "200" : "404 NotFound");
  });

  async function codeOfHead(): Promise<string> {
    const sent = head();
    return sent.then(
      () => "200",
      () => codeOf(sent),
    );
  }

  it("are not made of appendable and of archived objects", async () => {
    await cos.client.send(new AppendObjectCommand({ Bucket, Key: "log", Position: 0, Body: "x" }));
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "old", Body: "x", StorageClass: "DEEP_ARCHIVE" }));
    expect(await codeOf(copy({ CopySource: { Bucket, Key: "log" } }))).toBe("400 InvalidRequest");
    expect(await codeOf(copy({ CopySource: { Bucket, Key: "old" } }))).toBe("403 InvalidObjectState");
  });

  it("of what a customer's key encrypts need that key", async () => {
    const key = Buffer.alloc(32, 1);
    const customer = {
      algorithm: "AES256",
      key: key.toString("base64"),
      "key-MD5": createHash("md5").update(key).digest("base64"),
    };
    await cos.client.send(
      new PutObjectCommand({
        ...{ Bucket, Key: "secret", Body: "hello!" },
        SSECustomerAlgorithm: customer.algorithm,
        SSECustomerKey: customer.key,
        SSECustomerKeyMD5: customer["key-MD5"],
      }),
    );
    expect(await codeOf(copy({ CopySource: { Bucket, Key: "secret" } }))).toBe("400 InvalidRequest");
    const headers: Record<string, string> = {
      "x-cos-copy-source": `${Bucket}.cos.ap-guangzhou.myqcloud.com/secret`,
    };
    for (const [name, value] of Object.entries(customer)) {
      headers[`x-cos-copy-source-server-side-encryption-customer-${name}`] = value;
    }
    const request = { method: "PUT", path: `/${other}/copy`, headers };
    expect((await sendSigned(cos.emulator, request)).status).toBe(200);
    expect(await head()).toMatchObject({ ContentLength: 6 });
  });

  it("answer in chunks, without a length", async () => {
    const request = {
      method: "PUT",
      path: `/${other}/copy`,
      headers: { "x-cos-copy-source": `${Bucket}.cos.ap-guangzhou.myqcloud.com/${encodeURIComponent(Key)}` },
    };
    const { headers, text } = await sendSigned(cos.emulator, request);
    expect([headers["transfer-encoding"], headers["content-length"]]).toEqual(["chunked", undefined]);
    expect(element(text, "ETag")).toBe(etag.replaceAll('"', "&quot;"));
  });

  it("need a bucket to go to", async () => {
    expect(await codeOf(copy({ Bucket: "gone-1250000000" }))).toBe("404 NoSuchBucket");
  });
});

describe("readCopySource", () => {
  const source = { Bucket, Region: "ap-beijing" };
  it.each([
    [`${Bucket}.cos.ap-beijing.myqcloud.com/a/b`, { ...source, Key: "a/b" }],
    [`${Bucket}.cos.ap-beijing.tencentcos.cn/a%2Fb%20c+d`, { ...source, Key: "a/b c+d" }],
    [`${Bucket}.cos.ap-beijing.myqcloud.com/漢`, { ...source, Key: "漢" }],
    [`${Bucket}.cos.ap-beijing.myqcloud.com//a?versionId=v%3D`, { ...source, Key: "/a", VersionId: "v=" }],
    [`${Bucket}.localhost:9000/a`, { Bucket, Key: "a" }],
    [`127.0.0.1:9000/${Bucket}/a`, { Bucket, Key: "a" }],
  ])("reads %s", (value, expected) => {
    expect(readCopySource(value)).toEqual(expected);
  });

  it.each([
    "",
    "a",
    `${Bucket}.cos.ap-beijing.myqcloud.com/`,
    `/${Bucket}/a`,
    `${Bucket}/a`,
    `https://${Bucket}.cos.ap-beijing.myqcloud.com/a`,
    `${Bucket}.cos.ap-beijing.myqcloud.com/%zz`,
    `photos.oss-cn-hangzhou.aliyuncs.com/a`,
  ])("refuses %j", (value) => {
    expect(() => readCopySource(value)).toThrow(expect.objectContaining({ code: "InvalidCopySource" }));
  });
});
