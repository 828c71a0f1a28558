import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bytes } from "./content.ts";
import { cosRegion as Region, cosSdk, cosVersions, emulatorForFile, folderForFile } from "./vendors.ts";

const emulator = await emulatorForFile();
const folder = folderForFile();

const MIB = 1024 * 1024;

/** The SDK's own types lack many of the members that it takes and gives here. */
type Untyped = Record<
  | "abortUploadTask"
  | "deleteBucket"
  | "downloadFile"
  | "getObject"
  | "headObject"
  | "multipartAbort"
  | "multipartComplete"
  | "multipartInit"
  | "multipartList"
  | "multipartListPart"
  | "multipartUpload"
  | "putBucket"
  | "putObject"
  | "sliceCopyFile"
  | "sliceUploadFile"
  | "uploadFile"
  | "uploadFiles"
  | "uploadPartCopy",
  (params: object) => Promise<any>
>;
interface Part {
  PartNumber: number;
  ETag: string;
}

describe.each(cosVersions)("transfers of cos-nodejs-sdk-v5 %s", (version, COS) => {
  // The folder keeps what the SDK remembers of unfinished uploads out of the user's own.
  const cos = cosSdk(COS, emulator, { ConfCwd: folder }) as unknown as Untyped;
  const Bucket = `parts-${version[0]}-1250000000`;
  const content = bytes(3 * MIB + 7);
  const FilePath = join(folder, `${version}.json`);
  const at = (Key: string) => ({ Bucket, Region, Key });
  const read = async (Key: string) => (await cos.getObject(at(Key))).Body as Buffer;
  beforeAll(async () => {
    writeFileSync(FilePath, content);
    await cos.putBucket({ Bucket, Region });
    await cos.putObject({ ...at("source 源"), Body: content, ContentType: "text/x-source", "x-cos-meta-of": "source" });
  });

  test("sliceUploadFile: parts in parallel", async () => {
    const progress: number[] = [];
    const result = await cos.sliceUploadFile({
      ...at("sliced"),
      FilePath,
      AsyncLimit: 3,
      "x-cos-meta-n": "4",
      onProgress: ({ percent }: { percent: number }) => void progress.push(percent),
    });
    expect(result).toMatchObject({
      statusCode: 200,
      Bucket,
      Key: "sliced",
      Location: `${Bucket}.cos.${Region}.myqcloud.com/sliced`,
      ETag: expect.stringMatching(/^"[^"]+-4"$/),
      UploadId: expect.stringMatching(/./),
    });
    expect(progress.at(-1)).toBe(1);
    expect((await read("sliced")).equals(content)).toBe(true);
    const { headers, ETag } = await cos.headObject(at("sliced"));
    expect(ETag).toBe(result.ETag);
    expect(headers).toMatchObject({
      "x-cos-meta-n": "4",
      "content-length": String(content.length),
      "x-cos-hash-crc64ecma": expect.stringMatching(/^\d+$/),
    });
    expect((await cos.multipartList({ Bucket, Region, Prefix: "sliced" })).Upload).toEqual([]);
  });

  test("uploadFile and uploadFiles: slices what is large", async () => {
    const { ETag } = await cos.uploadFile({ ...at("uploaded"), FilePath, SliceSize: MIB });
    expect(ETag).toMatch(/-4"$/);
    const { files } = await cos.uploadFiles({
      files: ["a", "b"].map((name) => ({ ...at(`files/${name}`), FilePath })),
      SliceSize: 16 * MIB,
    });
    expect(files.map(({ error }: { error: unknown }) => error)).toEqual([null, null]);
    for (const Key of ["uploaded", "files/a", "files/b"]) expect((await read(Key)).equals(content)).toBe(true);
    expect((await cos.headObject(at("files/a"))).ETag).not.toContain("-");
  });

  test("sliceUploadFile of an empty file", async () => {
    const empty = join(folder, `${version}-empty`);
    writeFileSync(empty, "");
    await cos.sliceUploadFile({ ...at("empty"), FilePath: empty });
    expect((await cos.headObject(at("empty"))).headers?.["content-length"]).toBe("0");
  });

  test("sliceUploadFile: goes on with the parts that are there", async () => {
    const { UploadId } = await cos.multipartInit(at("resumed"));
    await cos.multipartUpload({ ...at("resumed"), UploadId, PartNumber: 2, Body: content.subarray(MIB, 2 * MIB) });
    emulator.clearRequests();
    const result = await cos.sliceUploadFile({ ...at("resumed"), FilePath });
    expect(result.UploadId).toBe(UploadId);
    expect(emulator.requests.filter(({ operation }) => operation === "UploadPart")).toHaveLength(3);
    expect((await read("resumed")).equals(content)).toBe(true);
  });

  test("downloadFile: ranges in parallel", async () => {
    const target = join(folder, `${version}-downloaded`);
    emulator.clearRequests();
    const { statusCode } = await cos.downloadFile({ ...at("source 源"), FilePath: target, ChunkSize: MIB });
    expect(statusCode).toBe(206);
    expect(emulator.requests.filter(({ operation }) => operation === "GetObject")).toHaveLength(4);
    expect(readFileSync(target).equals(content)).toBe(true);
  });

  test("by hand: start, parts in any order, list, complete", async () => {
    const { UploadId, ...started } = await cos.multipartInit({ ...at("by hand"), ContentType: "text/html" });
    expect(started).toMatchObject({ Bucket, Key: "by hand" });
    const Parts = await Promise.all(
      [3, 1, 2].map(async (PartNumber) => {
        const Body = PartNumber === 3 ? Buffer.from("end") : content.subarray((PartNumber - 1) * MIB, PartNumber * MIB);
        const { ETag } = await cos.multipartUpload({ ...at("by hand"), UploadId, PartNumber, Body });
        return { PartNumber, ETag };
      }),
    );
    Parts.sort((a, b) => a.PartNumber - b.PartNumber);
    const listed = await cos.multipartListPart({ ...at("by hand"), UploadId });
    expect(listed).toMatchObject({ Bucket, Key: "by hand", UploadId, PartNumberMarker: "0", IsTruncated: "false" });
    expect(listed.Part.map(({ PartNumber, ETag, Size }: Record<string, string>) => [PartNumber, ETag, Size])).toEqual(
      Parts.map(({ PartNumber, ETag }) => [String(PartNumber), ETag, String(PartNumber === 3 ? 3 : MIB)]),
    );
    const page = await cos.multipartListPart({ ...at("by hand"), UploadId, MaxParts: "1", PartNumberMarker: "1" });
    expect(page).toMatchObject({ IsTruncated: "true", NextPartNumberMarker: "2", Part: [{ PartNumber: "2" }] });

    const complete = (parts: Part[]) => cos.multipartComplete({ ...at("by hand"), UploadId, Parts: parts });
    await expect(complete(Parts.toReversed())).rejects.toMatchObject({ code: "InvalidPartOrder", statusCode: 400 });
    const wrong = Parts.map(({ PartNumber }) => ({ PartNumber, ETag: '"00000000000000000000000000000000"' }));
    await expect(complete(wrong)).rejects.toMatchObject({ code: "InvalidPart", statusCode: 400 });
    const completed = await complete(Parts);
    expect(completed).toMatchObject({ Bucket, Key: "by hand", ETag: expect.stringMatching(/-3"$/) });
    expect((await read("by hand")).equals(Buffer.concat([content.subarray(0, 2 * MIB), Buffer.from("end")]))).toBe(
      true,
    );
    expect((await cos.headObject(at("by hand"))).headers?.["content-type"]).toBe("text/html");
    const gone = cos.multipartUpload({ ...at("by hand"), UploadId, PartNumber: 1, Body: "x" });
    await expect(gone).rejects.toMatchObject({ code: "NoSuchUpload", statusCode: 404 });
  });

  test("refuses parts that are too small", async () => {
    const { UploadId } = await cos.multipartInit(at("too small"));
    const Parts: Part[] = [];
    for (const PartNumber of [1, 2]) {
      const { ETag } = await cos.multipartUpload({ ...at("too small"), UploadId, PartNumber, Body: "xy" });
      Parts.push({ PartNumber, ETag });
    }
    const complete = cos.multipartComplete({ ...at("too small"), UploadId, Parts });
    await expect(complete).rejects.toMatchObject({ code: "EntityTooSmall", statusCode: 400 });
    await cos.multipartAbort({ ...at("too small"), UploadId });
  });

  test("lists and aborts uploads", async () => {
    const keys = ["open/a", "open/a", "open/b", "open/deep/c"];
    for (const Key of keys) await cos.multipartInit(at(Key));
    const list = { Bucket, Region, Prefix: "open/" };
    const all = await cos.multipartList(list);
    expect(all.Upload.map(({ Key }: { Key: string }) => Key)).toEqual(keys);
    const first = await cos.multipartList({ ...list, MaxUploads: 1 });
    expect(first).toMatchObject({ IsTruncated: "true", NextKeyMarker: "open/a", Upload: [all.Upload[0]] });
    const rest = await cos.multipartList({
      ...list,
      KeyMarker: first.NextKeyMarker,
      UploadIdMarker: first.NextUploadIdMarker,
    });
    expect(rest.Upload).toEqual(all.Upload.slice(1));
    const folded = await cos.multipartList({ ...list, Delimiter: "/" });
    // A list of one comes as the thing itself.
    expect(folded.CommonPrefixes).toEqual({ Prefix: "open/deep/" });
    await expect(cos.deleteBucket({ Bucket, Region })).rejects.toMatchObject({ code: "BucketNotEmpty" });

    const [{ UploadId }] = all.Upload as [{ UploadId: string }];
    expect((await cos.multipartAbort({ ...at("open/a"), UploadId })).statusCode).toBe(204);
    await expect(cos.multipartAbort({ ...at("open/a"), UploadId })).rejects.toMatchObject({ code: "NoSuchUpload" });
    const { successList } = await cos.abortUploadTask({ Bucket, Region, Level: "bucket" });
    expect(successList).toHaveLength(3);
    expect((await cos.multipartList(list)).Upload).toEqual([]);
  });

  test("sliceCopyFile: copies in parts, with the metadata of the source", async () => {
    const CopySource = `${Bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent("source 源")}`;
    const { ETag } = await cos.sliceCopyFile({ ...at("copied"), CopySource, CopySliceSize: MIB, CopyChunkSize: MIB });
    expect(ETag).toMatch(/-4"$/);
    expect((await read("copied")).equals(content)).toBe(true);
    expect((await cos.headObject(at("copied"))).headers).toMatchObject({
      "content-type": "text/x-source",
      "x-cos-meta-of": "source",
    });
    const whole = await cos.sliceCopyFile({ ...at("copied"), CopySource });
    expect(whole.ETag).not.toContain("-");
  });

  test("uploadPartCopy: a range", async () => {
    const CopySource = `${Bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent("source 源")}`;
    const { UploadId } = await cos.multipartInit(at("patched"));
    const CopySourceRange = `bytes=5-${MIB + 4}`;
    const copied = await cos.uploadPartCopy({
      ...at("patched"),
      UploadId,
      PartNumber: "1",
      CopySource,
      CopySourceRange,
    });
    const added = await cos.multipartUpload({ ...at("patched"), UploadId, PartNumber: 2, Body: "end" });
    const Parts = [copied, added].map(({ ETag }, i) => ({ PartNumber: i + 1, ETag }));
    await cos.multipartComplete({ ...at("patched"), UploadId, Parts });
    const expected = Buffer.concat([content.subarray(5, MIB + 5), Buffer.from("end")]);
    expect((await read("patched")).equals(expected)).toBe(true);
  });
});
