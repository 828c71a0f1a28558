import { createReadStream, createWriteStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { awkwardKeys, bytes, dottedKey } from "./content.ts";
import { aliOss, emulatorForFile, folderForFile } from "./vendors.ts";

const emulator = await emulatorForFile();
const folder = folderForFile();

describe.each([
  ["V1", { authorizationV4: false }],
  ["V4", { authorizationV4: true }],
])("ali-oss 6.23, %s", (version, signing) => {
  const bucket = `objects-${version.toLowerCase()}`;
  const oss = aliOss(emulator, { bucket, ...signing });
  const content = bytes(1000);
  beforeAll(async () => {
    await oss.putBucket(bucket);
  });

  describe("buckets", () => {
    const service = aliOss(emulator, signing);
    const names = ["a", "b", "c"].map((letter) => `buckets-${version.toLowerCase()}-${letter}`);

    test("are put, listed, described and deleted", async () => {
      for (const name of names) {
        const { bucket, res } = await service.putBucket(name);
        expect([bucket, res.status]).toEqual([name, 200]);
      }
      const prefix = names[0]!.slice(0, -1);
      const all = await service.listBuckets({ prefix });
      expect(all.buckets?.map(({ name }) => name)).toEqual(names);
      expect(all.buckets?.[0]).toMatchObject({ region: "oss-cn-hangzhou", storageClass: "Standard" });
      expect([all.isTruncated, all.owner.id]).toEqual([false, expect.stringMatching(/./)]);
      const first = await service.listBuckets({ prefix, "max-keys": 2 });
      expect([first.buckets?.length, first.isTruncated, first.nextMarker]).toEqual([2, true, names[1]]);
      const second = await service.listBuckets({ prefix, marker: first.nextMarker! });
      expect(second.buckets?.map(({ name }) => name)).toEqual(names.slice(2));

      const info = await service.getBucketInfo(names[0]);
      expect(info.bucket).toMatchObject({
        Name: names[0],
        Location: "oss-cn-hangzhou",
        StorageClass: "Standard",
        AccessControlList: { Grant: "private" },
      });
      for (const name of names) expect((await service.deleteBucket(name)).res.status).toBe(204);
      expect((await service.listBuckets({ prefix })).buckets).toBeNull();
    });

    test("that are missing, in use or misnamed are refused", async () => {
      await expect(oss.getBucketInfo("never-put")).rejects.toMatchObject({
        name: "NoSuchBucketError",
        code: "NoSuchBucket",
        status: 404,
        requestId: expect.stringMatching(/^[0-9A-F]{24}$/),
        ecCode: "0015-00000101",
      });
      await expect(service.deleteBucket("never-put")).rejects.toMatchObject({ code: "NoSuchBucket", status: 404 });
      await oss.put("occupant", content);
      await expect(service.deleteBucket(bucket)).rejects.toMatchObject({ code: "BucketNotEmpty", status: 409 });
      await expect(service.putBucket(bucket)).resolves.toMatchObject({ res: { status: 200 } });
      await expect(service.putBucket("No_Name")).rejects.toThrow("The bucket must be conform to the specifications");
    });
  });

  describe("objects", () => {
    test("from a buffer, to a buffer", async () => {
      const put = await oss.put("buffer.txt", content, { meta: { Owner: "ops", count: 3 } });
      expect(put.name).toBe("buffer.txt");
      expect(put.res.status).toBe(200);
      const { content: read, res } = await oss.get("buffer.txt");
      expect(read.equals(content)).toBe(true);
      expect(res.status).toBe(200);
      expect(res.headers).toMatchObject({
        "content-type": "text/plain",
        "content-length": "1000",
        etag: put.res.headers["etag"],
        "content-md5": expect.stringMatching(/==$/),
        "x-oss-object-type": "Normal",
        "x-oss-storage-class": "Standard",
        "x-oss-hash-crc64ecma": expect.stringMatching(/^\d+$/),
      });
      const head = await oss.head("buffer.txt");
      expect([head.status, head.meta]).toEqual([200, { owner: "ops", count: "3" }]);
      expect(head.res.headers["content-length"]).toBe("1000");
    });

    test("from a file, to a file", async () => {
      const source = join(folder, `${version}-source.png`);
      const target = join(folder, `${version}-target`);
      writeFileSync(source, content);
      await oss.put("file", source);
      const { res } = await oss.get("file", target);
      expect(res.headers["content-type"]).toBe("image/png");
      expect(readFileSync(target).equals(content)).toBe(true);
      await expect(oss.get("no such file", target)).rejects.toMatchObject({ code: "NoSuchKey", status: 404 });
      expect(existsSync(target)).toBe(false);
    });

    test("from a stream of known and of unknown length, to a stream", async () => {
      const source = join(folder, `${version}-stream`);
      const long = bytes(300_000);
      writeFileSync(source, long);
      await oss.putStream("known", createReadStream(source), { contentLength: long.length });
      await oss.putStream("unknown", Readable.from([long.subarray(0, 7), long.subarray(7)]));
      await oss.put("passed", createReadStream(source).pipe(new PassThrough()));
      for (const key of ["known", "unknown", "passed"]) {
        const { stream, res } = await oss.getStream(key);
        expect(res.status).toBe(200);
        expect((await buffer(stream)).equals(long)).toBe(true);
      }
      const target = join(folder, `${version}-written`);
      await oss.get("unknown", createWriteStream(target));
      expect(readFileSync(target).equals(long)).toBe(true);
    });

    test("empty ones", async () => {
      await oss.put("empty", Buffer.alloc(0));
      const { content: read, res } = await oss.get("empty");
      expect([read.length, res.headers["content-length"], res.headers["x-oss-hash-crc64ecma"]]).toEqual([0, "0", "0"]);
    });

    test("with the headers they were given", async () => {
      const headers = {
        "Content-Type": "text/plain; charset=gbk",
        "Cache-Control": "max-age=60",
        "Content-Disposition": "attachment; filename=%E4%B8%AD.txt",
        "Content-Encoding": "identity",
        "Content-Language": "zh",
        Expires: "1000000",
      };
      await oss.put("headers.json", content, { headers });
      const { res } = await oss.head("headers.json");
      for (const [name, value] of Object.entries(headers)) expect(res.headers[name.toLowerCase()]).toBe(value);
      await oss.put("no-extension", content);
      expect((await oss.head("no-extension")).res.headers["content-type"]).toBe("application/octet-stream");
    });

    test("are not stored with a wrong MD5", async () => {
      const headers = { "Content-MD5": "XUFAKrxLKna5cZ2REBfFkg==" };
      await expect(oss.put("wrong-md5", content, { headers })).rejects.toMatchObject({
        code: "InvalidDigest",
        status: 400,
      });
      await expect(oss.head("wrong-md5")).rejects.toMatchObject({ name: "NoSuchKeyError", status: 404 });
    });

    test("that are missing", async () => {
      await expect(oss.get("missing")).rejects.toMatchObject({
        name: "NoSuchKeyError",
        code: "NoSuchKey",
        status: 404,
        message: "The specified key does not exist.",
        ecCode: "0026-00000001",
      });
      // HEAD has no body, so ali-oss makes this message up.
      await expect(oss.head("missing")).rejects.toMatchObject({ code: "NoSuchKey", message: "Object not exists" });
      expect((await oss.delete("missing")).res.status).toBe(204);
    });

    test.each(awkwardKeys)("under the key %j", async (key) => {
      await oss.put(key, content);
      expect((await oss.get(key)).content.equals(content)).toBe(true);
      const { objects } = await oss.list({ prefix: key, "max-keys": 1000 });
      expect(objects.map(({ name }) => name)).toEqual([key]);
      await oss.copy(`${key}+copy`, key);
      const { deleted } = await oss.deleteMulti([key, `${key}+copy`]);
      expect(deleted.map(({ Key }) => Key)).toEqual([key, `${key}+copy`]);
      await expect(oss.head(key)).rejects.toMatchObject({ status: 404 });
    });

    test("under keys with control characters", async () => {
      const key = "control\u0001\n\f\u0007Pc";
      await oss.put(key, content);
      expect((await oss.list({ prefix: "control" })).objects.map(({ name }) => name)).toEqual([key]);
      expect((await oss.deleteMulti([key])).deleted).toMatchObject([{ Key: key }]);
    });

    test("under keys with dots as segments, which ali-oss resolves after it has signed them", async () => {
      await expect(oss.put(dottedKey, content)).rejects.toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
    });

    test("lose leading slashes of their names", async () => {
      expect((await oss.put("//slashes", content)).name).toBe("slashes");
      expect((await oss.get("/slashes")).content.length).toBe(1000);
    });
  });

  describe("ranges", () => {
    beforeAll(async () => {
      await oss.put("range", content);
    });

    test.each([
      ["bytes=0-99", 0, 100],
      ["bytes=900-", 900, 1000],
      ["bytes=-10", 990, 1000],
    ])("%s", async (Range, from, to) => {
      const { content: read, res } = await oss.get("range", { headers: { Range } });
      expect(read.equals(content.subarray(from, to))).toBe(true);
      expect([res.status, res.headers["content-range"]]).toEqual([206, `bytes ${from}-${to - 1}/1000`]);
    });

    test("past the end: the whole object, or as the standard has it", async () => {
      const whole = await oss.get("range", { headers: { Range: "bytes=900-2000" } });
      expect([whole.res.status, whole.content.length]).toEqual([200, 1000]);
      const standard = { "x-oss-range-behavior": "standard" };
      const cut = await oss.get("range", { headers: { Range: "bytes=900-2000", ...standard } });
      expect([cut.res.status, cut.content.length]).toEqual([206, 100]);
      const beyond = oss.get("range", { headers: { Range: "bytes=1000-", ...standard } });
      await expect(beyond).rejects.toMatchObject({ code: "InvalidRange", status: 416 });
    });
  });

  describe("conditions", () => {
    let etag = "";
    let modified = "";
    let before = "";
    beforeAll(async () => {
      await oss.put("conditions", content);
      const { headers } = (await oss.head("conditions")).res;
      etag = headers["etag"]!;
      modified = headers["last-modified"]!;
      before = new Date(Date.parse(modified) - 3_600_000).toUTCString();
    });

    test("that hold", async () => {
      for (const headers of [
        { "If-Match": etag },
        { "If-None-Match": '"0"' },
        { "If-Modified-Since": before },
        { "If-Unmodified-Since": modified },
      ]) {
        expect((await oss.get("conditions", { headers })).res.status).toBe(200);
        expect((await oss.head("conditions", { headers })).status).toBe(200);
        expect((await oss.copy("copied", "conditions", { headers })).res.status).toBe(200);
      }
    });

    test("not modified: a success without content", async () => {
      for (const headers of [{ "If-None-Match": etag }, { "If-Modified-Since": modified }]) {
        const get = await oss.get("conditions", { headers });
        expect([get.res.status, get.content.length]).toEqual([304, 0]);
        const head = await oss.head("conditions", { headers });
        expect([head.status, head.meta]).toEqual([304, null]);
        const copy = await oss.copy("copied", "conditions", { headers: { ...headers } });
        expect([copy.res.status, copy.data]).toEqual([304, null]);
      }
    });

    test("failed: 412 that names the condition, where there is a body", async () => {
      for (const [name, value] of [
        ["If-Match", '"0"'],
        ["If-Unmodified-Since", before],
      ] as const) {
        const failure = {
          name: "PreconditionFailedError",
          code: "PreconditionFailed",
          status: 412,
          message: `At least one of the pre-conditions you specified did not hold. (condition: ${name})`,
        };
        await expect(oss.get("conditions", { headers: { [name]: value } })).rejects.toMatchObject(failure);
        await expect(oss.copy("copied", "conditions", { headers: { [name]: value } })).rejects.toMatchObject(failure);
        await expect(oss.head("conditions", { headers: { [name]: value } })).rejects.toMatchObject({
          ...failure,
          message: "Pre condition failed",
        });
      }
    });
  });

  describe("copies", () => {
    beforeAll(async () => {
      await oss.put("source.txt", content, { meta: { a: "1" }, headers: { "Cache-Control": "no-cache" } });
    });

    test("take the metadata along, or replace it", async () => {
      const { data, res } = await oss.copy("target.bin", "source.txt");
      const { headers } = (await oss.head("source.txt")).res;
      expect([res.status, data?.etag]).toEqual([200, headers["etag"]]);
      expect(Date.parse(data!.lastModified)).not.toBeNaN();
      const kept = await oss.head("target.bin");
      expect(kept.meta).toEqual({ a: "1" });
      expect(kept.res.headers).toMatchObject({ "content-type": "text/plain", "cache-control": "no-cache" });

      await oss.copy("target.bin", "source.txt", { meta: { b: "2" }, headers: { "Content-Type": "text/html" } });
      const replaced = await oss.head("target.bin");
      expect(replaced.meta).toEqual({ b: "2" });
      expect(replaced.res.headers["content-type"]).toBe("text/html");
      expect(replaced.res.headers["cache-control"]).toBeUndefined();
      expect((await oss.get("target.bin")).content.equals(content)).toBe(true);
    });

    test("onto themselves change the metadata", async () => {
      await oss.put("meta", content, { meta: { old: "1" } });
      await oss.putMeta("meta", { fresh: "2" });
      expect((await oss.head("meta")).meta).toEqual({ fresh: "2" });
      await oss.putMeta("meta", {});
      expect((await oss.head("meta")).meta).toBeNull();
      await expect(oss.putMeta("missing", { a: "1" })).rejects.toMatchObject({ name: "NoSuchKeyError" });
    });

    test("from another bucket", async () => {
      const other = `${bucket}-other`;
      await oss.putBucket(other);
      await aliOss(emulator, { bucket: other, ...signing }).put("dir/源 +1.txt", content);
      await oss.copy("from-other", "dir/源 +1.txt", other);
      expect((await oss.get("from-other")).content.equals(content)).toBe(true);
      await oss.copy("from-other", `/${other}/dir/源 +1.txt`);
    });
  });

  describe("listings", () => {
    const keys = ["fun/1", "fun/2", "fun/deep/3", "fun/deep/4", "fun/other/5", "zoo"];
    const list = aliOss(emulator, { bucket: `${bucket}-list`, ...signing });
    beforeAll(async () => {
      await oss.putBucket(`${bucket}-list`);
      await Promise.all(keys.map((key) => list.put(key, content)));
    });

    test("hold what was put", async () => {
      const { objects, prefixes, isTruncated, nextMarker } = await list.list();
      expect(objects.map(({ name }) => name)).toEqual(keys);
      expect([prefixes, isTruncated, nextMarker]).toEqual([null, false, null]);
      const { etag } = (await list.head("zoo")).res.headers;
      expect(objects.at(-1)).toMatchObject({ size: 1000, etag, type: "Normal", storageClass: "Standard" });
      expect(objects.at(-1)?.lastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
      expect(objects.at(-1)?.owner?.id).toMatch(/./);
    });

    test("by prefix and delimiter", async () => {
      const { objects, prefixes } = await list.list({ prefix: "fun/", delimiter: "/" });
      expect(objects.map(({ name }) => name)).toEqual(["fun/1", "fun/2"]);
      expect(prefixes).toEqual(["fun/deep/", "fun/other/"]);
    });

    test("page by page, from the marker", async () => {
      const seen: string[] = [];
      let marker: string | null = "";
      let pages = 0;
      do {
        const page = await list.list({ "max-keys": 2, ...(marker && { marker }), delimiter: "/", prefix: "fun/" });
        seen.push(...page.objects.map(({ name }) => name), ...(page.prefixes ?? []));
        marker = page.nextMarker;
        pages++;
        expect(page.isTruncated).toBe(marker !== null);
      } while (marker);
      expect([seen, pages]).toEqual([["fun/1", "fun/2", "fun/deep/", "fun/other/"], 2]);
      expect((await list.list({ marker: "fun/deep/4" })).objects.map(({ name }) => name)).toEqual([
        "fun/other/5",
        "zoo",
      ]);
    });

    test("of the second version", async () => {
      const all = await list.listV2({ delimiter: "/", "start-after": "fun/" });
      expect([all.prefixes, all.objects.map(({ name }) => name), all.keyCount]).toEqual([null, ["zoo"], 1]);
      const seen: string[] = [];
      let token: string | null = null;
      do {
        const page = await list.listV2({ "max-keys": 4, ...(token !== null && { "continuation-token": token }) });
        expect(page.keyCount).toBe(page.objects.length);
        expect(page.continuationToken).toBe(token);
        expect(page.objects[0]?.owner).toBeNull();
        seen.push(...page.objects.map(({ name }) => name));
        token = page.nextContinuationToken;
      } while (token !== null);
      expect(seen).toEqual(keys);
      expect((await list.listV2({ "fetch-owner": "true" })).objects[0]?.owner?.id).toMatch(/./);
    });

    test("of a wrong size are refused", async () => {
      await expect(list.list({ "max-keys": 1001 })).rejects.toMatchObject({ code: "InvalidArgument", status: 400 });
    });
  });

  test("many objects are deleted at once, missing ones too", async () => {
    await oss.put("one", content);
    const { deleted } = await oss.deleteMulti(["one", "never put", "a&b<c> 中"]);
    expect(deleted.map(({ Key }) => Key)).toEqual(["one", "never put", "a&b<c> 中"]);
    await oss.put("one", content);
    expect((await oss.deleteMulti(["one"], { quiet: true })).deleted).toEqual([]);
    await expect(oss.head("one")).rejects.toMatchObject({ status: 404 });
  });

  test("objects grow by appending", async () => {
    const first = await oss.append("log", content.subarray(0, 400));
    expect(first.nextAppendPosition).toBe("400");
    const second = await oss.append("log", content.subarray(400), { position: first.nextAppendPosition });
    expect(second.nextAppendPosition).toBe("1000");
    const { content: read, res } = await oss.get("log");
    expect(read.equals(content)).toBe(true);
    expect(res.headers).toMatchObject({ "x-oss-object-type": "Appendable", "x-oss-next-append-position": "1000" });
    await expect(oss.append("log", content, { position: 5 })).rejects.toMatchObject({
      code: "PositionNotEqualToLength",
      status: 409,
      message: "Position is not equal to file length",
    });
    await oss.put("plain", content);
    await expect(oss.append("plain", content, { position: 1000 })).rejects.toMatchObject({
      code: "ObjectNotAppendable",
    });
  });

  test("wrong keys are refused", async () => {
    const { accessKeyId, accessKeySecret } = emulator.credentials;
    const wrongSecret = aliOss(emulator, { bucket, accessKeyId, accessKeySecret: "wrong", ...signing });
    await expect(wrongSecret.list()).rejects.toMatchObject({
      name: "SignatureDoesNotMatchError",
      code: "SignatureDoesNotMatch",
      status: 403,
    });
    const wrongId = aliOss(emulator, { bucket, accessKeyId: "nobody", accessKeySecret, ...signing });
    await expect(wrongId.get("x")).rejects.toMatchObject({ code: "InvalidAccessKeyId", status: 403 });
    // HEAD has no body: the code comes out of x-oss-err.
    await expect(wrongSecret.head("x")).rejects.toMatchObject({ code: "SignatureDoesNotMatch", status: 403 });
    await expect(wrongSecret.put("x", content)).rejects.toMatchObject({ code: "SignatureDoesNotMatch" });
  });
});
