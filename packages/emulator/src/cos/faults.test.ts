import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  InitiateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@cosmoss/commands-cos";
import { beforeEach, describe, expect, it } from "vitest";
import { codeOf, element } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const Key = "a";
const cos = useCos();
beforeEach(async () => {
  await cos.client.send(new PutObjectCommand({ Bucket, Key: "src", Body: "hello" }));
});

const copy = () => cos.client.send(new CopyObjectCommand({ Bucket, Key, CopySource: { Bucket, Key: "src" } }));
const rawCopy = (key: string) =>
  sendSigned(cos.emulator, {
    method: "PUT",
    path: `/${Bucket}/${key}`,
    headers: { "x-cos-copy-source": `${Bucket}.cos.ap-guangzhou.myqcloud.com/src` },
  });

describe("long requests on COS", () => {
  it("may be kept alive by blanks before the document", async () => {
    cos.emulator.faults = () => ({ keepAliveBlanks: 5000 });
    const { text, headers } = await rawCopy("b");
    expect(text.slice(0, 5000)).toBe(" ".repeat(5000));
    expect(text.slice(5000)).toMatch(/^<\?xml .*<CopyObjectResult>/);
    expect(headers["transfer-encoding"]).toBe("chunked");
    expect(await copy()).toMatchObject({ ETag: '"5d41402abc4b2a76b9719d911017c592"' });
    const { UploadId } = await cos.client.send(new InitiateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await cos.client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }));
    const done = await cos.client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, Parts: [{ PartNumber: 1, ETag }] }),
    );
    expect(done.ETag).toMatch(/-1"$/);
  });

  it("may fail in a 200, and the client takes that for an error", async () => {
    cos.emulator.faults = () => ({ errorIn200: { code: "InternalError", message: "late" }, keepAliveBlanks: 3 });
    const { status, text } = await rawCopy("b");
    expect([status, text.slice(0, 3), element(text, "Code"), element(text, "Message")]).toEqual([
      200,
      "   ",
      "InternalError",
      "late",
    ]);
    expect(await codeOf(copy())).toBe("200 InternalError");
    expect(cos.emulator.requests.at(-1)).toMatchObject({ operation: "CopyObject", status: 200 });
  });
});
