import { createHash } from "node:crypto";
import { crc64 } from "@cosmoss/checksum";
import { paginate } from "@cosmoss/client-oss";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadInput,
  GetObjectCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  type InitiateMultipartUploadInput,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type UploadPartCopyInput,
  type UploadPartInput,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { codeOf, element, refusalOf, NOON } from "../testing.ts";
import { sendSigned, useOss } from "./testing.ts";

const Bucket = "photos";
const Key = "big ü.bin";
const BIG = Buffer.alloc(102_400, "big");
const SMALL = Buffer.from("small");

const oss = useOss();

async function begin(more: Partial<InitiateMultipartUploadInput> = {}): Promise<string> {
  return (await oss.client.send(new InitiateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId;
}
const upload = (UploadId: string, PartNumber: number, Body: Buffer, more: Partial<UploadPartInput> = {}) =>
  oss.client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
const complete = (UploadId: string, more: Partial<CompleteMultipartUploadInput>) =>
  oss.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, ...more }));
const copyPart = (UploadId: string, more: Partial<UploadPartCopyInput> = {}) =>
  oss.client.send(
    new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource: { Bucket, Key: "source" }, ...more }),
  );
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();
const etag = (bytes: Buffer) => `"${md5(bytes).toString("hex").toUpperCase()}"`;
const head = () => oss.client.send(new HeadObjectCommand({ Bucket, Key }));

describe("multipart uploads of OSS", () => {
  it("become an object of the listed parts, with what was said at the beginning", async () => {
    const started = await oss.client.send(
      new InitiateMultipartUploadCommand({
        Bucket,
        Key,
        ContentType: "text/plain",
        Metadata: { a: "1" },
        StorageClass: "IA",
        Tagging: { t: "1" },
        ServerSideEncryption: "AES256",
      }),
    );
    expect(started).toMatchObject({ Bucket, Key, ServerSideEncryption: "AES256" });
    expect(started.UploadId).toMatch(/^[0-9A-F]{32}$/);
    const id = started.UploadId;
    expect(await codeOf(head())).toBe("404 NoSuchKey");
    await upload(id, 7, SMALL);
    await upload(id, 3, SMALL);
    expect(await upload(id, 3, BIG)).toMatchObject({
      ETag: etag(BIG),
      ContentMD5: md5(BIG).toString("base64"),
      HashCrc64ecma: crc64(BIG),
      ServerSideEncryption: "AES256",
    });
    await upload(id, 5, BIG);
    await oss.clock.advance(5000);
    const { $metadata: _, ...output } = await complete(id, {
      Parts: [
        { PartNumber: 3, ETag: etag(BIG) },
        { PartNumber: 7, ETag: etag(SMALL).replaceAll('"', "").toLowerCase() },
      ],
      ObjectAcl: "public-read",
    });
    const whole = Buffer.concat([BIG, SMALL]);
    const ETag = `"${createHash("md5").update(md5(BIG)).update(md5(SMALL)).digest("hex").toUpperCase()}-2"`;
    expect(output).toEqual({
      Location: `http://127.0.0.1:${oss.emulator.port}/photos/big%20%C3%BC.bin`,
      Bucket,
      Key,
      ETag,
      HashCrc64ecma: crc64(whole),
      ServerSideEncryption: "AES256",
    });
    const described = await head();
    expect(described).toMatchObject({
      ETag,
      ObjectType: "Multipart",
      ContentLength: whole.length,
      HashCrc64ecma: crc64(whole),
      ContentType: "text/plain",
      Metadata: { a: "1" },
      StorageClass: "IA",
      TaggingCount: 1,
      ServerSideEncryption: "AES256",
      LastModified: new Date(NOON + 5000),
    });
    expect(described).not.toHaveProperty("ContentMD5");
    const { Body } = await oss.client.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=102399-102401" }));
    expect(await Body.text()).toBe(whole.toString("latin1", 102_399, 102_402));
    expect(await codeOf(complete(id, { Parts: [{ PartNumber: 3, ETag: etag(BIG) }] }))).toBe("404 NoSuchUpload");
  });

  it("become an object of all parts", async () => {
    const id = await begin();
    await upload(id, 9, SMALL);
    await upload(id, 2, BIG);
    expect(await complete(id, { CompleteAll: "yes" })).toMatchObject({
      HashCrc64ecma: crc64(Buffer.concat([BIG, SMALL])),
    });
  });

  it("refuse what does not fit together", async () => {
    const id = await begin();
    await upload(id, 1, SMALL);
    await upload(id, 2, BIG);
    await upload(id, 3, SMALL);
    const parts = (...numbers: number[]) =>
      numbers.map((PartNumber) => ({ PartNumber, ETag: PartNumber === 2 ? etag(BIG) : etag(SMALL) }));
    expect(await codeOf(complete(id, { Parts: parts(3, 2) }))).toBe("400 InvalidPartOrder");
    expect(await codeOf(complete(id, { Parts: parts(2, 2) }))).toBe("400 InvalidPartOrder");
    const small = await refusalOf(complete(id, { Parts: parts(1, 2) }));
    expect(small).toMatchObject({ statusCode: 400, code: "EntityTooSmall" });
    expect(small.details).toMatchObject({ MinSizeAllowed: "102400", ProposedSize: "5", PartNumber: "1" });
    expect(await codeOf(complete(id, { CompleteAll: "yes" }))).toBe("400 EntityTooSmall");
    const missing = await refusalOf(complete(id, { Parts: parts(2, 4) }));
    expect(missing).toMatchObject({ statusCode: 400, code: "InvalidPart" });
    expect(missing.details).toMatchObject({ UploadId: id, PartNumber: "4", ETag: etag(SMALL) });
    expect(await codeOf(complete(id, { Parts: [{ PartNumber: 2, ETag: etag(SMALL) }] }))).toBe("400 InvalidPart");
    expect(await codeOf(complete(id, { Parts: [] }))).toBe("400 MalformedXML");
    expect(await codeOf(complete(id, {}))).toBe("400 MalformedXML");
    expect(await codeOf(complete(id, { CompleteAll: "no" }))).toBe("400 InvalidArgument");
    const both = await refusalOf(complete(id, { CompleteAll: "yes", Parts: parts(2) }));
    expect(both).toMatchObject({ statusCode: 400, code: "InvalidArgument", ec: "0042-00000216" });
    expect(await codeOf(complete(id, { Parts: parts(2), ObjectAcl: "public" }))).toBe("400 InvalidArgument");
    // All that did no harm.
    await complete(id, { Parts: parts(2, 3) });
    expect(await head()).toMatchObject({ ContentLength: 102_405 });
  });

  it("refuse documents that are none", async () => {
    const id = await begin();
    for (const [body, detail] of [
      ["<Complete/>", "the root node is not named CompleteMultipartUpload."],
      [
        "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>y</ETag></Part></CompleteMultipartUpload>",
        "number",
      ],
      ["<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", "ETag is missing"],
      ["<CompleteMultipartUpload>", ""],
      ['<!DOCTYPE a [<!ENTITY b "c">]><CompleteMultipartUpload/>', "document type"],
    ] as const) {
      const request = { method: "POST", bucket: Bucket, key: Key, query: { uploadId: id }, body };
      const { status, text } = await sendSigned(oss.emulator, request);
      expect([status, element(text, "Code")]).toEqual([400, "MalformedXML"]);
      expect(element(text, "ErrorDetail")).toContain(detail);
    }
  });

  it("are not completed with a callback, which nothing here makes", async () => {
    const request = { method: "POST", bucket: Bucket, key: Key, query: { uploadId: await begin() }, body: "" };
    const headers = { "x-oss-callback": "e30=", "x-oss-complete-all": "yes" };
    const { status, text } = await sendSigned(oss.emulator, { ...request, headers });
    expect([status, element(text, "Code")]).toEqual([501, "NotImplemented"]);
  });

  it("do not overwrite where that is forbidden", async () => {
    const id = await begin({ ForbidOverwrite: true });
    await upload(id, 1, SMALL);
    await oss.client.send(new PutObjectCommand({ Bucket, Key, Body: "first" }));
    const Parts = [{ PartNumber: 1, ETag: etag(SMALL) }];
    expect(await codeOf(begin({ ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    expect(await codeOf(complete(id, { Parts, ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    await complete(id, { Parts });
    expect(await head()).toMatchObject({ ETag: expect.stringMatching(/-1"$/) });
  });

  it("end when they are aborted", async () => {
    const id = await begin();
    await upload(id, 1, SMALL);
    const abort = () => oss.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }));
    expect((await abort()).$metadata.httpStatusCode).toBe(204);
    const list = () => oss.client.send(new ListPartsCommand({ Bucket, Key, UploadId: id }));
    for (const [send, ec] of [
      [abort, "0042-00000002"],
      [list, "0042-00000002"],
      [() => upload(id, 1, SMALL), "0042-00000104"],
      [() => copyPart(id), "0042-00000311"],
    ] as const) {
      const failure = await refusalOf(send());
      expect(failure).toMatchObject({ statusCode: 404, code: "NoSuchUpload", ec });
      expect(failure.details).toMatchObject({ UploadId: id });
    }
  });

  it("belong to their key", async () => {
    const id = await begin();
    expect(await codeOf(upload(id, 1, SMALL, { Key: "other" }))).toBe("404 NoSuchUpload");
    expect(await codeOf(complete(id, { Key: "other", CompleteAll: "yes" }))).toBe("404 NoSuchUpload");
  });

  it("refuse parts with other digests, and encryption that comes too late", async () => {
    const id = await begin();
    expect(await codeOf(upload(id, 1, SMALL, { ContentMD5: md5(BIG).toString("base64") }))).toBe("400 InvalidDigest");
    const request = {
      method: "PUT",
      bucket: Bucket,
      key: Key,
      query: { uploadId: id, partNumber: "1" },
      headers: { "x-oss-server-side-encryption": "AES256" },
      body: SMALL,
    };
    expect((await sendSigned(oss.emulator, request)).status).toBe(400);
    expect((await oss.client.send(new ListPartsCommand({ Bucket, Key, UploadId: id }))).Parts).toEqual([]);
  });

  it("list their parts, page by page", async () => {
    const id = await begin({ StorageClass: "IA" });
    for (const number of [1, 3, 7]) await upload(id, number, SMALL);
    const page = await oss.client.send(new ListPartsCommand({ Bucket, Key, UploadId: id }));
    expect(page).toMatchObject({
      Bucket,
      Key,
      UploadId: id,
      StorageClass: "IA",
      PartNumberMarker: 0,
      NextPartNumberMarker: 7,
      MaxParts: 1000,
      IsTruncated: false,
    });
    expect(page.Parts[1]).toEqual({
      PartNumber: 3,
      LastModified: new Date(NOON),
      ETag: etag(SMALL),
      HashCrc64ecma: crc64(SMALL),
      Size: 5,
    });
    const numbers: number[][] = [];
    for await (const { Parts } of paginate(oss.client, ListPartsCommand, { Bucket, Key, UploadId: id, MaxParts: 2 })) {
      numbers.push(Parts.map(({ PartNumber }) => PartNumber));
    }
    expect(numbers).toEqual([[1, 3], [7]]);
  });
});

describe("UploadPartCopy of OSS", () => {
  it("takes a whole object or a range of it", async () => {
    await oss.client.send(new PutObjectCommand({ Bucket, Key: "source", Body: Buffer.concat([BIG, SMALL]) }));
    const id = await begin();
    const first = await copyPart(id, { CopySourceRange: "bytes=0-102399" });
    expect(first).toMatchObject({ ETag: etag(BIG), LastModified: new Date(NOON) });
    const second = await copyPart(id, { PartNumber: 2 });
    expect(second.ETag).toBe(etag(Buffer.concat([BIG, SMALL])));
    await complete(id, {
      Parts: [
        { PartNumber: 1, ETag: first.ETag },
        { PartNumber: 2, ETag: second.ETag },
      ],
    });
    const { Body } = await oss.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from(await Body.bytes())).toEqual(Buffer.concat([BIG, BIG, SMALL]));
  });

  it("says the ETag in a header too", async () => {
    await oss.client.send(new PutObjectCommand({ Bucket, Key: "source", Body: SMALL }));
    const request = {
      method: "PUT",
      bucket: Bucket,
      key: Key,
      query: { uploadId: await begin(), partNumber: "1" },
      headers: { "x-oss-copy-source": "/photos/source" },
    };
    const { headers, text } = await sendSigned(oss.emulator, request);
    expect(headers["etag"]).toBe(etag(SMALL));
    expect(element(text, "ETag")).toBe(etag(SMALL).replaceAll('"', "&quot;"));
  });

  it("is refused", async () => {
    await oss.client.send(new PutObjectCommand({ Bucket, Key: "source", Body: SMALL }));
    const id = await begin();
    for (const CopySourceRange of ["bytes=0-5", "bytes=1-", "0-1", "bytes=3-2"]) {
      const failure = await refusalOf(copyPart(id, { CopySourceRange }));
      expect(failure).toMatchObject({ statusCode: 400, code: "InvalidArgument" });
      expect(failure.details).toMatchObject({ ArgumentName: "x-oss-copy-source-range" });
    }
    expect(await codeOf(copyPart(id, { CopySource: { Bucket, Key: "none" } }))).toBe("404 NoSuchKey");
    expect(await codeOf(copyPart(id, { CopySourceIfMatch: '"x"' }))).toBe("412 PreconditionFailed");
    expect(await codeOf(copyPart(id, { CopySourceIfNoneMatch: etag(SMALL) }))).toBe("304 NotModified");
    expect((await oss.client.send(new ListPartsCommand({ Bucket, Key, UploadId: id }))).Parts).toEqual([]);
  });
});

describe("ListMultipartUploads of OSS", () => {
  const list = (more: object = {}) => oss.client.send(new ListMultipartUploadsCommand({ Bucket, ...more }));

  it("goes by key, then by id", async () => {
    const ids: Record<string, string[]> = {};
    for (const name of ["b", "a/2", "a/1", "b", "ü"])
      (ids[name] ??= []).push(await begin({ Key: name, StorageClass: "IA" }));
    const page = await list();
    expect(page.Uploads.map(({ Key: name, UploadId }) => [name, UploadId])).toEqual([
      ["a/1", ids["a/1"]![0]],
      ["a/2", ids["a/2"]![0]],
      ...ids["b"]!.toSorted().map((id) => ["b", id]),
      ["ü", ids["ü"]![0]],
    ]);
    expect(page.Uploads[0]).toMatchObject({ Initiated: new Date(NOON), StorageClass: "IA" });
    expect(page).toMatchObject({
      MaxUploads: 1000,
      IsTruncated: false,
      NextKeyMarker: "ü",
      NextUploadIdMarker: ids["ü"]![0],
    });
    const seen: string[] = [];
    for await (const { Uploads, CommonPrefixes } of paginate(oss.client, ListMultipartUploadsCommand, {
      Bucket,
      Delimiter: "/",
      MaxUploads: 1,
    })) {
      seen.push(...CommonPrefixes.map(({ Prefix }) => Prefix), ...Uploads.map(({ Key: name }) => name));
    }
    expect(seen).toEqual(["a/", "b", "b", "ü"]);
    expect((await list({ Prefix: "a/", KeyMarker: "a/1" })).Uploads.map(({ Key: name }) => name)).toEqual(["a/2"]);
    // An id alone says nothing.
    expect((await list({ UploadIdMarker: "F".repeat(32) })).Uploads).toHaveLength(5);
  });

  it("is refused", async () => {
    const query = { uploads: null, "max-uploads": "1001" };
    const { status, text } = await sendSigned(oss.emulator, { bucket: Bucket, query });
    expect([status, element(text, "ArgumentName")]).toEqual([400, "max-uploads"]);
    expect(await codeOf(list({ Prefix: "x".repeat(1024) }))).toBe("400 InvalidArgument");
  });
});
