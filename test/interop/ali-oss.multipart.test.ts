import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Checkpoint } from "ali-oss";
import { beforeAll, describe, expect, test } from "vitest";
import { bytes } from "./content.ts";
import { aliOss, emulatorForFile, folderForFile } from "./vendors.ts";

const emulator = await emulatorForFile();
const folder = folderForFile();

const KIB = 1024;

describe.each([
  ["V1", { authorizationV4: false }],
  ["V4", { authorizationV4: true }],
])("multipart of ali-oss 6.23, %s", (version, signing) => {
  const bucket = `parts-${version.toLowerCase()}`;
  const oss = aliOss(emulator, { bucket, ...signing });
  const content = bytes(KIB * KIB + 7);
  const source = { sourceKey: "source 源", sourceBucketName: bucket };
  beforeAll(async () => {
    await oss.putBucket(bucket);
    await oss.put(source.sourceKey, content, { meta: { of: "source" } });
  });

  test("uploads a buffer and a file, parts in parallel", async () => {
    const path = join(folder, `${version}.json`);
    writeFileSync(path, content);
    for (const [key, file] of [
      ["from a buffer", content],
      ["from a file", path],
    ] as const) {
      const fractions: number[] = [];
      const progress = (fraction: number): void => void fractions.push(fraction);
      const result = await oss.multipartUpload(key, file, {
        parallel: 4,
        partSize: 100 * KIB,
        meta: { n: 11 },
        progress,
      });
      expect(result).toMatchObject({ bucket, name: key, etag: expect.stringMatching(/^"[0-9A-F]{32}-11"$/) });
      expect([fractions.length, fractions.at(-1)]).toEqual([13, 1]);
      const { content: read, res } = await oss.get(key);
      expect(read.equals(content)).toBe(true);
      expect(res.headers).toMatchObject({
        etag: result.etag,
        "x-oss-object-type": "Multipart",
        "x-oss-meta-n": "11",
        "x-oss-hash-crc64ecma": result.res.headers["x-oss-hash-crc64ecma"],
      });
    }
    expect((await oss.head("from a file")).res.headers["content-type"]).toBe("application/json");
  });

  test("puts what is smaller than a part at once", async () => {
    const result = await oss.multipartUpload("small", content.subarray(0, 1000), { partSize: 100 * KIB });
    expect(result.etag).toMatch(/^"[0-9A-F]{32}"$/);
    expect((await oss.head("small")).res.headers["x-oss-object-type"]).toBe("Normal");
  });

  test("goes on from a checkpoint", async () => {
    const path = join(folder, `${version}-resume`);
    writeFileSync(path, content);
    let checkpoint: Checkpoint | undefined;
    const stop = new Error("stop");
    const progress = (fraction: number, at: Checkpoint | null): void => {
      if (at) checkpoint = structuredClone(at);
      if (fraction > 0.4) throw stop;
    };
    const options = { parallel: 1, partSize: 100 * KIB };
    await expect(oss.multipartUpload("resumed", path, { ...options, progress })).rejects.toThrow("stop");
    const done = checkpoint!.doneParts.length;
    expect(done).toBeGreaterThan(3);
    emulator.clearRequests();
    await oss.multipartUpload("resumed", path, { ...options, checkpoint: checkpoint! });
    const sent = emulator.requests.filter(({ operation }) => operation === "UploadPart").length;
    expect(sent).toBe(11 - done);
    expect((await oss.get("resumed")).content.equals(content)).toBe(true);
  });

  test("by hand: start, parts in any order, list, complete", async () => {
    const { uploadId } = await oss.initMultipartUpload("by hand", { mime: "text/html", meta: { a: "1" } });
    expect(uploadId).toMatch(/^[0-9A-F]{32}$/);
    const parts = await Promise.all(
      [3, 1, 2].map(async (number) => {
        const start = (number - 1) * 200 * KIB;
        const end = number === 3 ? start + 10 : start + 200 * KIB;
        const { etag } = await oss.uploadPart("by hand", uploadId, number, content, start, end);
        return { number, etag };
      }),
    );
    const listed = await oss.listParts("by hand", uploadId);
    expect(listed).toMatchObject({ isTruncated: "false", nextPartNumberMarker: "3" });
    expect([listed.parts].flat().map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual(
      parts
        .toSorted((a, b) => a.number - b.number)
        .map(({ number, etag }) => [String(number), String(number === 3 ? 10 : 200 * KIB), etag]),
    );
    const page = await oss.listParts("by hand", uploadId, { "max-parts": 1, "part-number-marker": 1 });
    // A list of one comes as the thing itself.
    expect(page).toMatchObject({ isTruncated: "true", nextPartNumberMarker: "2", parts: { PartNumber: "2" } });

    const wrong = parts.map(({ number }) => ({ number, etag: '"00000000000000000000000000000000"' }));
    await expect(oss.completeMultipartUpload("by hand", uploadId, wrong)).rejects.toMatchObject({
      code: "InvalidPart",
    });
    await oss.completeMultipartUpload("by hand", uploadId, parts);
    const { content: read, res } = await oss.get("by hand");
    expect(read.equals(content.subarray(0, 400 * KIB + 10))).toBe(true);
    expect(res.headers).toMatchObject({ "content-type": "text/html", "x-oss-meta-a": "1" });
    await expect(oss.completeMultipartUpload("by hand", uploadId, parts)).rejects.toMatchObject({
      code: "NoSuchUpload",
      status: 404,
    });
  });

  test("refuses parts that are too small", async () => {
    const { uploadId } = await oss.initMultipartUpload("too small");
    const parts = await Promise.all(
      [1, 2].map(async (number) => ({
        number,
        etag: (await oss.uploadPart("too small", uploadId, number, content, 0, 10)).etag,
      })),
    );
    await expect(oss.completeMultipartUpload("too small", uploadId, parts)).rejects.toMatchObject({
      code: "EntityTooSmall",
      status: 400,
    });
    await oss.abortMultipartUpload("too small", uploadId);
  });

  test("lists and aborts uploads", async () => {
    const names = ["open/a", "open/a", "open/b"];
    const ids: string[] = [];
    for (const name of names) ids.push((await oss.initMultipartUpload(name)).uploadId);
    const expected = [...ids.slice(0, 2).toSorted(), ids[2]!];
    const all = await oss.listUploads({ prefix: "open/", "max-uploads": 10 });
    expect(all.uploads.map(({ uploadId }) => uploadId)).toEqual(expected);
    const first = await oss.listUploads({ prefix: "open/", "max-uploads": 1 });
    expect([first.isTruncated, first.nextKeyMarker, first.nextUploadIdMarker]).toEqual([true, "open/a", expected[0]]);
    const rest = await oss.listUploads({
      prefix: "open/",
      "max-uploads": 10,
      "key-marker": first.nextKeyMarker,
      "upload-id-marker": first.nextUploadIdMarker,
    });
    expect(rest.uploads.map(({ uploadId }) => uploadId)).toEqual(expected.slice(1));
    await expect(oss.deleteBucket(bucket)).rejects.toMatchObject({ code: "BucketNotEmpty" });
    for (const [i, name] of names.entries()) {
      expect((await oss.abortMultipartUpload(name, ids[i]!)).res.status).toBe(204);
    }
    expect((await oss.listUploads({ prefix: "open/" })).uploads).toEqual([]);
    await expect(oss.abortMultipartUpload("open/a", ids[0]!)).rejects.toMatchObject({ code: "NoSuchUpload" });
    await expect(oss.uploadPart("open/a", ids[0]!, 1, content, 0, 10)).rejects.toMatchObject({ code: "NoSuchUpload" });
  });

  test("copies in parts", async () => {
    const result = await oss.multipartUploadCopy("copied", source, { parallel: 4, partSize: 300 * KIB });
    expect(result.etag).toMatch(/-4"$/);
    expect((await oss.get("copied")).content.equals(content)).toBe(true);

    const { uploadId } = await oss.initMultipartUpload("patched");
    const parts = [
      await oss.uploadPartCopy("patched", uploadId, 1, `0-${200 * KIB - 1}`, source),
      await oss.uploadPart("patched", uploadId, 2, Buffer.from("end"), 0, 3),
    ];
    await oss.completeMultipartUpload(
      "patched",
      uploadId,
      parts.map(({ etag }, i) => ({ number: i + 1, etag })),
    );
    const expected = Buffer.concat([content.subarray(0, 200 * KIB), Buffer.from("end")]);
    expect((await oss.get("patched")).content.equals(expected)).toBe(true);
  });

  test("does not copy a source that changed", async () => {
    const copyheaders = { "x-oss-copy-source-if-match": '"0"' };
    const copying = oss.multipartUploadCopy("unchanged", source, { partSize: 300 * KIB, copyheaders });
    await expect(copying).rejects.toThrow(/Failed to copy some parts with error: PreconditionFailedError/);
  });
});
