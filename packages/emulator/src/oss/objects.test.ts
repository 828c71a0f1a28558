import { createHash } from "node:crypto";
import { crc64 } from "@cosmoss/checksum";
import { ServiceError } from "@cosmoss/client-oss";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectInput,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectInput,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { codeOf, element, refusalOf, NOON, sendTarget } from "../testing.ts";
import { sendSigned, useOss } from "./testing.ts";

const Bucket = "photos";
const Key = "a/1.txt";
const BODY = Buffer.from("0123456789".repeat(100));
const MD5 = createHash("md5").update(BODY).digest();
const ETAG = `"${MD5.toString("hex").toUpperCase()}"`;

const oss = useOss();
const put = (more: Partial<PutObjectInput> = {}) =>
  oss.client.send(new PutObjectCommand({ Bucket, Key, Body: BODY, ...more }));
const head = (more: object = {}) => oss.client.send(new HeadObjectCommand({ Bucket, Key, ...more }));
const get = (more: Partial<GetObjectInput> = {}) => oss.client.send(new GetObjectCommand({ Bucket, Key, ...more }));

describe("objects of OSS", () => {
  it("come back as they were put", async () => {
    const { $metadata, ...output } = await put();
    expect(output).toEqual({ ETag: ETAG, ContentMD5: MD5.toString("base64"), HashCrc64ecma: crc64(BODY) });
    expect($metadata.httpStatusCode).toBe(200);
    const { Body, ...described } = await get();
    expect(Buffer.from(await Body.bytes())).toEqual(BODY);
    const expected = {
      ContentLength: 1000,
      ContentType: "application/octet-stream",
      ETag: ETAG,
      LastModified: new Date(NOON),
      ContentMD5: MD5.toString("base64"),
      HashCrc64ecma: crc64(BODY),
      Metadata: {},
      ObjectType: "Normal",
      StorageClass: "Standard",
    };
    expect(described).toEqual({ ...expected, $metadata: expect.anything() });
    expect(await head()).toEqual({ ...expected, $metadata: expect.anything() });
  });

  it("may be empty", async () => {
    const { ETag, HashCrc64ecma } = await put({ Body: "" });
    expect({ ETag, HashCrc64ecma }).toEqual({ ETag: '"D41D8CD98F00B204E9800998ECF8427E"', HashCrc64ecma: "0" });
    const { Body, ContentLength } = await get();
    expect(ContentLength).toBe(0);
    expect(await Body.text()).toBe("");
  });

  it("keep what is said about them", async () => {
    await put({
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="ü.txt"',
      ContentEncoding: "identity",
      ContentLanguage: "de",
      Expires: "whenever",
      StorageClass: "IA",
      Metadata: { Author: "Zoë 漢", "content-length": "7" },
      Tagging: { team: "core", "a b": "1+1=2" },
      ServerSideEncryption: "KMS",
      ServerSideDataEncryption: "SM4",
      ServerSideEncryptionKeyId: "key-1",
    });
    const expected = {
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="ü.txt"',
      ContentEncoding: "identity",
      ContentLanguage: "de",
      Expires: "whenever",
      StorageClass: "IA",
      Metadata: { author: "Zoë 漢", "content-length": "7" },
      TaggingCount: 2,
      ServerSideEncryption: "KMS",
      ServerSideDataEncryption: "SM4",
      ServerSideEncryptionKeyId: "key-1",
    };
    expect(await head()).toMatchObject(expected);
    const { Body, ...described } = await get();
    await Body.cancel();
    expect(described).toMatchObject(expected);
    // A new object has nothing of the old one.
    await put();
    const plain = await head();
    expect(plain).toMatchObject({ ContentType: "application/octet-stream", Metadata: {}, StorageClass: "Standard" });
    expect(plain).not.toHaveProperty("TaggingCount");
    expect(plain).not.toHaveProperty("CacheControl");
  });

  it("have the storage class of their bucket", async () => {
    await sendSigned(oss.emulator, {
      method: "PUT",
      bucket: "cold-photos",
      body: doc("<StorageClass>Archive</StorageClass>"),
    });
    await put({ Bucket: "cold-photos" });
    expect(await head({ Bucket: "cold-photos" })).toMatchObject({ StorageClass: "Archive" });
    const failure = await refusalOf(get({ Bucket: "cold-photos" }));
    expect(failure).toMatchObject({ statusCode: 403, code: "InvalidObjectState" });
    expect(failure.details).toMatchObject({ ObjectName: Key });
  });

  it.each<[string, Partial<PutObjectInput>, string]>([
    ["an unknown storage class", { StorageClass: "Warm" }, "400 InvalidArgument"],
    ["an unknown ACL", { ObjectAcl: "public" }, "400 InvalidArgument"],
    ["an underscore in metadata", { Metadata: { a_b: "1" } }, "400 InvalidArgument"],
    ["9 KiB of metadata", { Metadata: { a: "x".repeat(9216) } }, "400 InvalidArgument"],
    [
      "eleven tags",
      { Tagging: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`t${i}`, ""])) },
      "400 TooManyTags",
    ],
    ["a tag without a name", { Tagging: { "": "1" } }, "400 InvalidTag"],
    ["a long tag", { Tagging: { ["k".repeat(129)]: "1" } }, "400 InvalidTag"],
    ["a tag with other characters", { Tagging: { a: "1&2" } }, "400 InvalidTag"],
    ["an unknown encryption", { ServerSideEncryption: "ROT13" }, "400 InvalidEncryptionAlgorithmError"],
    ["data encryption without KMS", { ServerSideDataEncryption: "SM4" }, "400 InvalidEncryptionAlgorithmError"],
    ["a key id without KMS", { ServerSideEncryptionKeyId: "k" }, "400 InvalidArgument"],
    ["a callback", { Callback: "e30=" }, "501 NotImplemented"],
    ["another digest", { ContentMD5: createHash("md5").digest("base64") }, "400 InvalidDigest"],
    ["no digest", { ContentMD5: "xyz" }, "400 InvalidDigest"],
  ])("are not made with %s", async (_, more, expected) => {
    expect(await codeOf(put(more))).toBe(expected);
    expect(await codeOf(head())).toBe("404 NoSuchKey");
  });

  it("need a length or chunks", async () => {
    const request = { method: "PUT", bucket: Bucket, key: Key };
    const bare = { ...request, headers: { "content-length": "" } };
    const { status, text } = await sendSigned(oss.emulator, bare);
    expect([status, element(text, "Code")]).toEqual([411, "MissingContentLength"]);
    const chunked = { ...request, headers: { "transfer-encoding": "chunked" } };
    expect((await sendSigned(oss.emulator, chunked)).status).toBe(200);
    async function* pieces() {
      yield BODY.subarray(0, 1);
      yield BODY.subarray(1);
    }
    expect(await put({ Body: pieces() })).toMatchObject({ ETag: ETAG });
  });

  it("are refused when said to be too large, before they come", async () => {
    const { status, text } = await sendSigned(oss.emulator, {
      method: "PUT",
      bucket: Bucket,
      key: Key,
      headers: { "content-length": String(5 * 1024 ** 3 + 1), expect: "100-continue" },
    }).catch((error: unknown) => ({ status: 0, text: String(error) }));
    expect([status, element(text, "Code")]).toEqual([400, "EntityTooLarge"]);
    expect(element(text, "MaxSizeAllowed")).toBe(String(5 * 1024 ** 3));
  });

  it("are not overwritten where that is forbidden", async () => {
    await put({ ForbidOverwrite: true });
    const failure = await refusalOf(put({ ForbidOverwrite: true, Body: "new" }));
    expect(failure).toMatchObject({ statusCode: 409, code: "FileAlreadyExists", ec: "0026-00000002" });
    expect(await head()).toMatchObject({ ETag: ETAG });
    await put({ ForbidOverwrite: false, Body: "new" });
    expect(await head()).toMatchObject({ ContentLength: 3 });
  });

  it("are gone once deleted, as often as one likes", async () => {
    await put();
    for (let i = 0; i < 2; i++) {
      const { $metadata, ...output } = await oss.client.send(new DeleteObjectCommand({ Bucket, Key }));
      expect($metadata.httpStatusCode).toBe(204);
      expect(output).toEqual({});
    }
    const failure = await refusalOf(get());
    expect(failure).toMatchObject({ statusCode: 404, code: "NoSuchKey", ec: "0026-00000001" });
    expect(failure.details).toMatchObject({ Key });
    expect(await refusalOf(head())).toMatchObject({ statusCode: 404, code: "NoSuchKey", ec: "0026-00000001" });
    expect(await codeOf(oss.client.send(new DeleteObjectCommand({ Bucket: "no-photos", Key })))).toBe(
      "404 NoSuchBucket",
    );
  });

  it("have one version, called null", async () => {
    await put();
    const { Body } = await get({ VersionId: "null" });
    expect(await Body.bytes()).toHaveLength(1000);
    const absent = "CAEQHxiBgIDAj.jV3xgiIGFjMDI5ZTRm";
    expect(await codeOf(get({ VersionId: absent }))).toBe("404 NoSuchVersion");
    expect(await codeOf(head({ VersionId: absent }))).toBe("404 NoSuchVersion");
    const malformed = await refusalOf(get({ VersionId: "1" }));
    expect(malformed.message).toContain("Invalid version id specified.");
    expect((await refusalOf(get({ VersionId: "" }))).message).toContain("Version id can not be the empty string.");
    expect(await codeOf(oss.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: "1" })))).toBe(
      "400 InvalidArgument",
    );
    await oss.client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: "null" }));
    expect(await codeOf(head())).toBe("404 NoSuchKey");
  });

  it.each(["a b+c%2F?d#e", "a//b/./../c/", "中文/ü!'()*~", ".", "a\u0001b\\", "__proto__", "x".repeat(1023)])(
    "may be called %j",
    async (name) => {
      await put({ Key: name });
      const { Body } = await get({ Key: name });
      expect(await Body.bytes()).toHaveLength(1000);
      expect(oss.emulator.requests.at(-1)).toMatchObject({ key: name, status: 200 });
    },
  );

  it.each(["/a", "\\a", "x".repeat(1024), "漢".repeat(342)])("cannot be called %j", async (key) => {
    const { status, text } = await sendSigned(oss.emulator, { bucket: Bucket, key });
    expect(status).toBe(400);
    expect(element(text, "Code")).toBe("InvalidObjectName");
  });

  it("are refused as whole paths that cannot be read", async () => {
    for (const path of [`/${Bucket}/%`, `/${Bucket}/%zz`, `/${Bucket}/%ff`]) {
      const { status, text } = await sendTarget(oss.emulator.port, { target: path });
      expect([status, element(text, "Code")]).toEqual([400, "InvalidURI"]);
    }
  });
});

describe("conditions of OSS", () => {
  const before = new Date(NOON - 1000);
  const same = new Date(NOON);

  it.each<[Partial<GetObjectInput>, string]>([
    [{ IfMatch: ETAG }, "200"],
    [{ IfMatch: '"x"' }, "412 If-Match"],
    [{ IfNoneMatch: ETAG }, "304"],
    [{ IfNoneMatch: '"x"' }, "200"],
    [{ IfModifiedSince: before }, "200"],
    [{ IfModifiedSince: same }, "304"],
    [{ IfUnmodifiedSince: same }, "200"],
    [{ IfUnmodifiedSince: before }, "412 If-Unmodified-Since"],
    [{ IfMatch: ETAG, IfUnmodifiedSince: before }, "412 If-Unmodified-Since"],
  ])("%j", async (conditions, expected) => {
    await put();
    for (const send of [get, head]) {
      const result = await send(conditions).then(
        () => "200",
        (error: unknown) => {
          if (!ServiceError.isInstance(error)) throw error;
          if (error.statusCode === 304) {
            expect(error.$response?.headers["etag"]).toBe(ETAG);
            return "304";
          }
          expect(error.code).toBe("PreconditionFailed");
          return `412 ${error.details["Condition"] ?? "?"}`;
        },
      );
      expect(result).toBe(expected);
    }
  });

  it("ignore dates that cannot be read", async () => {
    await put();
    const headers = { "if-modified-since": "yesterday", "if-unmodified-since": "tomorrow" };
    expect((await sendSigned(oss.emulator, { bucket: Bucket, key: Key, headers })).status).toBe(200);
  });
});

describe("ranges of OSS", () => {
  it.each([
    ["bytes=0-499", undefined, "206 bytes 0-499/1000"],
    ["bytes=500-", undefined, "206 bytes 500-999/1000"],
    ["bytes=-5", undefined, "206 bytes 995-999/1000"],
    ["bytes=500-2000", undefined, "200 "],
    ["bytes=500-2000", "standard", "206 bytes 500-999/1000"],
    ["bytes=1000-", undefined, "200 "],
    ["byte=0-1", "standard", "200 "],
    ["bytes=0-1,3-4", undefined, "200 "],
  ])("%s, %s", async (Range, RangeBehavior, expected) => {
    await put();
    const output = await get({ Range, ...(RangeBehavior && { RangeBehavior }) });
    const { Body, ContentRange = "", ContentLength } = output;
    expect(`${output.$metadata.httpStatusCode} ${ContentRange}`).toBe(expected);
    const [, first = "0", last = "999"] = /^bytes (\d+)-(\d+)/.exec(ContentRange) ?? [];
    const slice = BODY.subarray(Number(first), Number(last) + 1);
    expect(ContentLength).toBe(slice.length);
    expect(Buffer.from(await Body.bytes())).toEqual(slice);
  });

  it("may be beyond the object", async () => {
    await put();
    const failure = await refusalOf(get({ Range: "bytes=1000-", RangeBehavior: "standard" }));
    expect(failure).toMatchObject({ statusCode: 416, code: "InvalidRange" });
    expect(failure.details).toMatchObject({ ActualObjectSize: "1000", RangeRequested: "bytes=1000-" });
  });
});

describe("overrides of OSS", () => {
  it("replace headers of the answer", async () => {
    await put({ ContentType: "text/plain", CacheControl: "no-store" });
    const { Body, ...output } = await get({
      ResponseContentType: "text/html",
      ResponseContentDisposition: 'inline; filename="ü"',
      ResponseExpires: "0",
      ResponseContentLanguage: "fr",
      ResponseContentEncoding: "identity",
      Range: "bytes=0-0",
    });
    expect(await Body.text()).toBe("0");
    expect(output).toMatchObject({
      ContentType: "text/html",
      ContentDisposition: 'inline; filename="ü"',
      Expires: "0",
      ContentLanguage: "fr",
      ContentEncoding: "identity",
      CacheControl: "no-store",
    });
  });

  it("cannot end a header", async () => {
    await put();
    expect(await codeOf(get({ ResponseContentType: "a\r\nx: y" }))).toBe("400 InvalidArgument");
  });
});

describe("what the emulator does not do for OSS", () => {
  it.each([
    ["GET", Key, { acl: null }],
    ["PUT", Key, { symlink: null }],
    ["POST", Key, { restore: null }],
    ["GET", Key, { "x-oss-process": "image/info" }],
    ["GET", undefined, { cors: null }],
    ["PUT", undefined, { versioning: null }],
    ["GET", undefined, { versions: null }],
    ["POST", Key, { uploads: null, sequential: null }],
    ["GET", undefined, { tagging: null }],
  ])("%s %s %j is said to be missing", async (method, key, query) => {
    const { status, text } = await sendSigned(oss.emulator, {
      method,
      bucket: Bucket,
      ...(key && { key }),
      query: query as Record<string, string | null>,
    });
    expect([status, element(text, "Code")]).toEqual([501, "NotImplemented"]);
  });

  it.each([
    ["POST", Key, { append: null }, 400, "InvalidArgument", "position"],
    ["PUT", Key, { partNumber: "1" }, 400, "InvalidArgument", "uploadId"],
    ["PUT", Key, { uploadId: "x", partNumber: "0" }, 400, "InvalidArgument", "partNumber"],
    ["PUT", Key, { uploadId: "x", partNumber: "10001" }, 400, "InvalidArgument", "partNumber"],
    ["POST", Key, {}, 400, "InvalidArgument", undefined],
    ["PATCH", Key, {}, 405, "MethodNotAllowed", undefined],
    ["DELETE", undefined, { nonsense: "1" }, 204, undefined, undefined],
  ])("%s %s %j", async (method, key, query, status, code, argument) => {
    const answer = await sendSigned(oss.emulator, {
      method,
      bucket: Bucket,
      ...(key && { key }),
      query: query as Record<string, string | null>,
    });
    expect([answer.status, element(answer.text, "Code"), element(answer.text, "ArgumentName")]).toEqual([
      status,
      code,
      argument,
    ]);
  });
});

function doc(elements: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<CreateBucketConfiguration>${elements}</CreateBucketConfiguration>`;
}
