import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Crc64 } from "@cosmoss/checksum";
import { OSSClient } from "@cosmoss/client-oss";
import {
  GetObjectCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  ListPartsCommand,
  PutBucketCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@cosmoss/commands-oss";
import { SignerV1 } from "@cosmoss/signer-oss";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../start-emulator.ts";
import { _Engine } from "../store/engine.ts";
import { _Staged } from "../store/staged-body.ts";
import { codeOf } from "../testing.ts";

const MIB = 1 << 20;
const PIECE = randomBytes(MIB / 4);
const SIZE = 96 * MIB;
/** What sockets and streams may hold between the two ends; far less than the body. */
const IN_FLIGHT = 24 * MIB;
const at = { Bucket: "photos", Key: "large" };

let directory: string;
let emulator: Emulator;
let client: OSSClient;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "cosmoss-"));
  emulator = await startEmulator({ directory });
  client = new OSSClient({ ...emulator.oss, maxAttempts: 1 });
  await client.send(new PutBucketCommand({ Bucket: at.Bucket }));
});
afterEach(async () => {
  client.destroy();
  await emulator.close();
  await rm(directory, { recursive: true });
});

/** Bytes of all files. */
async function bytesOnDisk(): Promise<number> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

describe("large bodies", () => {
  it("are never held, neither on their way in nor on their way out", async () => {
    let stored = 0;
    const write = _Staged.prototype.write;
    vi.spyOn(_Staged.prototype, "write").mockImplementation(async function (this: _Staged, chunk) {
      await write.call(this, chunk);
      stored += chunk.length;
    });
    let produced = 0;
    let held = 0;
    const sum = new Crc64();
    async function* produce() {
      while (produced < SIZE) {
        sum.update(PIECE);
        produced += PIECE.length;
        held = Math.max(held, produced - stored);
        yield PIECE;
      }
    }
    const { HashCrc64ecma } = await client.send(new PutObjectCommand({ ...at, Body: produce() }));
    expect(HashCrc64ecma).toBe(sum.digest());
    expect(stored).toBe(SIZE);
    expect(held).toBeLessThan(IN_FLIGHT);

    let read = 0;
    const open = _Engine.prototype.open;
    vi.spyOn(_Engine.prototype, "open").mockImplementation(function (this: _Engine, ...arguments_) {
      const object = open.apply(this, arguments_);
      return {
        ...object,
        async *read(start?: number, end?: number) {
          for await (const chunk of object.read(start, end)) {
            read += chunk.length;
            yield chunk;
          }
        },
      };
    });
    const { Body } = await client.send(new GetObjectCommand(at));
    let received = 0;
    held = 0;
    for await (const chunk of Body) {
      received += chunk.length;
      held = Math.max(held, read - received);
      if (received % (8 * MIB) < chunk.length) for (let i = 0; i < 50; i++) await turn(); // A slow reader.
    }
    expect(received).toBe(SIZE);
    expect(read).toBe(SIZE);
    expect(held).toBeLessThan(IN_FLIGHT);
  });

  it("leave nothing when they break off, neither as an object nor as a part", async () => {
    const { UploadId } = await client.send(new InitiateMultipartUploadCommand(at));
    const before = await bytesOnDisk();
    for (const query of ["", `?partNumber=1&uploadId=${UploadId}`]) {
      emulator.clearRequests();
      const request = {
        method: "PUT",
        protocol: "http:",
        hostname: "127.0.0.1",
        path: "/photos/large",
        query: Object.fromEntries(new URLSearchParams(query)),
        headers: {} as Record<string, string>,
      };
      await new SignerV1({}).sign(request, {
        bucket: "photos",
        key: "large",
        credentials: emulator.credentials,
        time: Date.now(),
      });
      const socket = connect(emulator.port, "127.0.0.1");
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(
        `PUT /photos/large${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${MIB}\r\n${lines.join("")}\r\n`,
      );
      socket.write(PIECE);
      await eventually(async () => (await bytesOnDisk()) > before);
      socket.destroy();
      await eventually(() => emulator.requests.length > 0);
      expect(emulator.requests[0]).toMatchObject({ method: "PUT", status: undefined, code: undefined });
      expect(emulator.requests[0]?.requestBytes).toBeGreaterThan(0);
      expect(await bytesOnDisk()).toBe(before);
    }
    expect(await codeOf(client.send(new HeadObjectCommand(at)))).toBe("404 NoSuchKey");
    expect((await client.send(new ListPartsCommand({ ...at, UploadId }))).Parts).toEqual([]);
  });

  it("leave nothing when they are aborted, and what was there stays", async () => {
    await client.send(new PutObjectCommand({ ...at, Body: "before" }));
    const before = await bytesOnDisk();
    const abort = new AbortController();
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 20) abort.abort(new Error("enough"));
        await turn();
        yield PIECE;
      }
    }
    const sending = client.send(new PutObjectCommand({ ...at, Body: endless() }), { signal: abort.signal });
    await expect(sending).rejects.toThrow("enough");
    await eventually(() => emulator.requests.some(({ status }) => status === undefined));
    expect(await bytesOnDisk()).toBe(before);
    expect(await (await client.send(new GetObjectCommand(at))).Body.text()).toBe("before");
  });

  it("put at the same time leave one of them whole", async () => {
    const bodies = Array.from({ length: 6 }, (_, i) => Buffer.alloc(2 * MIB, String(i)));
    async function* inPieces(body: Buffer) {
      for (let i = 0; i < body.length; i += MIB / 4) {
        await turn();
        yield body.subarray(i, i + MIB / 4);
      }
    }
    await Promise.all(bodies.map((body) => client.send(new PutObjectCommand({ ...at, Body: inPieces(body) }))));
    const { Body } = await client.send(new GetObjectCommand(at));
    const bytes = Buffer.from(await Body.bytes());
    expect(bodies.some((body) => body.equals(bytes))).toBe(true);
  });

  it("can be read to their end though they are replaced meanwhile", async () => {
    await client.send(new PutObjectCommand({ ...at, Body: Buffer.alloc(8 * MIB, "a") }));
    const { Body } = await client.send(new GetObjectCommand(at));
    await client.send(new PutObjectCommand({ ...at, Body: "b" }));
    expect(Buffer.from(await Body.bytes()).equals(Buffer.alloc(8 * MIB, "a"))).toBe(true);
  });

  it("of parts may come at the same time, and again", async () => {
    const { UploadId } = await client.send(new InitiateMultipartUploadCommand(at));
    const send = (PartNumber: number, letter: string) =>
      client.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body: Buffer.alloc(MIB, letter) }));
    const uploaded = await Promise.all([send(1, "a"), send(2, "b"), send(1, "c"), send(2, "d")]);
    const { Parts } = await client.send(new ListPartsCommand({ ...at, UploadId }));
    expect(Parts.map(({ PartNumber }) => PartNumber)).toEqual([1, 2]);
    for (const { ETag } of Parts) expect(uploaded.map((one) => one.ETag)).toContain(ETag);
  });
});
