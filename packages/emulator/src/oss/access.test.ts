import { OSSClient } from "@cosmoss/client-oss";
import {
  AppendObjectCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  DeleteMultipleObjectsCommand,
  DeleteObjectCommand,
  GetBucketInfoCommand,
  GetObjectCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@cosmoss/commands-oss";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, refusalOf } from "../testing.ts";
import { useOss } from "./testing.ts";

const oss = useOss({ buckets: {} });
let anybody: OSSClient;

beforeEach(async () => {
  anybody = new OSSClient({ ...oss.emulator.oss, clock: oss.clock, credentials: "anonymous", maxAttempts: 1 });
  for (const Acl of ["private", "public-read", "public-read-write"]) {
    await oss.client.send(new PutBucketCommand({ Bucket: Acl, Acl }));
    for (const ObjectAcl of ["default", "private", "public-read", "public-read-write"]) {
      await oss.client.send(new PutObjectCommand({ Bucket: Acl, Key: ObjectAcl, Body: "x", ObjectAcl }));
    }
  }
});
afterEach(() => anybody.destroy());

/** Whether somebody without a key may do it. */
async function may(promise: Promise<unknown>): Promise<boolean> {
  const code = await promise.then(
    () => "",
    (error: { code?: string }) => error.code ?? String(error),
  );
  if (code !== "" && code !== "AccessDenied") throw new Error(code);
  return code === "";
}

describe("somebody without a key", () => {
  it.each([
    // bucket, object: may read, may write
    ["private", "default", false, false],
    ["private", "private", false, false],
    ["private", "public-read", true, false],
    ["private", "public-read-write", true, true],
    ["public-read", "default", true, false],
    ["public-read", "private", false, false],
    ["public-read", "public-read", true, false],
    ["public-read-write", "default", true, true],
    ["public-read-write", "private", false, false],
    ["public-read-write", "public-read", true, false],
    ["public-read-write", "public-read-write", true, true],
  ])("in a %s bucket, of a %s object", async (Bucket, Key, reads, writes) => {
    const at = { Bucket, Key };
    expect(await may(anybody.send(new HeadObjectCommand(at)))).toBe(reads);
    expect(await may(anybody.send(new GetObjectCommand(at)).then(({ Body }) => Body.cancel()))).toBe(reads);
    expect(
      await may(anybody.send(new CopyObjectCommand({ Bucket: "public-read-write", Key: "copy", CopySource: at }))),
    ).toBe(reads);
    expect(await may(anybody.send(new PutObjectCommand({ ...at, Body: "y" })))).toBe(writes);
    const own = { ...at, Body: "y", ObjectAcl: Key };
    expect(await may(anybody.send(new DeleteMultipleObjectsCommand({ Bucket, Objects: [{ Key }] })))).toBe(
      writes && Bucket === "public-read-write",
    );
    await oss.client.send(new PutObjectCommand(own));
    expect(await may(anybody.send(new DeleteObjectCommand(at)))).toBe(writes);
  });

  it("may make new objects in a public-read-write bucket, in all ways", async () => {
    const at = { Bucket: "public-read-write", Key: "new" };
    await anybody.send(new AppendObjectCommand({ ...at, Position: 0, Body: "x" }));
    const { UploadId } = await anybody.send(new InitiateMultipartUploadCommand(at));
    const { ETag } = await anybody.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: "x" }));
    await anybody.send(new CompleteMultipartUploadCommand({ ...at, UploadId, Parts: [{ PartNumber: 1, ETag }] }));
    expect(await codeOf(anybody.send(new GetObjectCommand({ ...at, Key: "none" })))).toBe("404 NoSuchKey");
  });

  it("may not list nor ask about buckets", async () => {
    const Bucket = "public-read-write";
    for (const promise of [
      () => anybody.send(new ListBucketsCommand()),
      () => anybody.send(new ListObjectsCommand({ Bucket })),
      () => anybody.send(new ListObjectsV2Command({ Bucket })),
      () => anybody.send(new GetBucketInfoCommand({ Bucket })),
      () => anybody.send(new PutBucketCommand({ Bucket: "another" })),
    ]) {
      const failure = await refusalOf(promise());
      expect(failure).toMatchObject({ statusCode: 403, code: "AccessDenied" });
      expect(failure.message).toContain("Anonymous user has no right to access this bucket.");
    }
    expect(await codeOf(anybody.send(new GetObjectCommand({ Bucket: "no-bucket", Key: "a" })))).toBe(
      "404 NoSuchBucket",
    );
  });

  it("may not learn whether a private object is there", async () => {
    const failure = await refusalOf(anybody.send(new GetObjectCommand({ Bucket: "private", Key: "none" })));
    expect(failure.code).toBe("AccessDenied");
    expect(failure.message).toContain("because of bucket acl");
  });

  it("may not replace headers of an answer", async () => {
    const input = { Bucket: "public-read", Key: "default", ResponseContentType: "text/html" };
    expect(await codeOf(anybody.send(new GetObjectCommand(input)))).toBe("400 InvalidRequest");
  });
});
