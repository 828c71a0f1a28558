import { createHash } from "node:crypto";
import { paginate } from "@cosmoss/client-cos";
import { crc64 } from "@cosmoss/checksum";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  type CompleteMultipartUploadInput,
  GetObjectCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  type InitiateMultipartUploadInput,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsInput,
  type ListMultipartUploadsOutput,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type UploadPartCopyInput,
} from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf, element, NOON } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const Key = "big/漢 &.txt";
const MIB = 2 ** 20;
const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

const cos = useCos();

async function initiate(input: Partial<InitiateMultipartUploadInput> = {}): Promise<string> {
  const { UploadId } = await cos.client.send(new InitiateMultipartUploadCommand({ Bucket, Key, ...input }));
  return UploadId;
}
async function upload(UploadId: string, PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
  const { ETag, HashCrc64ecma } = await cos.client.send(
    new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
  );
  expect([ETag, HashCrc64ecma]).toEqual([`"${md5(Body)}"`, crc64(Body)]);
  return { PartNumber, ETag };
}
const complete = (UploadId: string, Parts: CompletedPart[], input: Partial<CompleteMultipartUploadInput> = {}) =>
  cos.client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, Parts, ...input }));
const listUploads = (input: Partial<ListMultipartUploadsInput> = {}): Promise<ListMultipartUploadsOutput> =>
  cos.client.send(new ListMultipartUploadsCommand({ Bucket, ...input }));

describe("multipart uploads of COS", () => {
  it("make an object of their parts, with all that was said at their beginning", async () => {
    const UploadId = await initiate({
      CacheControl: "max-age=7200",
      Metadata: { a: "1" },
      StorageClass: "STANDARD_IA",
      Tagging: { t: "1" },
      ACL: "public-read",
      ServerSideEncryption: "AES256",
    });
    expect(UploadId).toMatch(/^1714996800[0-9a-f]{20,}$/);
    const one = Buffer.alloc(MIB, 1);
    const two = Buffer.alloc(MIB + 1, 2);
    const last = Buffer.from("end");
    const parts = [await upload(UploadId, 3, last), await upload(UploadId, 1, one), await upload(UploadId, 2, last)];
    parts[2] = await upload(UploadId, 2, two);
    await upload(UploadId, 9, last);
    await cos.clock.advance(10_000);
    const { $metadata: _, ...output } = await complete(
      UploadId,
      [parts[1]!, { PartNumber: 2, ETag: parts[2].ETag.slice(1, -1).toUpperCase() }, parts[0]!],
      { Metadata: { b: "2" } },
    );
    expect(output).toEqual({
      Location: `127.0.0.1:${cos.emulator.port}/${Bucket}/big/%E6%BC%A2%20%26.txt`,
      Bucket,
      Key,
      ETag: expect.stringMatching(/^"[0-9a-f]{32}-3"$/),
      ServerSideEncryption: "AES256",
    });
    const whole = Buffer.concat([one, two, last]);
    const { Body, $metadata: __, ...got } = await cos.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(md5(await Body.bytes())).toBe(md5(whole));
    expect(got).toEqual({
      ContentLength: whole.length,
      ContentType: "text/plain",
      CacheControl: "max-age=7200",
      ETag: output.ETag,
      HashCrc64ecma: crc64(whole),
      LastModified: new Date(NOON + 10_000),
      Metadata: { a: "1", b: "2" },
      ObjectType: "normal",
      ServerSideEncryption: "AES256",
      StorageClass: "STANDARD_IA",
      TaggingCount: 1,
    });
    expect((await fetch(`${cos.emulator.url}/${Bucket}/${encodeURIComponent(Key)}`)).status).toBe(200);
    expect((await listUploads()).Uploads).toEqual([]);
    expect(await codeOf(complete(UploadId, parts))).toBe("404 NoSuchUpload");
  });

  it("answer their completion in chunks, without a length", async () => {
    const UploadId = await initiate();
    const { ETag } = await upload(UploadId, 1, Buffer.from("x"));
    const { status, headers, text } = await sendSigned(cos.emulator, {
      method: "POST",
      path: `/${Bucket}/${Key}`,
      query: { uploadId: UploadId },
      body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${ETag}</ETag></Part></CompleteMultipartUpload>`,
    });
    expect([status, headers["transfer-encoding"], headers["content-length"]]).toEqual([200, "chunked", undefined]);
    expect(headers["content-type"]).toBe("application/xml");
    expect(element(text, "Key")).toBe("big/漢 &amp;.txt");
  });

  it("are refused for what is wrong with their parts, and stay as they are", async () => {
    const UploadId = await initiate();
    const small = await upload(UploadId, 1, Buffer.from("small"));
    const two = await upload(UploadId, 2, Buffer.from("two"));
    const four = await upload(UploadId, 4, Buffer.from("four"));
    expect(await codeOf(complete(UploadId, []))).toBe("400 MalformedXML");
    expect(await codeOf(complete(UploadId, [two, small]))).toBe("400 InvalidPartOrder");
    expect(await codeOf(complete(UploadId, [small, small]))).toBe("400 InvalidPartOrder");
    expect(await codeOf(complete(UploadId, [small, { PartNumber: 3, ETag: "x" }]))).toBe("400 InvalidPart");
    expect(await codeOf(complete(UploadId, [{ ...small, ETag: two.ETag }]))).toBe("400 InvalidPart");
    expect(await codeOf(complete(UploadId, [two, four]))).toBe("400 InvalidPart");
    expect(await codeOf(complete(UploadId, [small, two]))).toBe("400 EntityTooSmall");
    expect(await codeOf(cos.client.send(new HeadObjectCommand({ Bucket, Key })))).toBe("404 NotFound");
    await complete(UploadId, [small]);
    expect(await cos.client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 5 });
  });

  it("do not overwrite where that was forbidden, at their beginning or their end", async () => {
    const early = await initiate({ ForbidOverwrite: true });
    const late = await initiate();
    const parts = [await upload(early, 1, Buffer.from("early"))];
    const lateParts = [await upload(late, 1, Buffer.from("late"))];
    await cos.client.send(new PutObjectCommand({ Bucket, Key, Body: "put" }));
    expect(await codeOf(initiate({ ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    expect(await codeOf(complete(early, parts))).toBe("409 FileAlreadyExists");
    expect(await codeOf(complete(late, lateParts, { ForbidOverwrite: true }))).toBe("409 FileAlreadyExists");
    await complete(late, lateParts);
    expect(await cos.client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 4 });
  });

  it("belong to one key", async () => {
    const UploadId = await initiate();
    await upload(UploadId, 1, Buffer.from("x"));
    const other = { Bucket, Key: "other", UploadId };
    expect(await codeOf(cos.client.send(new UploadPartCommand({ ...other, PartNumber: 1, Body: "x" })))).toBe(
      "404 NoSuchUpload",
    );
    expect(await codeOf(cos.client.send(new ListPartsCommand(other)))).toBe("404 NoSuchUpload");
    expect(await codeOf(cos.client.send(new AbortMultipartUploadCommand(other)))).toBe("404 NoSuchUpload");
    expect(await codeOf(complete(UploadId, [{ PartNumber: 1, ETag: "x" }], { Key: "other" }))).toBe("404 NoSuchUpload");
  });

  it("end when they are aborted", async () => {
    const UploadId = await initiate();
    await upload(UploadId, 1, Buffer.from("x"));
    const { $metadata } = await cos.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect($metadata.httpStatusCode).toBe(204);
    const again = cos.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(await codeOf(again)).toBe("404 NoSuchUpload");
    expect(
      await codeOf(cos.client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }))),
    ).toBe("404 NoSuchUpload");
  });

  it("need a number and an id for a part", async () => {
    const UploadId = await initiate();
    for (const query of [
      { uploadId: UploadId },
      { partNumber: "1" },
      { uploadId: UploadId, partNumber: "0" },
      { uploadId: UploadId, partNumber: "10001" },
      { uploadId: UploadId, partNumber: "one" },
    ] as Record<string, string>[]) {
      const { status, text } = await sendSigned(cos.emulator, {
        method: "PUT",
        path: `/${Bucket}/${Key}`,
        query,
        body: "x",
      });
      expect([status, element(text, "Code")]).toEqual([400, "InvalidArgument"]);
    }
    expect((await cos.client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toEqual([]);
  });

  it("take no part that is not what its digest says", async () => {
    const UploadId = await initiate();
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: "x", ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" };
    expect(await codeOf(cos.client.send(new UploadPartCommand(part)))).toBe("400 InvalidDigest");
    expect((await cos.client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toEqual([]);
  });

  it("with a key of the customer need it for each part", async () => {
    const key = Buffer.alloc(32, 7);
    const customer = {
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: key.toString("base64"),
      SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
    };
    const UploadId = await initiate(customer);
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: "x" };
    expect(await codeOf(cos.client.send(new UploadPartCommand(part)))).toBe("400 InvalidRequest");
    const { ETag } = await cos.client.send(new UploadPartCommand({ ...part, ...customer }));
    await complete(UploadId, [{ PartNumber: 1, ETag }]);
    expect(await codeOf(cos.client.send(new GetObjectCommand({ Bucket, Key })))).toBe("400 InvalidRequest");
    const { Body } = await cos.client.send(new GetObjectCommand({ Bucket, Key, ...customer }));
    expect(await Body.text()).toBe("x");
  });
});

describe("parts of COS", () => {
  it("are listed by number, a page at a time", async () => {
    const UploadId = await initiate({ StorageClass: "STANDARD_IA" });
    for (const number of [10, 2, 1]) await upload(UploadId, number, Buffer.alloc(number, number));
    const first = await cos.client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }));
    expect(first).toMatchObject({
      Bucket,
      Key,
      UploadId,
      StorageClass: "STANDARD_IA",
      PartNumberMarker: 0,
      NextPartNumberMarker: 2,
      MaxParts: 2,
      IsTruncated: true,
      Owner: { ID: "1250000000" },
      Initiator: { ID: "qcs::cam::uin/1250000000:uin/1250000000" },
    });
    expect(first.Parts).toEqual([
      { PartNumber: 1, Size: 1, ETag: `"${md5(Buffer.alloc(1, 1))}"`, LastModified: new Date(NOON) },
      { PartNumber: 2, Size: 2, ETag: `"${md5(Buffer.alloc(2, 2))}"`, LastModified: new Date(NOON) },
    ]);
    const rest = await cos.client.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: 2 }));
    expect([rest.IsTruncated, rest.NextPartNumberMarker, rest.MaxParts]).toEqual([false, undefined, 1000]);
    expect(rest.Parts.map(({ PartNumber }) => PartNumber)).toEqual([10]);
    const all: number[] = [];
    for await (const page of paginate(cos.client, ListPartsCommand, { Bucket, Key, UploadId, MaxParts: 1 })) {
      all.push(...page.Parts.map(({ PartNumber }) => PartNumber));
    }
    expect(all).toEqual([1, 2, 10]);
  });

  it("are not listed with arguments that mean nothing", async () => {
    const UploadId = await initiate();
    for (const query of [{ "max-parts": "1001" }, { "encoding-type": "base64" }, { "part-number-marker": "x" }]) {
      const request = { path: `/${Bucket}/${Key}`, query: { uploadId: UploadId, ...query } as Record<string, string> };
      const { status, text } = await sendSigned(cos.emulator, request);
      expect([status, element(text, "Code")]).toEqual([400, "InvalidArgument"]);
    }
  });

  const copyPart = (UploadId: string, input: Partial<UploadPartCopyInput> = {}) =>
    cos.client.send(
      new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber: 1, CopySource: { Bucket, Key: "src" }, ...input }),
    );

  it("are copied from objects and from ranges of them", async () => {
    const source = Buffer.from(Array.from({ length: MIB + 10 }, (_, i) => i % 251));
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "src", Body: source }));
    const UploadId = await initiate();
    const { $metadata: _, ...whole } = await copyPart(UploadId);
    expect(whole).toEqual({ ETag: `"${md5(source)}"`, LastModified: new Date(NOON), CRC64: crc64(source) });
    const range = source.subarray(5, 15);
    const part = await copyPart(UploadId, { PartNumber: 2, CopySourceRange: "bytes=5-14" });
    expect(part).toMatchObject({ ETag: `"${md5(range)}"`, CRC64: crc64(range) });
    await complete(UploadId, [
      { PartNumber: 1, ETag: whole.ETag },
      { PartNumber: 2, ETag: part.ETag },
    ]);
    const { Body, HashCrc64ecma } = await cos.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(md5(await Body.bytes())).toBe(md5(Buffer.concat([source, range])));
    expect(HashCrc64ecma).toBe(crc64(Buffer.concat([source, range])));
  });

  it.each<[string, Partial<UploadPartCopyInput>]>([
    ["416 InvalidRange", { CopySourceRange: "bytes=0-6" }],
    ["400 InvalidArgument", { CopySourceRange: "bytes=0-" }],
    ["404 NoSuchKey", { CopySource: { Bucket, Key: "none" } }],
    ["404 NoSuchUpload", { Key: "other" }],
    ["412 PreconditionFailed", { CopySourceIfMatch: '"other"' }],
    ["412 PreconditionFailed", { CopySourceIfModifiedSince: new Date(NOON) }],
  ])("are not copied (%s) with %j", async (expected, input) => {
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "src", Body: "source" }));
    const UploadId = await initiate();
    expect(await codeOf(copyPart(UploadId, input))).toBe(expected);
    expect((await cos.client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toEqual([]);
  });
});
