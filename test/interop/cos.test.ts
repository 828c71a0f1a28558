import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { awkwardKeys, bytes, dottedKey } from "./content.ts";
import { cosRegion as Region, cosSdk, cosVersions, emulatorForFile, folderForFile } from "./vendors.ts";

const emulator = await emulatorForFile();
const folder = folderForFile();

describe.each(cosVersions)("cos-nodejs-sdk-v5 %s", (version, COS) => {
  const cos = cosSdk(COS, emulator);
  const Bucket = `objects-${version[0]}-1250000000`;
  const content = bytes(1000);
  const at = (Key: string) => ({ Bucket, Region, Key });
  const put = (Key: string, more?: object) => cos.putObject({ ...at(Key), Body: content, ...more });
  beforeAll(async () => {
    await cos.putBucket({ Bucket, Region });
  });

  describe("buckets", () => {
    const names = ["a", "b"].map((letter) => `buckets-${version[0]}-${letter}-1250000000`);

    test("are put, listed, headed and deleted", async () => {
      for (const Bucket of names) {
        const { Location, statusCode } = await cos.putBucket({ Bucket, Region });
        expect([Location, statusCode]).toEqual([`${Bucket}.cos.${Region}.myqcloud.com/`, 200]);
      }
      for (const params of [{}, { Region }]) {
        const { Buckets, Owner } = await cos.getService(params);
        expect(Buckets.filter(({ Name }) => names.includes(Name))).toMatchObject(
          names.map((Name) => ({ Name, Location: Region })),
        );
        expect(Owner.ID).toMatch(/./);
      }
      const { statusCode, headers, RequestId } = await cos.headBucket({ Bucket: names[0]!, Region });
      expect([statusCode, headers?.["x-cos-bucket-region"]]).toEqual([200, Region]);
      expect(RequestId).toMatch(/./);
      for (const Bucket of names) expect((await cos.deleteBucket({ Bucket, Region })).statusCode).toBe(204);
      const { Buckets } = await cos.getService();
      expect(Buckets.filter(({ Name }) => names.includes(Name))).toEqual([]);
    });

    test("that are missing, in use or misnamed are refused", async () => {
      const missing = { Bucket: "never-1250000000", Region };
      // HEAD has no body: the SDK makes the code of the status.
      await expect(cos.headBucket(missing)).rejects.toMatchObject({ code: "404", statusCode: 404, method: "HEAD" });
      await expect(cos.getBucket(missing)).rejects.toMatchObject({
        code: "NoSuchBucket",
        statusCode: 404,
        RequestId: expect.stringMatching(/./),
        error: { Code: "NoSuchBucket", TraceId: expect.stringMatching(/./) },
      });
      await expect(cos.deleteBucket(missing)).rejects.toMatchObject({ code: "NoSuchBucket", statusCode: 404 });
      await put("occupant");
      await expect(cos.deleteBucket({ Bucket, Region })).rejects.toMatchObject({
        code: "BucketNotEmpty",
        statusCode: 409,
      });
      await expect(cos.putBucket({ Bucket, Region })).rejects.toMatchObject({
        code: "BucketAlreadyOwnedByYou",
        statusCode: 409,
      });
      await expect(cos.putBucket({ Bucket: "no_name-1250000000", Region })).rejects.toMatchObject({
        message: 'Bucket should format as "test-1250000000".',
      });
    });
  });

  describe("objects", () => {
    test("from a buffer, to a buffer", async () => {
      const stored = await put("buffer.txt", { "x-cos-meta-Owner": "ops", ContentType: "text/markdown" });
      expect(stored).toMatchObject({
        statusCode: 200,
        Location: `${Bucket}.cos.${Region}.myqcloud.com/buffer.txt`,
        ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      });
      const { Body, ETag, headers, statusCode } = await cos.getObject(at("buffer.txt"));
      expect((Body as Buffer).equals(content)).toBe(true);
      expect([statusCode, ETag]).toEqual([200, stored.ETag]);
      const described = {
        "content-type": "text/markdown",
        "content-length": "1000",
        "x-cos-meta-owner": "ops",
        "x-cos-hash-crc64ecma": expect.stringMatching(/^\d+$/),
      };
      expect(headers).toMatchObject(described);
      const head = await cos.headObject(at("buffer.txt"));
      expect([head.ETag, head.headers]).toEqual([ETag, expect.objectContaining(described)]);
    });

    test("from text", async () => {
      await cos.putObject({ ...at("text"), Body: "杭州" });
      expect(String((await cos.getObject(at("text"))).Body)).toBe("杭州");
    });

    test("from a file, to a file", async () => {
      const source = join(folder, `${version}-source.png`);
      const target = join(folder, `${version}-target`);
      writeFileSync(source, content);
      await cos.putObject({ ...at("file"), Body: createReadStream(source), ContentLength: 1000 });
      await cos.getObject({ ...at("file"), Output: createWriteStream(target) });
      expect((await cos.headObject(at("file"))).headers?.["content-type"]).toBe("image/png");
      expect(readFileSync(target).equals(content)).toBe(true);
      await cos.uploadFile({ ...at("uploaded"), FilePath: source });
      await cos.downloadFile({ ...at("uploaded"), FilePath: target });
      expect(readFileSync(target).equals(content)).toBe(true);
    });

    test("from a stream of known and of unknown length, to a stream", async () => {
      const long = bytes(300_000);
      const stream = () => Readable.from([long.subarray(0, 7), long.subarray(7)], { objectMode: false });
      await cos.putObject({ ...at("known"), Body: stream(), ContentLength: long.length });
      await cos.putObject({ ...at("unknown"), Body: stream().pipe(new PassThrough()) });
      for (const Key of ["known", "unknown"]) {
        expect((await buffer(cos.getObjectStream(at(Key)) as Readable)).equals(long)).toBe(true);
        const target = join(folder, `${version}-written`);
        await cos.getObject({ ...at(Key), Output: createWriteStream(target) });
        expect(readFileSync(target).equals(long)).toBe(true);
      }
    });

    test("empty ones", async () => {
      await cos.putObject({ ...at("empty"), Body: Buffer.alloc(0) });
      const { Body, headers } = await cos.getObject(at("empty"));
      expect([Body.length, headers?.["content-length"], headers?.["x-cos-hash-crc64ecma"]]).toEqual([0, "0", "0"]);
    });

    test("with the headers they were given", async () => {
      await put("headers.json", {
        CacheControl: "max-age=60",
        ContentDisposition: "attachment; filename=%E4%B8%AD.txt",
        ContentEncoding: "identity",
        Expires: "Thu, 01 Dec 1994 16:00:00 GMT",
      });
      expect((await cos.headObject(at("headers.json"))).headers).toMatchObject({
        "content-type": "application/json",
        "cache-control": "max-age=60",
        "content-disposition": "attachment; filename=%E4%B8%AD.txt",
        "content-encoding": "identity",
        expires: "Thu, 01 Dec 1994 16:00:00 GMT",
      });
    });

    test("have the type of their extension when none is given", async () => {
      for (const [Key, type] of [
        ["1.zip", "application/zip"],
        ["1", "application/octet-stream"],
      ] as const) {
        await put(Key);
        expect((await cos.headObject(at(Key))).headers?.["content-type"]).toBe(type);
      }
    });

    test("are not stored with a wrong MD5", async () => {
      const wrong = put("wrong-md5", { ContentMD5: "XUFAKrxLKna5cZ2REBfFkg==" });
      await expect(wrong).rejects.toMatchObject({
        code: expect.stringMatching(/^(Bad|Invalid)Digest$/),
        statusCode: 400,
      });
      await expect(cos.headObject(at("wrong-md5"))).rejects.toMatchObject({ statusCode: 404 });
    });

    test("that are missing", async () => {
      await expect(cos.getObject(at("missing"))).rejects.toMatchObject({
        code: "NoSuchKey",
        statusCode: 404,
        method: "GET",
        error: { Code: "NoSuchKey", Resource: expect.stringContaining("missing") },
      });
      await expect(cos.headObject(at("missing"))).rejects.toMatchObject({ code: "404", statusCode: 404 });
      expect((await cos.deleteObject(at("missing"))).statusCode).toBe(204);
      // Nothing but the object can be missing, says the SDK.
      const elsewhere = await cos.deleteObject({ Bucket: "never-1250000000", Region, Key: "x" });
      expect(elsewhere).toMatchObject({ statusCode: 404, BucketNotFound: true });
    });

    test.each([...awkwardKeys, dottedKey])("under the key %j", async (Key) => {
      const short = Key.slice(0, 800);
      await put(Key);
      expect(((await cos.getObject(at(Key))).Body as Buffer).equals(content)).toBe(true);
      const { Contents } = await cos.getBucket({ Bucket, Region, Prefix: Key });
      expect(Contents.map((object) => object.Key)).toEqual([Key]);
      await cos.putObjectCopy({ ...at(`${short}+copy`), CopySource: sourceOf(Bucket, Key) });
      const { Deleted } = await cos.deleteMultipleObject({
        Bucket,
        Region,
        Objects: [{ Key }, { Key: `${short}+copy` }],
      });
      expect(Deleted.map((object) => object.Key)).toEqual([Key, `${short}+copy`]);
      await expect(cos.headObject(at(Key))).rejects.toMatchObject({ statusCode: 404 });
    });

    test("under keys with control characters", async () => {
      const Key = "control\u0001\n\f\u0007Pc";
      await put(Key);
      const { Contents } = await cos.getBucket({ Bucket, Region, Prefix: "control" });
      expect(Contents.map((object) => object.Key)).toEqual([Key]);
      const { Deleted } = await cos.deleteMultipleObject({ Bucket, Region, Objects: [{ Key }] });
      expect(Deleted).toMatchObject([{ Key }]);
    });

    test("lose one leading slash of their keys, unless told not to", async () => {
      const raw = cosSdk(COS, emulator, { UseRawKey: true });
      await put("/slash");
      await raw.putObject({ ...at("/slash"), Body: "raw" });
      expect((await cos.getObject(at("slash"))).Body.length).toBe(1000);
      expect(String((await raw.getObject(at("/slash"))).Body)).toBe("raw");
      const { Contents } = await cos.getBucket({ Bucket, Region, Prefix: "/" });
      expect(Contents.map(({ Key }) => Key)).toEqual(["/slash"]);
    });

    test("have keys that are not taken for paths", async () => {
      await expect(cos.getObject(at("/abc/../"))).rejects.toMatchObject({ message: "The Getobject Key is illegal" });
      const unchecked = cosSdk(COS, emulator, { ObjectKeySimplifyCheck: false } as object);
      await put("/abc/../");
      expect((await unchecked.getObject(at("/abc/../"))).Body.length).toBe(1000);
      const { Contents } = await cos.getBucket({ Bucket, Region, Prefix: "abc/" });
      expect(Contents.map(({ Key }) => Key)).toEqual(["abc/../"]);
    });
  });

  describe("ranges", () => {
    beforeAll(async () => {
      await put("range");
    });

    test.each([
      ["bytes=0-99", 0, 100],
      ["bytes=900-", 900, 1000],
      ["bytes=-10", 990, 1000],
      ["bytes=900-2000", 900, 1000],
    ])("%s", async (Range, from, to) => {
      const { Body, statusCode, headers } = await cos.getObject({ ...at("range"), Range });
      expect((Body as Buffer).equals(content.subarray(from, to))).toBe(true);
      expect([statusCode, headers?.["content-range"]]).toEqual([206, `bytes ${from}-${to - 1}/1000`]);
    });

    test("past the end", async () => {
      await expect(cos.getObject({ ...at("range"), Range: "bytes=1000-" })).rejects.toMatchObject({
        code: "InvalidRange",
        statusCode: 416,
      });
    });
  });

  describe("conditions", () => {
    const Key = "conditions";
    let ETag = "";
    let modified = "";
    let before = "";
    beforeAll(async () => {
      await put(Key);
      const head = await cos.headObject(at(Key));
      ETag = head.ETag;
      modified = head.headers!["last-modified"]!;
      before = new Date(Date.parse(modified) - 3_600_000).toUTCString();
    });

    test("that hold", async () => {
      for (const condition of [
        { IfMatch: ETag },
        { IfNoneMatch: '"0"' },
        { IfModifiedSince: before },
        { IfUnmodifiedSince: modified },
      ]) {
        expect((await cos.getObject({ ...at(Key), ...condition })).statusCode).toBe(200);
        expect((await cos.headObject({ ...at(Key), ...condition })).statusCode).toBe(200);
      }
    });

    test("not modified since: a success", async () => {
      expect(await cos.getObject({ ...at(Key), IfModifiedSince: modified })).toEqual({ NotModified: true });
      expect(await cos.headObject({ ...at(Key), IfModifiedSince: modified } as never)).toMatchObject({
        NotModified: true,
        statusCode: 304,
      });
    });

    test("the same ETag: an error without code", async () => {
      const failure = { code: "304", statusCode: 304, RequestId: expect.stringMatching(/./) };
      await expect(cos.getObject({ ...at(Key), IfNoneMatch: ETag })).rejects.toMatchObject(failure);
      await expect(cos.headObject({ ...at(Key), IfNoneMatch: ETag } as never)).rejects.toMatchObject(failure);
    });

    test("failed: 412", async () => {
      for (const condition of [{ IfMatch: '"0"' }, { IfUnmodifiedSince: before }]) {
        await expect(cos.getObject({ ...at(Key), ...condition })).rejects.toMatchObject({
          code: "PreconditionFailed",
          statusCode: 412,
        });
        await expect(cos.headObject({ ...at(Key), ...condition })).rejects.toMatchObject({
          code: "412",
          statusCode: 412,
        });
      }
    });

    test("of copies", async () => {
      const CopySource = sourceOf(Bucket, Key);
      for (const condition of [
        { CopySourceIfMatch: ETag },
        { CopySourceIfNoneMatch: '"0"' },
        { CopySourceIfModifiedSince: before },
        { CopySourceIfUnmodifiedSince: modified },
      ]) {
        const copied = await cos.putObjectCopy({ ...at("copied"), CopySource, ...condition });
        expect(copied.statusCode).toBe(200);
      }
      for (const condition of [
        { CopySourceIfMatch: '"0"' },
        { CopySourceIfNoneMatch: ETag },
        { CopySourceIfModifiedSince: modified },
        { CopySourceIfUnmodifiedSince: before },
      ]) {
        await expect(cos.putObjectCopy({ ...at("copied"), CopySource, ...condition })).rejects.toMatchObject({
          code: "PreconditionFailed",
          statusCode: 412,
        });
      }
    });
  });

  describe("copies", () => {
    const CopySource = sourceOf(Bucket, "dir/源 +1.txt");
    beforeAll(async () => {
      await put("dir/源 +1.txt", { "x-cos-meta-a": "1", CacheControl: "no-cache" });
    });

    test("take the metadata along, or replace it", async () => {
      const { ETag, LastModified } = await cos.putObjectCopy({ ...at("target.bin"), CopySource });
      expect(ETag).toBe((await cos.headObject(at("dir/源 +1.txt"))).ETag);
      expect(Date.parse(LastModified)).not.toBeNaN();
      expect((await cos.headObject(at("target.bin"))).headers).toMatchObject({
        "x-cos-meta-a": "1",
        "cache-control": "no-cache",
        "content-type": "text/plain",
      });
      await cos.putObjectCopy({
        ...at("target.bin"),
        CopySource,
        MetadataDirective: "Replaced",
        "x-cos-meta-b": "2",
        ContentType: "text/html",
      });
      const { headers } = await cos.headObject(at("target.bin"));
      expect(headers).toMatchObject({ "x-cos-meta-b": "2", "content-type": "text/html" });
      expect(headers).not.toHaveProperty("x-cos-meta-a");
      expect(((await cos.getObject(at("target.bin"))).Body as Buffer).equals(content)).toBe(true);
    });

    test("of what is not there, and of what cannot be named", async () => {
      await expect(cos.putObjectCopy({ ...at("x"), CopySource: sourceOf(Bucket, "missing") })).rejects.toMatchObject({
        code: "NoSuchKey",
        statusCode: 404,
      });
      await expect(cos.putObjectCopy({ ...at("x"), CopySource: "missing" })).rejects.toMatchObject({
        message: "CopySource format error",
      });
    });
  });

  describe("listings", () => {
    const keys = ["fun/1", "fun/2", "fun/deep/3", "fun/deep/4", "fun/other/5", "zoo"];
    const list = { Bucket: `list-${version[0]}-1250000000`, Region };
    beforeAll(async () => {
      await cos.putBucket(list);
      await Promise.all(keys.map((Key) => cos.putObject({ ...list, Key, Body: content })));
    });

    test("hold what was put", async () => {
      const listing = await cos.getBucket(list);
      expect(listing).toMatchObject({
        Name: list.Bucket,
        Prefix: "",
        Marker: "",
        MaxKeys: "1000",
        IsTruncated: "false",
        CommonPrefixes: [],
      });
      expect(listing.Contents.map(({ Key }) => Key)).toEqual(keys);
      const { ETag } = await cos.headObject({ ...list, Key: "zoo" });
      expect(listing.Contents.at(-1)).toMatchObject({
        ETag,
        Size: "1000",
        StorageClass: "STANDARD",
        LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
        Owner: { ID: "1250000000" },
      });
    });

    test("by prefix and delimiter", async () => {
      const { Contents, CommonPrefixes } = await cos.getBucket({ ...list, Prefix: "fun/", Delimiter: "/" });
      expect(Contents.map(({ Key }) => Key)).toEqual(["fun/1", "fun/2"]);
      expect(CommonPrefixes).toEqual([{ Prefix: "fun/deep/" }, { Prefix: "fun/other/" }]);
    });

    test("page by page, from the marker", async () => {
      const seen: string[] = [];
      let Marker: string | undefined = "";
      let pages = 0;
      do {
        const page: Awaited<ReturnType<typeof cos.getBucket>> = await cos.getBucket({
          ...list,
          Prefix: "fun/",
          Delimiter: "/",
          MaxKeys: 3,
          Marker,
        });
        seen.push(...page.Contents.map(({ Key }) => Key), ...page.CommonPrefixes.map(({ Prefix }) => Prefix));
        pages++;
        Marker = page.NextMarker;
        expect(page.IsTruncated).toBe(String(Marker !== undefined));
      } while (Marker);
      expect([seen, pages]).toEqual([["fun/1", "fun/2", "fun/deep/", "fun/other/"], 2]);
      const rest = await cos.getBucket({ ...list, Marker: "fun/deep/4" });
      expect(rest.Contents.map(({ Key }) => Key)).toEqual(["fun/other/5", "zoo"]);
    });

    test("with encoded keys", async () => {
      await cos.putObject({ ...list, Key: "zz 中+", Body: "x" });
      const { Contents, EncodingType } = await cos.getBucket({ ...list, Prefix: "zz", EncodingType: "url" });
      expect([Contents[0]?.Key, EncodingType]).toEqual(["zz%20%E4%B8%AD%2B", "url"]);
    });
  });

  test("many objects are deleted at once, missing ones too", async () => {
    const Objects = [{ Key: "one" }, { Key: "never put" }, { Key: "a&b<c> 中" }];
    await put("one");
    const { Deleted, Error } = await cos.deleteMultipleObject({ Bucket, Region, Objects });
    expect([Deleted.map(({ Key }) => Key), Error]).toEqual([Objects.map(({ Key }) => Key), []]);
    await put("one");
    const quiet = await cos.deleteMultipleObject({ Bucket, Region, Objects, Quiet: true });
    expect([quiet.Deleted, quiet.Error]).toEqual([[], []]);
    await expect(cos.headObject(at("one"))).rejects.toMatchObject({ statusCode: 404 });
  });

  test("objects grow by appending", async () => {
    const first = await cos.appendObject({ ...at("log"), Body: content.subarray(0, 400), Position: 0 });
    expect(first.headers?.["x-cos-next-append-position"]).toBe("400");
    const { headers } = await cos.headObject(at("log"));
    const Position = headers!["content-length"] as unknown as number;
    const second = await cos.appendObject({ ...at("log"), Body: content.subarray(400), Position });
    expect(second.headers?.["x-cos-next-append-position"]).toBe("1000");
    const read = await cos.getObject(at("log"));
    expect((read.Body as Buffer).equals(content)).toBe(true);
    expect(read.headers?.["x-cos-object-type"]).toBe("appendable");
    await expect(cos.appendObject({ ...at("log"), Body: content, Position: 5 })).rejects.toMatchObject({
      code: "AppendPositionErr",
      statusCode: 409,
    });
    await put("plain");
    await expect(cos.appendObject({ ...at("plain"), Body: content, Position: 1000 })).rejects.toMatchObject({
      code: "ObjectNotAppendable",
      statusCode: 409,
    });
  });

  test("wrong keys are refused", async () => {
    const wrongSecret = cosSdk(COS, emulator, { SecretKey: "wrong" });
    await expect(wrongSecret.getBucket({ Bucket, Region })).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
      statusCode: 403,
    });
    await expect(wrongSecret.putObject({ ...at("x"), Body: content })).rejects.toMatchObject({
      code: "SignatureDoesNotMatch",
    });
    const wrongId = cosSdk(COS, emulator, { SecretId: "nobody" });
    await expect(wrongId.getObject(at("x"))).rejects.toMatchObject({ code: "InvalidAccessKeyId", statusCode: 403 });
    // HEAD has no body.
    await expect(wrongSecret.headObject(at("x"))).rejects.toMatchObject({ code: "403", statusCode: 403 });
  });
});

/** The source of a copy, as the SDK wants it: encoded by the caller. */
function sourceOf(bucket: string, key: string): string {
  return `${bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent(key).replaceAll("%2F", "/")}`;
}
