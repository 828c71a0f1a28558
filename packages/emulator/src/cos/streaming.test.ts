import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { ServerResponse } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COSClient } from "@cosmoss/client-cos";
import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@cosmoss/commands-cos";
import { SignerCOS } from "@cosmoss/signer-cos";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../start-emulator.ts";
import { codeOf } from "../testing.ts";
import { Bucket } from "./testing.ts";

const MIB = 2 ** 20;
const SIZE = 128 * MIB;
/** Sockets, streams and writes in flight; what lies above was waiting in memory. */
const IN_FLIGHT = 24 * MIB;

let directory: string;
let emulator: Emulator;
let client: COSClient;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cosmoss-streaming-"));
  emulator = await startEmulator({ directory, buckets: { cos: [Bucket] } });
  client = new COSClient({ ...emulator.cos, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await emulator.close();
  await rm(directory, { recursive: true });
});

/** Bytes in all files of the emulator. */
async function bytesOnDisk(): Promise<number> {
  let total = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    total += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return total;
}

async function* generate(size: number, onPiece: (sent: number) => Promise<void> | void): AsyncGenerator<Buffer> {
  const block = Buffer.from(Array.from({ length: MIB }, (_, i) => (i * 7 + (i >> 8)) & 255));
  for (let sent = 0; sent < size; sent += block.length) {
    await onPiece(sent);
    yield Buffer.from(block);
  }
}

const headCode = (Key: string): Promise<string> => codeOf(client.send(new HeadObjectCommand({ Bucket, Key })));

/** Requests of an operation that have ended. */
const ended = (operation: string): number =>
  emulator.requests.filter((request) => request.operation === operation).length;

describe("bodies on COS", () => {
  it("go to the disk as they come, and come from it as they are read", async () => {
    let buffered = 0;
    const body = generate(SIZE, async (sent) => {
      buffered = Math.max(buffered, sent - (await bytesOnDisk()));
    });
    const { HashCrc64ecma } = await client.send(new PutObjectCommand({ Bucket, Key: "big", Body: body }));
    expect(buffered).toBeLessThan(IN_FLIGHT);

    let written = 0;
    let received = 0;
    let isFull = (): boolean => false;
    let heedless = 0;
    buffered = 0;
    const write = ServerResponse.prototype.write;
    vi.spyOn(ServerResponse.prototype, "write").mockImplementation(function (
      this: ServerResponse,
      chunk: unknown,
      ...rest: unknown[]
    ): boolean {
      isFull = () => this.writableNeedDrain || this.writableEnded;
      if (this.writableNeedDrain) heedless++;
      written += (chunk as Uint8Array).length;
      return Reflect.apply(write, this, [chunk, ...rest]) as boolean;
    });
    /** Reads nothing until the server can send no more. */
    const untilFull = (): Promise<void> =>
      vi.waitFor(() => expect(isFull()).toBe(true), { interval: 1, timeout: 10_000 });
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "big" }));
    for await (const chunk of got.Body) {
      received += chunk.length;
      if (received % (4 * MIB) < chunk.length) await untilFull();
      buffered = Math.max(buffered, written - received);
    }
    expect([received, written, got.HashCrc64ecma]).toEqual([SIZE, SIZE, HashCrc64ecma]);
    expect(buffered).toBeLessThan(IN_FLIGHT);
    expect(heedless).toBe(0);
  });

  it("that break off leave nothing", async () => {
    const before = await bytesOnDisk();
    const headers: Record<string, string> = {};
    const request = {
      ...{ method: "PUT", protocol: "http:", hostname: "127.0.0.1", port: emulator.port },
      ...{ path: `/${Bucket}/broken`, query: {}, headers },
    };
    await new SignerCOS().sign(request, { credentials: emulator.credentials, time: Date.now() });
    const head = `PUT /${Bucket}/broken HTTP/1.1\r\nHost: 127.0.0.1:${emulator.port}\r\nAuthorization: ${headers["authorization"]}\r\n`;
    const half = Buffer.alloc(MIB, 1);
    for (const framing of [
      `Content-Length: ${2 * MIB}\r\n\r\n`,
      `Transfer-Encoding: chunked\r\n\r\n${(2 * MIB).toString(16)}\r\n`,
    ]) {
      const count = ended("PutObject");
      const socket = connect(emulator.port, "127.0.0.1");
      socket.on("error", () => {});
      socket.write(head + framing);
      socket.write(half, () => socket.destroy());
      await vi.waitFor(() => expect(ended("PutObject")).toBe(count + 1), { timeout: 10_000 });
      expect(emulator.requests.at(-1)).toMatchObject({ operation: "PutObject", status: undefined });
      expect(await headCode("broken")).toBe("404 NotFound");
    }
    await vi.waitFor(async () => expect(await bytesOnDisk()).toBe(before), { timeout: 10_000 });
  });

  it("whose client gives up leave nothing, and what was there stays", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "kept", Body: "old" }));
    const before = await bytesOnDisk();
    for (const Key of ["kept", "new"]) {
      const controller = new AbortController();
      const count = ended("PutObject");
      const body = generate(SIZE, (sent) => {
        if (sent === 4 * MIB) controller.abort(new Error("enough"));
      });
      await expect(
        client.send(new PutObjectCommand({ Bucket, Key, Body: body }), { signal: controller.signal }),
      ).rejects.toThrow("enough");
      await vi.waitFor(() => expect(ended("PutObject")).toBe(count + 1), { timeout: 10_000 });
    }
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "kept" }));
    expect(await Body.text()).toBe("old");
    expect(await headCode("new")).toBe("404 NotFound");
    await vi.waitFor(async () => expect(await bytesOnDisk()).toBe(before), { timeout: 10_000 });
  });

  it("of parts that break off leave nothing either", async () => {
    const Key = "parts";
    const { UploadId } = await client.send(new InitiateMultipartUploadCommand({ Bucket, Key }));
    const controller = new AbortController();
    const body = generate(SIZE, (sent) => {
      if (sent === 4 * MIB) controller.abort(new Error("enough"));
    });
    const part = { Bucket, Key, UploadId, PartNumber: 1, Body: body };
    await expect(client.send(new UploadPartCommand(part), { signal: controller.signal })).rejects.toThrow("enough");
    await vi.waitFor(() => expect(ended("UploadPart")).toBe(1), { timeout: 10_000 });
    expect((await client.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toEqual([]);
  });

  it("of parts outlive a restart, with what the object is to have", async () => {
    const Key = "parts.css";
    const { UploadId } = await client.send(
      new InitiateMultipartUploadCommand({
        Bucket,
        Key,
        Metadata: { a: "漢" },
        Tagging: { t: "1" },
        ACL: "public-read",
      }),
    );
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: "x" }));
    client.destroy();
    await emulator.close();
    emulator = await startEmulator({ directory });
    client = new COSClient({ ...emulator.cos, maxAttempts: 1 });
    const Parts = [{ PartNumber: 1, ETag }];
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, Parts }));
    expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ContentType: "text/css",
      Metadata: { a: "漢" },
      TaggingCount: 1,
    });
    expect(await (await fetch(`${emulator.url}/${Bucket}/${Key}`)).text()).toBe("x");
  });

  it("sent to one key at once leave one of them whole", async () => {
    const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(MIB + i * 1000, i + 1));
    await Promise.all(bodies.map((Body) => client.send(new PutObjectCommand({ Bucket, Key: "one", Body }))));
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket, Key: "one" }));
    const bytes = await Body.bytes();
    const winner = bodies[(bytes[0] ?? 0) - 1];
    expect(winner?.equals(bytes)).toBe(true);
    expect(ETag).toBe(`"${createHash("md5").update(bytes).digest("hex")}"`);
  });

  it("being read stay whole when their object is replaced or deleted", async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: "read", Body: Buffer.alloc(32 * MIB, 1) }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "read" }));
    await client.send(new PutObjectCommand({ Bucket, Key: "read", Body: "new" }));
    const bytes = Buffer.from(await Body.bytes());
    expect([bytes.length, bytes.every((byte) => byte === 1)]).toEqual([32 * MIB, true]);
  });
});
