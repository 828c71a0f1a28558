import { createHash } from "node:crypto";
import { COSClient, presign } from "@cosmoss/client-cos";
import { crc64 } from "@cosmoss/checksum";
import {
  DeleteMultipleObjectsCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectInput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectInput,
} from "@cosmoss/commands-cos";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../start-emulator.ts";
import { codeOf, refusalOf } from "./refusal.ts";
import { element, sendAnonymous, sendSigned } from "./signed-request.ts";

const NOON = Date.UTC(2024, 4, 6, 12);
const Bucket = "photos-1250000000";
const md5 = (text: string): Buffer => createHash("md5").update(text).digest();

let clock: FakeClock;
let emulator: Emulator;
let client: COSClient;

beforeEach(async () => {
  clock = new FakeClock(NOON + 789);
  emulator = await startEmulator({ clock, buckets: { cos: [Bucket] } });
  client = new COSClient({ ...emulator.cos, clock });
});
afterEach(async () => {
  client.destroy();
  await emulator.close();
});

const put = (Key: string, Body: string, input: Partial<PutObjectInput> = {}): Promise<unknown> =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...input }));
const get = async (Key: string, input: Partial<GetObjectInput> = {}): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...input }));
  return Body.text();
};

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
    const { $metadata: _, ...head } = await client.send(new HeadObjectCommand({ Bucket, Key: "a/b" }));
    expect(head).toEqual(described);
    const { $metadata: __, Body, ...got } = await client.send(new GetObjectCommand({ Bucket, Key: "a/b" }));
    expect(await Body.text()).toBe("hello!");
    expect(got).toEqual(described);
  });

  it("have no headers but those they were put with, and the class STANDARD unsaid", async () => {
    await put("a", "");
    const { status, headers, rawHeaders } = await sendSigned(
      emulator,
      { method: "HEAD", path: `/${Bucket}/a` },
      { time: clock.now() },
    );
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
    await sendSigned(
      emulator,
      { method: "PUT", path: `/${Bucket}/${Key}`, headers: { "content-type": "", "cache-control": "" }, body: "x" },
      { time: clock.now() },
    );
    const { ContentType, CacheControl } = await client.send(new HeadObjectCommand({ Bucket, Key }));
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
    expect(emulator.requests.at(-1)).toMatchObject({ operation: "GetObject", key: Key, status: 200 });
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await codeOf(get(Key))).toBe("404 NoSuchKey");
  });

  it("cannot have a key of more than 850 bytes", async () => {
    const { status, text } = await sendSigned(
      emulator,
      { method: "PUT", path: `/${Bucket}/${"é".repeat(426)}`, body: "" },
      { time: clock.now() },
    );
    expect([status, element(text, "Code")]).toEqual([400, "KeyTooLong"]);
  });

  it("are replaced whole", async () => {
    await put("a", "one", { Metadata: { x: "1" }, CacheControl: "no-cache", Tagging: { a: "1" } });
    await put("a", "two");
    const { Metadata, CacheControl, TaggingCount } = await client.send(new HeadObjectCommand({ Bucket, Key: "a" }));
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
      return element((await sendSigned(emulator, request, { time: clock.now() })).text, "Code");
    };
    expect(await attempt({ "x-cos-tagging": "a=1&a=2" })).toBe("InvalidTag");
    expect(await attempt({ "x-cos-traffic-limit": "819199" })).toBe("InvalidArgument");
    expect(await attempt({ "x-cos-traffic-limit": "838860801" })).toBe("InvalidArgument");
    expect(await attempt({ "x-cos-forbid-overwrite": "perhaps" })).toBe("InvalidArgument");
    expect(await codeOf(get("a"))).toBe("404 NoSuchKey");
  });

  it("say what is wrong in a document with the ids of the headers", async () => {
    const { status, headers, text } = await sendSigned(
      emulator,
      { host: `${Bucket}.cos.ap-guangzhou.myqcloud.com`, path: "/no <one>" },
      { time: clock.now() },
    );
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
      const { $metadata } = await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      expect($metadata.httpStatusCode).toBe(204);
    }
  });

  it("have no versions but the one named null", async () => {
    await put("a", "a");
    expect(await get("a", { VersionId: "null" })).toBe("a");
    expect(await codeOf(get("a", { VersionId: "MTg0" }))).toBe("404 NoSuchVersion");
    expect(await codeOf(client.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId: "MTg0" })))).toBe(
      "404 NoSuchVersion",
    );
    expect(await get("a")).toBe("a");
  });

  it("in an archive are told of but not given", async () => {
    await put("a", "a", { StorageClass: "archive" });
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).toMatchObject({ StorageClass: "ARCHIVE" });
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
    const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key: "a", ...key(1) }));
    expect(ETag).not.toBe(`"${md5("secret").toString("hex")}"`);
    await put("b", "open");
    expect(await codeOf(get("b", key(1)))).toBe("400 InvalidArgument");
  });

  it("tell what key service encrypts them", async () => {
    const kms = { ServerSideEncryption: "cos/kms", SSEKMSKeyId: "id", SSEContext: "e30=" };
    expect(await put("a", "a", kms)).toMatchObject(kms);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: "a" }))).toMatchObject(kms);
  });
});

describe("ranges of COS", () => {
  it.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=8-", "89", "bytes 8-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=5-99", "56789", "bytes 5-9/10"],
    ["bytes=0-1,4-5", "0123456789", undefined],
    ["lines=0-1", "0123456789", undefined],
  ])("give for %s %j", async (Range, text, shown) => {
    await put("a", "0123456789");
    const { $metadata, Body, ContentRange, HashCrc64ecma } = await client.send(
      new GetObjectCommand({ Bucket, Key: "a", Range }),
    );
    expect(await Body.text()).toBe(text);
    expect([$metadata.httpStatusCode, ContentRange]).toEqual([shown === undefined ? 200 : 206, shown]);
    expect(HashCrc64ecma).toBe(crc64(Buffer.from("0123456789")));
  });

  it("are refused where there is nothing", async () => {
    await put("a", "0123456789");
    await put("empty", "");
    const error = await refusalOf(get("a", { Range: "bytes=10-" }));
    expect([error.statusCode, error.code]).toEqual([416, "InvalidRange"]);
    expect(error.$response?.headers["content-range"]).toBe("bytes */10");
    expect(await codeOf(get("empty", { Range: "bytes=0-" }))).toBe("416 InvalidRange");
  });
});

describe("conditions of COS", () => {
  const etag = `"${md5("a").toString("hex")}"`;
  const before = new Date(NOON - 1000);
  const same = new Date(NOON);

  it.each<[Partial<GetObjectInput>, string]>([
    [{ IfMatch: etag }, "200"],
    [{ IfMatch: etag.slice(1, -1) }, "200"],
    [{ IfMatch: "*" }, "200"],
    [{ IfMatch: '"other"' }, "412 PreconditionFailed"],
    [{ IfNoneMatch: etag }, "304 NotModified"],
    [{ IfNoneMatch: '"other"' }, "200"],
    [{ IfModifiedSince: same }, "304 NotModified"],
    [{ IfModifiedSince: before }, "200"],
    [{ IfUnmodifiedSince: same }, "200"],
    [{ IfUnmodifiedSince: before }, "412 PreconditionFailed"],
    [{ IfMatch: etag, IfUnmodifiedSince: before }, "200"],
    [{ IfNoneMatch: '"other"', IfModifiedSince: same }, "200"],
    [{ IfMatch: etag, IfNoneMatch: etag }, "304 NotModified"],
  ])("answer to %j with %s, GET and HEAD alike", async (conditions, expected) => {
    await put("a", "a");
    const got = get("a", conditions).then(() => "200");
    const head = client.send(new HeadObjectCommand({ Bucket, Key: "a", ...conditions })).then(() => "200");
    expect(await (expected === "200" ? got : codeOf(got))).toBe(expected);
    expect(await (expected === "200" ? head : codeOf(head))).toBe(expected);
  });

  it("do not matter where there is no object", async () => {
    expect(await codeOf(get("none", { IfMatch: '"x"' }))).toBe("404 NoSuchKey");
  });

  it("answer with 304 without a body but with the id of the request", async () => {
    await put("a", "a");
    const { status, headers, text } = await sendSigned(
      emulator,
      { path: `/${Bucket}/a`, headers: { "if-none-match": etag } },
      { time: clock.now() },
    );
    expect([status, text, headers["etag"], headers["content-length"]]).toEqual([304, "", etag, undefined]);
    expect(headers["x-cos-request-id"]).toBeTruthy();
  });
});

describe("overridden response headers of COS", () => {
  it("take the place of stored ones", async () => {
    await put("a", "a", { CacheControl: "no-cache", ContentType: "text/plain" });
    const got = await client.send(
      new GetObjectCommand({
        ...{ Bucket, Key: "a" },
        ResponseContentType: "text/html",
        ResponseContentLanguage: "zh",
        ResponseExpires: "now",
        ResponseCacheControl: "max-age=1",
        ResponseContentDisposition: "inline; filename*=UTF-8''%E6%BC%A2",
        ResponseContentEncoding: "identity",
      }),
    );
    await got.Body.cancel();
    expect(got).toMatchObject({
      ContentType: "text/html",
      ContentLanguage: "zh",
      Expires: "now",
      CacheControl: "max-age=1",
      ContentDisposition: "inline; filename*=UTF-8''%E6%BC%A2",
      ContentEncoding: "identity",
    });
  });

  it("need a signature", async () => {
    await put("a", "a", { ACL: "public-read" });
    const ask = { path: `/${Bucket}/a`, query: { "response-content-type": "text/html" } };
    const { status, text } = await sendAnonymous(emulator, ask);
    expect([status, element(text, "Code")]).toEqual([400, "InvalidRequest"]);
  });
});

describe("several objects of COS", () => {
  it("are deleted at once, those that do not exist too, in the order of the request", async () => {
    await put("a & <b>", "1");
    await put("漢\u0001", "2");
    const Objects = [{ Key: "漢\u0001" }, { Key: "none" }, { Key: "a & <b>" }];
    const { Deleted, Errors } = await client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects }));
    expect([Deleted, Errors]).toEqual([Objects, []]);
    expect(await codeOf(get("a & <b>"))).toBe("404 NoSuchKey");
    expect(await codeOf(get("漢\u0001"))).toBe("404 NoSuchKey");
  });

  it("are deleted quietly but for the errors", async () => {
    await put("a", "1");
    const { Deleted, Errors } = await client.send(
      new DeleteMultipleObjectsCommand({ Bucket, Objects: [{ Key: "a" }, { Key: "b", VersionId: "v1" }], Quiet: true }),
    );
    expect(Deleted).toEqual([]);
    expect(Errors).toEqual([
      { Key: "b", VersionId: "v1", Code: "NoSuchVersion", Message: "The specified version does not exist." },
    ]);
    expect(await codeOf(get("a"))).toBe("404 NoSuchKey");
  });

  it("are at most a thousand", async () => {
    const Objects = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
    const error = await refusalOf(client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects })));
    expect(error.code).toBe("MalformedXML");
    expect(error.message).toContain("delete key size is greater than 1000");
    const all = await client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects: Objects.slice(1) }));
    expect(all.Deleted).toHaveLength(1000);
  });

  it.each([
    ["no digest", "<Delete><Object><Key>a</Key></Object></Delete>", undefined, "InvalidRequest"],
    ["another digest", "<Delete><Object><Key>a</Key></Object></Delete>", md5("b").toString("base64"), "InvalidDigest"],
    ["no objects", "<Delete></Delete>", "", "MalformedXML"],
    ["another root", "<Remove><Object><Key>a</Key></Object></Remove>", "", "MalformedXML"],
    ["broken XML", "<Delete><Object>", "", "MalformedXML"],
    ["no body", "", "", "MalformedXML"],
  ])("are not deleted with %s", async (_, body, digest, code) => {
    await put("a", "1");
    const sent = digest === "" ? md5(body).toString("base64") : digest;
    const { status, text } = await sendSigned(
      emulator,
      {
        ...{ method: "POST", path: `/${Bucket}/`, query: { delete: null }, body },
        headers: sent === undefined ? {} : { "content-md5": sent },
      },
      { time: clock.now() },
    );
    expect([status, element(text, "Code")]).toEqual([400, code]);
    if (digest === undefined) {
      expect(element(text, "Message")).toBe("Missing required header for this request: Content-MD5");
    }
    expect(await get("a")).toBe("1");
  });
});

describe("access to COS without a signature", () => {
  const ask = async (method: string, path: string, query = {}, headers = {}): Promise<string> => {
    const body = method === "PUT" || method === "POST" ? "" : undefined;
    const { status, text } = await sendAnonymous(emulator, {
      ...{ method, query, headers, path: `/${path}` },
      ...(body !== undefined && { body }),
    });
    return `${status} ${element(text, "Code") ?? ""}`.trim();
  };

  it("is denied to what is private", async () => {
    await put("a", "a");
    await put("closed", "a", { ACL: "private" });
    expect(await ask("GET", `${Bucket}/a`)).toBe("403 AccessDenied");
    expect(await ask("HEAD", `${Bucket}/a`)).toBe("403");
    expect(await ask("GET", `${Bucket}/none`)).toBe("403 AccessDenied");
    expect(await ask("PUT", `${Bucket}/a`)).toBe("403 AccessDenied");
    expect(await ask("GET", `${Bucket}/`)).toBe("403 AccessDenied");
    expect(await ask("PUT", "new-1250000000/")).toBe("403 AccessDenied");
    expect(await ask("GET", "none-1250000000/a")).toBe("404 NoSuchBucket");
    expect((await sendAnonymous(emulator, { path: "/", host: "service.cos.myqcloud.com" })).status).toBe(403);
  });

  it("goes by the object's ACL, and then by that of the bucket", async () => {
    await put("open", "a", { ACL: "public-read" });
    expect(await ask("GET", `${Bucket}/open`)).toBe("200");
    expect(await ask("HEAD", `${Bucket}/open`)).toBe("200");
    expect(await ask("DELETE", `${Bucket}/open`)).toBe("403 AccessDenied");
    const create = { method: "PUT", path: "/public-1250000000/", headers: { "x-cos-acl": "public-read" } };
    await sendSigned(emulator, create, { time: clock.now() });
    for (const ACL of ["default", "private"]) {
      await client.send(new PutObjectCommand({ Bucket: "public-1250000000", Key: ACL, ACL }));
    }
    expect(await ask("GET", "public-1250000000/default")).toBe("200");
    expect(await ask("GET", "public-1250000000/none")).toBe("404 NoSuchKey");
    expect(await ask("GET", "public-1250000000/private")).toBe("403 AccessDenied");
    expect(await ask("GET", "public-1250000000/")).toBe("200");
    expect(await ask("HEAD", "public-1250000000/")).toBe("200");
    expect(await ask("PUT", "public-1250000000/x")).toBe("403 AccessDenied");
  });

  it("may write to a bucket that all may write to, but not decide who may read it or copy what is closed", async () => {
    const create = { method: "PUT", path: "/free-1250000000/", headers: { "x-cos-acl": "public-read-write" } };
    await sendSigned(emulator, create, { time: clock.now() });
    await put("closed", "a");
    await put("open", "a", { ACL: "public-read" });
    const from = (key: string): object => ({ "x-cos-copy-source": `${Bucket}.cos.ap-guangzhou.myqcloud.com/${key}` });
    expect(await ask("PUT", "free-1250000000/x")).toBe("200");
    expect(await ask("PUT", "free-1250000000/x", {}, { "x-cos-acl": "private" })).toBe("403 AccessDenied");
    expect(await ask("PUT", "free-1250000000/x", {}, from("open"))).toBe("200");
    expect(await ask("PUT", "free-1250000000/x", {}, from("closed"))).toBe("403 AccessDenied");
    expect(await ask("DELETE", "free-1250000000/x")).toBe("204");
    expect(await ask("DELETE", "free-1250000000/")).toBe("403 AccessDenied");
  });
});

describe("presigned URLs of COS", () => {
  it("get, put and delete with nothing but fetch", async () => {
    const url = async (command: Parameters<typeof presign>[1]): Promise<[string, RequestInit]> => {
      const signed = await presign(client, command, { expiresIn: 60 });
      return [signed.url, { method: signed.method, headers: signed.headers }];
    };
    const [putUrl, putInit] = await url(new PutObjectCommand({ Bucket, Key: "a b", ContentType: "text/x" }));
    expect((await fetch(putUrl, { ...putInit, body: "hello" })).status).toBe(200);
    const [getUrl, getInit] = await url(new GetObjectCommand({ Bucket, Key: "a b", ResponseCacheControl: "no-store" }));
    const got = await fetch(getUrl, getInit);
    expect([await got.text(), got.headers.get("content-type"), got.headers.get("cache-control")]).toEqual([
      "hello",
      "text/x",
      "no-store",
    ]);
    await clock.advance(61_000);
    const late = await fetch(getUrl, getInit);
    expect([late.status, element(await late.text(), "Message")]).toEqual([403, "Request has expired"]);
  });
});
