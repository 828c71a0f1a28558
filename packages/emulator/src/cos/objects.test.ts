import { createHash } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectInput,
  HeadObjectCommand,
  type PutObjectInput,
} from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf, element, NOON } from "../testing.ts";
import { Bucket, md5, sendSigned, textObjects, useCos } from "./testing.ts";

const cos = useCos();

const { put, get } = textObjects(cos);

describe("objects of COS", () => {
  it("come back as they were put", async () => {
    const input: Partial<PutObjectInput> = {
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="b"',
      ContentEncoding: "identity",
      ContentType: "text/x-thing",
      Expires: "tomorrow",
      Metadata: { Author: "Zoë 漢", empty: "" },
      StorageClass: "STANDARD_IA",
      Tagging: { a: "1", "b c": "&=" },
      ServerSideEncryption: "AES256",
      ContentMD5: md5("hello!").toString("base64"),
    };
    expect(await put("a/b", "hello!", input)).toMatchObject({
      ETag: `"${md5("hello!").toString("hex")}"`,
      HashCrc64ecma: "12376253532637556581",
      ServerSideEncryption: "AES256",
    });
    const described = {
      ContentLength: 6,
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="b"',
      ContentEncoding: "identity",
      ContentType: "text/x-thing",
      Expires: "tomorrow",
      ETag: `"${md5("hello!").toString("hex")}"`,
      LastModified: new Date(NOON),
      HashCrc64ecma: "12376253532637556581",
      Metadata: { author: "Zoë 漢", empty: "" },
      StorageClass: "STANDARD_IA",
      ObjectType: "normal",
      TaggingCount: 2,
      ServerSideEncryption: "AES256",
    };
    const { $metadata: _, ...head } = await cos.client.send(new HeadObjectCommand({ Bucket, Key: "a/b" }));
    expect(head).toEqual(described);
    const { $metadata: __, Body, ...got } = await cos.client.send(new GetObjectCommand({ Bucket, Key: "a/b" }));
    expect(await Body.text()).toBe("hello!");
    expect(got).toEqual(described);
  });

  it("have no headers but those they were put with, and the class STANDARD unsaid", async () => {
    await put("a", "");
    const { status, headers, rawHeaders } = await sendSigned(cos.emulator, { method: "HEAD", path: `/${Bucket}/a` });
    expect(status).toBe(200);
    expect(
      rawHeaders
        .filter((_, i) => i % 2 === 0)
        .map((name) => name.toLowerCase())
        .sort(),
    ).toEqual([
      "accept-ranges",
      "connection",
      "content-length",
      "content-type",
      "date",
      "etag",
      "last-modified",
      "server",
      "x-cos-hash-crc64ecma",
      "x-cos-object-type",
      "x-cos-request-id",
    ]);
    expect(headers).toMatchObject({
      "content-length": "0",
      "x-cos-hash-crc64ecma": "0",
      server: "tencent-cos",
      date: "Mon, 06 May 2024 12:00:00 GMT",
      "last-modified": "Mon, 06 May 2024 12:00:00 GMT",
    });
  });

  it.each([
    ["1", "application/octet-stream"],
    ["1.zip", "application/zip"],
    ["1.TXT", "text/plain"],
    ["a.b/c", "application/octet-stream"],
    ["x.toString", "application/octet-stream"],
  ])("named %s are of the type %s unless they say another", async (Key, type) => {
    await sendSigned(cos.emulator, {
      method: "PUT",
      path: `/${Bucket}/${Key}`,
      headers: { "content-type": "", "cache-control": "" },
      body: "x",
    });
    const { ContentType, CacheControl } = await cos.client.send(new HeadObjectCommand({ Bucket, Key }));
    expect([ContentType, CacheControl]).toEqual([type, undefined]);
  });

  it.each([
    " !\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~",
    "a//b",
    "/leading",
    "trailing/",
    "a/../b",
    "./a",
    "/abc/../",
    "%2F",
    "a+b c",
    "漢字/→？😀",
    "tab\tnewline\nnul\u0000",
    "k".repeat(850),
  ])("keep the key %j", async (Key) => {
    await put(Key, Key);
    expect(await get(Key)).toBe(Key);
    expect(cos.emulator.requests.at(-1)).toMatchObject({ operation: "GetObject", key: Key, status: 200 });
    await cos.client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await codeOf(get(Key))).toBe("404 NoSuchKey");
  });

  it("cannot have a key of more than 850 bytes", async () => {
    const { status, text } = await sendSigned(cos.emulator, {
      method: "PUT",
      path: `/${Bucket}/${"é".repeat(426)}`,
      body: "",
    });
    expect([status, element(text, "Code")]).toEqual([400, "KeyTooLong"]);
  });

  it("are replaced whole", async () => {
    await put("a", "one", { Metadata: { x: "1" }, CacheControl: "no-cache", Tagging: { a: "1" } });
    await put("a", "two");
    const { Metadata, CacheControl, TaggingCount } = await cos.client.send(new HeadObjectCommand({ Bucket, Key: "a" }));
    expect([Metadata, CacheControl, TaggingCount]).toEqual([{}, undefined, undefined]);
    expect(await get("a")).toBe("two");
  });

  it("are not replaced where that is forbidden", async () => {
    await put("a", "one", { ForbidOverwrite: true });
    expect(await codeOf(put("a", "two", { ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    expect(await get("a")).toBe("one");
    await put("a", "three", { ForbidOverwrite: false });
    expect(await get("a")).toBe("three");
  });

  it.each<[string, Partial<PutObjectInput>, string]>([
    ["a digest that is none", { ContentMD5: "abc" }, "400 InvalidDigest"],
    ["another digest", { ContentMD5: md5("other").toString("base64") }, "400 InvalidDigest"],
    ["an ACL that objects cannot have", { ACL: "public-read-write" }, "400 InvalidArgument"],
    ["a grantee that is none", { GrantRead: "id=1001" }, "400 InvalidArgument"],
    ["an unknown class", { StorageClass: "GLACIER" }, "400 NotSupportedStorageClass"],
    ["too much metadata", { Metadata: { a: "x".repeat(2048) } }, "400 KeyTooLong"],
    [
      "too many tags",
      { Tagging: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, ""])) },
      "400 InvalidTag",
    ],
    ["a tag key too long", { Tagging: { ["k".repeat(129)]: "" } }, "400 InvalidTag"],
    ["a tag value too long", { Tagging: { k: "v".repeat(257) } }, "400 InvalidTag"],
    ["an unknown encryption", { ServerSideEncryption: "DES" }, "400 InvalidArgument"],
    ["half a customer's key", { SSECustomerAlgorithm: "AES256" }, "400 InvalidArgument"],
  ])("are not put with %s", async (_, input, code) => {
    expect(await codeOf(put("a", "hello!", input))).toBe(code);
    expect(await codeOf(get("a"))).toBe("404 NoSuchKey");
  });

  it("are not put with a tag twice or a wrong traffic limit", async () => {
    const attempt = async (headers: Record<string, string>): Promise<string | undefined> => {
      const request = { method: "PUT", path: `/${Bucket}/a`, headers, body: "" };
      return element((await sendSigned(cos.emulator, request)).text, "Code");
    };
    expect(await attempt({ "x-cos-tagging": "a=1&a=2" })).toBe("InvalidTag");
    expect(await attempt({ "x-cos-traffic-limit": "819199" })).toBe("InvalidArgument");
    expect(await attempt({ "x-cos-traffic-limit": "838860801" })).toBe("InvalidArgument");
    expect(await attempt({ "x-cos-forbid-overwrite": "perhaps" })).toBe("InvalidArgument");
    expect(await codeOf(get("a"))).toBe("404 NoSuchKey");
  });

  it("say what is wrong in a document with the ids of the headers", async () => {
    const { status, headers, text } = await sendSigned(cos.emulator, {
      host: `${Bucket}.cos.ap-guangzhou.myqcloud.com`,
      path: "/no <one>",
    });
    expect(status).toBe(404);
    expect(headers["content-type"]).toBe("application/xml");
    expect(text).toBe(
      "<?xml version='1.0' encoding='utf-8' ?><Error><Code>NoSuchKey</Code>" +
        "<Message>The specified key does not exist.</Message>" +
        `<Resource>${Bucket}.cos.ap-guangzhou.myqcloud.com/no &lt;one&gt;</Resource>` +
        `<RequestId>${String(headers["x-cos-request-id"])}</RequestId>` +
        `<TraceId>${String(headers["x-cos-trace-id"])}</TraceId></Error>`,
    );
  });

  it("are deleted, and deleted again", async () => {
    await put("a", "a");
    for (let i = 0; i < 2; i++) {
      const { $metadata } = await cos.client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      expect($metadata.httpStatusCode).toBe(204);
    }
  });

  it("have no versions but the one named null", async () => {
    await put("a", "a");
    expect(await get("a", { VersionId: "null" })).toBe("a");
    expect(await codeOf(get("a", { VersionId: "MTg0" }))).toBe("404 NoSuchVersion");
    expect(await codeOf(cos.client.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId: "MTg0" })))).toBe(
      "404 NoSuchVersion",
    );
    expect(await get("a")).toBe("a");
  });

  it("in an archive are told of but not given", async () => {
    await put("a", "a", { StorageClass: "archive" });
    expect(await cos.client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).toMatchObject({
      StorageClass: "ARCHIVE",
    });
    expect(await codeOf(get("a"))).toBe("403 InvalidObjectState");
  });

  it("encrypted with a key of the customer need it, and their ETag is no MD5", async () => {
    const key = (byte: number): Partial<PutObjectInput & GetObjectInput> => ({
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: Buffer.alloc(32, byte).toString("base64"),
      SSECustomerKeyMD5: createHash("md5").update(Buffer.alloc(32, byte)).digest("base64"),
    });
    expect(await put("a", "secret", key(1))).toMatchObject({ SSECustomerKeyMD5: key(1).SSECustomerKeyMD5 });
    expect(await get("a", key(1))).toBe("secret");
    expect(await codeOf(get("a"))).toBe("400 InvalidRequest");
    expect(await codeOf(get("a", key(2)))).toBe("400 InvalidRequest");
    const { ETag } = await cos.client.send(new HeadObjectCommand({ Bucket, Key: "a", ...key(1) }));
    expect(ETag).not.toBe(`"${md5("secret").toString("hex")}"`);
    await put("b", "open");
    expect(await codeOf(get("b", key(1)))).toBe("400 InvalidArgument");
  });

  it("tell what key service encrypts them", async () => {
    const kms = { ServerSideEncryption: "cos/kms", SSEKMSKeyId: "id", SSEContext: "e30=" };
    expect(await put("a", "a", kms)).toMatchObject(kms);
    expect(await cos.client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).toMatchObject(kms);
  });
});
