import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import * as cos from "@cosmoss/commands-cos";
import * as oss from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "./start-emulator.ts";
import { codeOf } from "./testing.ts";

const buckets = { oss: ["photos"], cos: ["photos-1250000000"] };

/** Both clients do these alike; `Bucket` is that of the provider. */
function uploader(emulator: Emulator, provider: "oss" | "cos") {
  const commands: Pick<typeof oss, keyof typeof oss & keyof typeof cos> = provider === "oss" ? oss : (cos as never);
  const client = provider === "oss" ? new OSSClient(emulator.oss) : new COSClient(emulator.cos);
  const [Bucket = ""] = buckets[provider];
  const end = (UploadId: string, Parts: { PartNumber: number; ETag: string }[]) =>
    client.send(new commands.CompleteMultipartUploadCommand({ Bucket, Key: "a", UploadId, Parts }));
  return {
    Bucket,
    client,
    end,
    async begin(Key: string, parts: number) {
      const { UploadId } = await client.send(new commands.InitiateMultipartUploadCommand({ Bucket, Key }));
      for (let PartNumber = 1; PartNumber <= parts; PartNumber++) {
        const part = { Bucket, Key, UploadId, PartNumber, Body: Buffer.alloc(10_000, PartNumber) };
        await client.send(new commands.UploadPartCommand(part));
      }
      return UploadId;
    },
    async parts(Key: string, UploadId: string) {
      const { Parts } = await client.send(new commands.ListPartsCommand({ Bucket, Key, UploadId }));
      return Parts;
    },
  };
}

describe.each(["oss", "cos"] as const)("an emulator that loses parts of %s", (provider) => {
  it.each(["memory", "directory"])("keeps the others and the upload, in %s", async (kind) => {
    const directory = await mkdtemp(join(tmpdir(), "cosmoss-"));
    const options = kind === "directory" ? { buckets, directory } : { buckets };
    let emulator = await startEmulator(options);
    let { Bucket, begin, parts, end, client } = uploader(emulator, provider);
    const numbers = async (Key: string, id: string) => (await parts(Key, id)).map(({ PartNumber }) => PartNumber);
    const one = await begin("a", 3);
    const two = await begin("a", 3);
    const other = await begin("ab", 1);
    const [part] = await parts("a", one);

    expect(await emulator.loseParts({ provider, Bucket, Key: "a", UploadId: one, PartNumbers: [1, 3, 9] })).toBe(2);
    expect([await numbers("a", one), await numbers("a", two)]).toEqual([[2], [1, 2, 3]]);
    expect(await codeOf(end(one, [{ PartNumber: 1, ETag: part!.ETag }]))).toBe("400 InvalidPart");
    if (kind === "directory") {
      client.destroy();
      await emulator.close();
      emulator = await startEmulator(options);
      ({ parts, client } = uploader(emulator, provider));
      expect([await numbers("a", one), await numbers("a", two)]).toEqual([[2], [1, 2, 3]]);
    }
    expect(await emulator.loseParts({ provider, Bucket, Key: "a" })).toBe(4);
    expect([await numbers("a", one), await numbers("a", two), await numbers("ab", other)]).toEqual([[], [], [1]]);
    expect(await emulator.loseParts({ provider, Bucket, Key: "a" })).toBe(0);
    await expect(emulator.loseParts({ provider, Bucket: "no-1", Key: "a" })).rejects.toThrow("there is no");
    client.destroy();
    await emulator.close();
    await rm(directory, { recursive: true });
  });
});
