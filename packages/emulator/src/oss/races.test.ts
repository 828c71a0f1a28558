import { setImmediate as turn } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  InitiateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@cosmoss/commands-oss";
import { describe, expect, it, vi } from "vitest";
import { _Staged } from "../store/staged-body.ts";
import { codeOf, refusalOf } from "../testing.ts";
import { useOss } from "./testing.ts";

const at = { Bucket: "photos", Key: "a" };
const oss = useOss();

/** A body whose second half comes once the first is with the emulator and `meanwhile` is done. */
async function* halves(meanwhile: () => Promise<unknown>) {
  const write = vi.spyOn(_Staged.prototype, "write");
  yield Buffer.alloc(100_000);
  while (write.mock.calls.length === 0) await turn();
  await meanwhile();
  yield Buffer.alloc(100_000);
}

describe("while an upload comes in", () => {
  it("its bucket may go", async () => {
    const Body = halves(() => oss.client.send(new DeleteBucketCommand({ Bucket: at.Bucket })));
    const failure = await refusalOf(oss.client.send(new PutObjectCommand({ ...at, Body })));
    expect(failure).toMatchObject({ statusCode: 404, code: "NoSuchBucket", ec: "0015-00000101" });
  });

  it("the upload that a part belongs to may end", async () => {
    const { UploadId } = await oss.client.send(new InitiateMultipartUploadCommand(at));
    const Body = halves(() => oss.client.send(new AbortMultipartUploadCommand({ ...at, UploadId })));
    const failure = await refusalOf(oss.client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body })));
    expect(failure).toMatchObject({ statusCode: 404, code: "NoSuchUpload" });
  });

  it("of two that must not overwrite, one wins", async () => {
    const put = (text: string) => oss.client.send(new PutObjectCommand({ ...at, Body: text, ForbidOverwrite: true }));
    const results = await Promise.allSettled([put("a"), put("b"), put("c")]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await codeOf(put("d"))).toBe("409 FileAlreadyExists");
  });
});
