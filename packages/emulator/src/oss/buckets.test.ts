import { OSSClient, paginate } from "@cosmoss/client-oss";
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketInfoCommand,
  InitiateMultipartUploadCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  PutBucketCommand,
  PutObjectCommand,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../start-emulator.ts";
import { codeOf, element, refusalOf, NOON } from "../testing.ts";
import { sendSigned, useOss } from "./testing.ts";

const oss = useOss({ buckets: {} });
const create = (Bucket: string, more: object = {}) => oss.client.send(new PutBucketCommand({ Bucket, ...more }));

describe("buckets of OSS", () => {
  it("are made, told of, listed and deleted", async () => {
    const { Location, $metadata } = await create("photos", {
      Acl: "public-read",
      StorageClass: "IA",
      DataRedundancyType: "ZRS",
      ResourceGroupId: "rg-1",
    });
    expect(Location).toBe("/photos");
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.stringMatching(/^[0-9A-F]{24}$/) });
    expect(await oss.client.send(new GetBucketInfoCommand({ Bucket: "photos" }))).toMatchObject({
      Bucket: {
        Name: "photos",
        Location: "oss-cn-hangzhou",
        CreationDate: new Date(NOON),
        ExtranetEndpoint: "oss-cn-hangzhou.aliyuncs.com",
        IntranetEndpoint: "oss-cn-hangzhou-internal.aliyuncs.com",
        AccessControlList: { Grant: "public-read" },
        DataRedundancyType: "ZRS",
        StorageClass: "IA",
        ResourceGroupId: "rg-1",
        ServerSideEncryptionRule: { SSEAlgorithm: "None" },
        BlockPublicAccess: false,
      },
    });
    expect(await oss.client.send(new ListBucketsCommand())).toMatchObject({
      IsTruncated: false,
      MaxKeys: 100,
      Buckets: [{ Name: "photos", Location: "oss-cn-hangzhou", Region: "cn-hangzhou", StorageClass: "IA" }],
    });
    const { $metadata: deleted } = await oss.client.send(new DeleteBucketCommand({ Bucket: "photos" }));
    expect(deleted.httpStatusCode).toBe(204);
    expect((await oss.client.send(new ListBucketsCommand())).Buckets).toEqual([]);
    expect(await codeOf(oss.client.send(new GetBucketInfoCommand({ Bucket: "photos" })))).toBe("404 NoSuchBucket");
    expect(await codeOf(oss.client.send(new DeleteBucketCommand({ Bucket: "photos" })))).toBe("404 NoSuchBucket");
  });

  it("have defaults, also when the emulator began with them", async () => {
    const other = await startEmulator({
      clock: oss.clock,
      buckets: { oss: ["early"] },
      regions: { oss: "cn-beijing" },
    });
    const its = new OSSClient({ ...other.oss, clock: oss.clock });
    await its.send(new PutBucketCommand({ Bucket: "late" }));
    const infos = await Promise.all(
      ["early", "late"].map(async (Bucket) => (await its.send(new GetBucketInfoCommand({ Bucket }))).Bucket),
    );
    for (const info of infos) {
      expect(info).toMatchObject({
        Location: "oss-cn-beijing",
        StorageClass: "Standard",
        DataRedundancyType: "LRS",
        AccessControlList: { Grant: "private" },
      });
      expect(info?.Versioning).toBeUndefined();
    }
    its.destroy();
    await other.close();
  });

  it("may be made again as they are, and not otherwise", async () => {
    await create("photos", { StorageClass: "IA" });
    await create("photos", { StorageClass: "IA", Acl: "public-read" });
    const { Bucket } = await oss.client.send(new GetBucketInfoCommand({ Bucket: "photos" }));
    expect(Bucket.AccessControlList?.Grant).toBe("public-read");
    const failure = await refusalOf(create("photos"));
    expect(failure).toMatchObject({ statusCode: 409, code: "BucketAlreadyExists", ec: "0015-00000104" });
    expect(failure.details).toMatchObject({ BucketName: "photos" });
    expect(await codeOf(create("photos", { StorageClass: "IA", DataRedundancyType: "ZRS" }))).toBe(
      "409 BucketAlreadyExists",
    );
  });

  it.each([
    [{ Acl: "public" }, { ArgumentName: "x-oss-acl", ArgumentValue: "public" }],
    [{ StorageClass: "Cold" }, { ArgumentValue: "Cold" }],
    [{ DataRedundancyType: "XRS" }, { ArgumentName: "DataRedundancyType" }],
  ])("are refused with %j", async (more, details) => {
    const failure = await refusalOf(create("photos", more));
    expect(failure).toMatchObject({ statusCode: 400, code: "InvalidArgument" });
    expect(failure.details).toMatchObject(details);
  });

  it.each(["ab", "a".repeat(64), "Photos", "-photos", "photos-", "pho_tos"])("cannot be called %j", async (bucket) => {
    const { status, text } = await sendSigned(oss.emulator, { method: "PUT", bucket });
    expect(status).toBe(400);
    expect(element(text, "Code")).toBe("InvalidBucketName");
    expect(element(text, "BucketName")).toBe(bucket);
  });

  it("are a hundred in a region at most", async () => {
    for (let i = 0; i < 100; i++) await create(`photos-${i}`);
    expect(await codeOf(create("photos-100"))).toBe("400 TooManyBuckets");
    await create("photos-99");
  });

  it("are deleted only when empty", async () => {
    await create("photos");
    await oss.client.send(new PutObjectCommand({ Bucket: "photos", Key: "a" }));
    const failure = await refusalOf(oss.client.send(new DeleteBucketCommand({ Bucket: "photos" })));
    expect(failure).toMatchObject({ statusCode: 409, code: "BucketNotEmpty", ec: "0015-00000301" });
    await oss.client.send(new InitiateMultipartUploadCommand({ Bucket: "photos", Key: "b" }));
    await oss.client.send(new DeleteObjectCommand({ Bucket: "photos", Key: "a" }));
    const parts = await refusalOf(oss.client.send(new DeleteBucketCommand({ Bucket: "photos" })));
    expect(parts.message).toContain("has parts");
  });

  it("are listed by name, page by page, and filtered", async () => {
    for (const name of ["b-2", "a-1", "b-1", "c-1"]) await create(name, { ResourceGroupId: `rg-${name[0]}` });
    const names: string[] = [];
    for await (const page of paginate(oss.client, ListBucketsCommand, { MaxKeys: 1 })) {
      names.push(...page.Buckets.map(({ Name }) => Name));
    }
    expect(names).toEqual(["a-1", "b-1", "b-2", "c-1"]);
    const list = async (input: object) =>
      (await oss.client.send(new ListBucketsCommand(input))).Buckets.map(({ Name }) => Name);
    expect(await list({ Prefix: "b-" })).toEqual(["b-1", "b-2"]);
    expect(await list({ Marker: "b-1" })).toEqual(["b-2", "c-1"]);
    expect(await list({ ResourceGroupId: "rg-c" })).toEqual(["c-1"]);
    expect(await list({ TagKey: "team" })).toEqual([]);
  });

  it("say that they are not there before anything else", async () => {
    const failure = await refusalOf(oss.client.send(new ListObjectsCommand({ Bucket: "photos" })));
    expect(failure).toMatchObject({ statusCode: 404, code: "NoSuchBucket", ec: "0015-00000101" });
    expect(failure.details).toMatchObject({
      BucketName: "photos",
      RecommendDoc: "https://api.aliyun.com/troubleshoot?q=0015-00000101",
    });
    expect(failure.hostId).toBe(`127.0.0.1:${oss.emulator.port}`);
  });

  it("answer with the headers of OSS", async () => {
    const { headers, text } = await sendSigned(oss.emulator, {});
    expect(headers).toMatchObject({
      server: "AliyunOSS",
      date: "Mon, 06 May 2024 12:00:00 GMT",
      "content-type": "application/xml",
      "x-oss-server-time": "0",
      connection: "close",
    });
    expect(headers["content-length"]).toBe(String(Buffer.byteLength(text)));
    expect(text.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<ListAllMyBucketsResult>')).toBe(true);
  });
});
