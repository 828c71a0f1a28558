import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, paginate } from "@cosmoss/client-oss";
import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import { SignerV1 } from "@cosmoss/signer-oss/v1";
import { beforeAll, describe, expect, test } from "vitest";
import { bytes } from "./content.ts";
import { aliOss, cosRegion as Region, cosSdk, cosVersions, emulatorForFile } from "./vendors.ts";

const MIB = 1024 * 1024;
const content = bytes(2 * MIB + 5);
const parts = [0, 1, 2].map((i) => content.subarray(i * MIB, (i + 1) * MIB));
const emulator = await emulatorForFile();

describe.each([
  ["V4", {}, { authorizationV4: true }],
  ["V1", { signer: new SignerV1({}) }, { authorizationV4: false }],
])("ours and ali-oss, %s", (version, signer, signing) => {
  const Bucket = `shared-${version.toLowerCase()}`;
  const ours = new OSSClient({ ...emulator.oss, ...signer });
  const theirs = aliOss(emulator, { bucket: Bucket, ...signing });
  beforeAll(async () => {
    await theirs.putBucket(Bucket);
  });

  test("list the same buckets", async () => {
    await ours.send(new ossCommands.PutBucketCommand({ Bucket: `${Bucket}-2` }));
    const mine = await ours.send(new ossCommands.ListBucketsCommand({ Prefix: Bucket }));
    const other = await theirs.listBuckets({ prefix: Bucket });
    expect(mine.Buckets.map(({ Name }) => Name)).toEqual([Bucket, `${Bucket}-2`]);
    expect(
      mine.Buckets.map((one) => [one.Name, one.Location, one.CreationDate.toISOString(), one.StorageClass]),
    ).toEqual(other.buckets?.map((one) => [one.name, one.region, one.creationDate, one.storageClass]));
    expect(mine.Owner?.ID).toBe(other.owner.id);
    const { Bucket: info } = await ours.send(new ossCommands.GetBucketInfoCommand({ Bucket }));
    const { bucket } = await theirs.getBucketInfo(Bucket);
    expect([info.Name, info.Location, info.StorageClass]).toEqual([bucket.Name, bucket.Location, bucket.StorageClass]);
  });

  test("list the same objects, by the second version", async () => {
    for (const key of ["a/1", "a/2 +", "b", "中/1", "中/2"]) await theirs.put(`v2/${key}`, Buffer.from(key));
    for (const query of [{}, { delimiter: "/" }]) {
      const mine: unknown[] = [];
      const input = { Bucket, Prefix: "v2/", MaxKeys: 2, ...(query.delimiter && { Delimiter: "/" }), FetchOwner: true };
      for await (const page of paginate(ours, ossCommands.ListObjectsV2Command, input)) {
        const objects = page.Contents.map((one) => [one.Key, one.ETag, one.LastModified.toISOString(), one.Owner?.ID]);
        mine.push([page.KeyCount, objects, page.CommonPrefixes.map(({ Prefix }) => Prefix)]);
      }
      const other: unknown[] = [];
      let token: string | null = null;
      do {
        const more = token === null ? {} : { "continuation-token": token };
        const page = await theirs.listV2({ prefix: "v2/", "max-keys": 2, "fetch-owner": "true", ...query, ...more });
        const objects = page.objects.map((one) => [one.name, one.etag, one.lastModified, one.owner?.id]);
        other.push([page.keyCount, objects, page.prefixes ?? []]);
        token = page.nextContinuationToken;
      } while (token !== null);
      expect(mine).toEqual(other);
      expect(mine).toHaveLength(query.delimiter ? 2 : 3);
    }
  });

  test("upload the parts of one object together", async () => {
    const Key = "together +中";
    const { uploadId: UploadId } = await theirs.initMultipartUpload(Key);
    const upload = { Bucket, Key, UploadId };
    await theirs.uploadPart(Key, UploadId, 1, parts[0]!, 0, MIB);
    await ours.send(new ossCommands.UploadPartCommand({ ...upload, PartNumber: 2, Body: parts[1]! }));
    await theirs.uploadPart(Key, UploadId, 3, parts[2]!, 0, 5);

    const { Parts } = await ours.send(new ossCommands.ListPartsCommand(upload));
    const listed = await theirs.listParts(Key, UploadId);
    expect(Parts.map((one) => [one.PartNumber, one.Size, one.ETag, one.LastModified.toISOString()])).toEqual(
      [listed.parts].flat().map((one) => [Number(one.PartNumber), Number(one.Size), one.ETag, one.LastModified]),
    );
    const { Uploads } = await ours.send(new ossCommands.ListMultipartUploadsCommand({ Bucket }));
    const { uploads } = await theirs.listUploads({ "max-uploads": 10 });
    expect(Uploads.map((one) => [one.Key, one.UploadId])).toEqual(uploads.map((one) => [one.name, one.uploadId]));

    const done = await ours.send(new ossCommands.CompleteMultipartUploadCommand({ ...upload, Parts }));
    const { content: read, res } = await theirs.get(Key);
    expect([read.equals(content), res.headers["etag"]]).toEqual([true, done.ETag]);
  });

  test("read metadata beyond ASCII of each other", async () => {
    const latin1 = aliOss(emulator, { bucket: Bucket, ...signing, headerEncoding: "latin1" });
    await latin1.put("theirs", content, { meta: { place: "杭州" } });
    const mine = await ours.send(new ossCommands.HeadObjectCommand({ Bucket, Key: "theirs" }));
    expect(mine.Metadata).toEqual({ place: "杭州" });
    await ours.send(new ossCommands.PutObjectCommand({ Bucket, Key: "ours", Metadata: { place: "杭州" } }));
    // ali-oss leaves the bytes of what it reads to the caller.
    const { meta } = await latin1.head("ours");
    expect(Buffer.from(meta!["place"]!, "latin1").toString()).toBe("杭州");
  });
});

describe.each(cosVersions)("ours and cos-nodejs-sdk-v5 %s", (version, COS) => {
  const Bucket = `shared-${version[0]}-1250000000`;
  const ours = new COSClient(emulator.cos);
  const theirs = cosSdk(COS, emulator);
  beforeAll(async () => {
    await theirs.putBucket({ Bucket, Region });
  });

  test("list the same buckets", async () => {
    await ours.send(new cosCommands.PutBucketCommand({ Bucket: `second-${Bucket}` }));
    const mine = await ours.send(new cosCommands.ListBucketsCommand({}));
    const other = await theirs.getService();
    expect(mine.Buckets.map(({ Name }) => Name)).toEqual(expect.arrayContaining([Bucket, `second-${Bucket}`]));
    expect(mine.Buckets.map(({ Name, Location }) => [Name, Location])).toEqual(
      other.Buckets.map(({ Name, Location }) => [Name, Location]),
    );
    expect(mine.Owner?.ID).toBe(other.Owner.ID);
    const head = await theirs.headBucket({ Bucket: `second-${Bucket}`, Region });
    const { BucketRegion } = await ours.send(new cosCommands.HeadBucketCommand({ Bucket }));
    expect(BucketRegion).toBe(head.headers?.["x-cos-bucket-region"]);
  });

  test("upload the parts of one object together", async () => {
    const Key = "together +中";
    const { UploadId } = await theirs.multipartInit({ Bucket, Region, Key });
    const upload = { Bucket, Key, UploadId };
    await theirs.multipartUpload({ ...upload, Region, PartNumber: 1, Body: parts[0]! });
    await ours.send(new cosCommands.UploadPartCommand({ ...upload, PartNumber: 2, Body: parts[1]! }));
    await theirs.multipartUpload({ ...upload, Region, PartNumber: 3, Body: parts[2]! });

    const { Parts } = await ours.send(new cosCommands.ListPartsCommand(upload));
    const listed = await theirs.multipartListPart({ ...upload, Region });
    expect(Parts.map((one) => [one.PartNumber, one.Size, one.ETag, one.LastModified.toISOString()])).toEqual(
      listed.Part.map((one) => [Number(one.PartNumber), Number(one.Size), one.ETag, one.LastModified]),
    );
    const { Uploads } = await ours.send(new cosCommands.ListMultipartUploadsCommand({ Bucket }));
    const all = (await theirs.multipartList({ Bucket, Region, Prefix: "", Delimiter: "" })) as unknown as {
      Upload: { Key: string; UploadId: string }[];
    };
    expect(Uploads.map((one) => [one.Key, one.UploadId])).toEqual(all.Upload.map((one) => [one.Key, one.UploadId]));

    const done = await ours.send(new cosCommands.CompleteMultipartUploadCommand({ ...upload, Parts }));
    const read = await theirs.getObject({ Bucket, Region, Key });
    expect([(read.Body as Buffer).equals(content), read.ETag]).toEqual([true, done.ETag]);
  });
});
