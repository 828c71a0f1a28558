import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { guardProcess, makeTransport, nextTurn, oss, transports, until } from "./stage.ts";

guardProcess();

const MIB = 1 << 20;
const CHUNK = 256 * 1024;
const CHUNKS = (50 * MIB) / CHUNK;
const AT_ONCE = 20;
const chunk = Buffer.alloc(CHUNK, 7);
/** The buffers of both ends, and those of the system, which alone may grow to some 20 MiB for a connection. */
const AHEAD = (24 * MIB) / CHUNK;

describe.each(transports)("20 streams of 50 MiB at once, over %s", (transport) => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  async function serve(listener: RequestListener) {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const client = new oss.Client({
      region: "cn-hangzhou",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "id", accessKeySecret: "secret" },
      requestHandler: makeTransport(transport),
      checksum: false,
    });
    close = async () => {
      client.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    };
    return client;
  }
  const at = (index: number) => ({ Bucket: "photos", Key: String(index) });

  it("upload: no more is taken from a source than the network takes", async () => {
    const received = Array.from({ length: AT_ONCE }, () => 0);
    const given = Array.from({ length: AT_ONCE }, () => 0);
    let furthest = 0;
    let isHeld = true;
    const held: IncomingMessage[] = [];
    const client = await serve((request, response) => {
      const index = Number(request.url!.split("/")[2]);
      request.on("data", (data: Buffer) => (received[index]! += data.length / CHUNK));
      request.on("end", () => response.writeHead(200, { etag: '"x"' }).end());
      held.push(request);
      if (isHeld) request.pause();
    });
    async function* source(index: number): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < CHUNKS; count++) {
        given[index]!++;
        furthest = Math.max(furthest, given[index]! - received[index]!);
        yield chunk;
      }
    }
    const uploads = Array.from({ length: AT_ONCE }, (_, index) =>
      client.send(new oss.commands.PutObjectCommand({ ...at(index), Body: source(index) })),
    );
    // Nobody reads: the sources come to a stand, long before their end.
    await until(() => held.length === AT_ONCE);
    let before = -1;
    for (let quiet = 0; quiet < 50; quiet++) {
      const sum = given.reduce((all, count) => all + count, 0);
      if (sum !== before) quiet = 0;
      before = sum;
      await nextTurn();
    }
    expect(Math.max(...given)).toBeLessThanOrEqual(AHEAD);
    isHeld = false;
    for (const request of held) request.resume();
    await Promise.all(uploads);
    expect(received).toEqual(received.map(() => CHUNKS));
    expect(furthest).toBeLessThanOrEqual(AHEAD);
  });

  it.each(transport === "node:http" ? (["iterator", "toReadable"] as const) : (["iterator"] as const))(
    "download: no more is taken from the network than is read (%s)",
    async (way) => {
      const written = Array.from({ length: AT_ONCE }, () => 0);
      const read = Array.from({ length: AT_ONCE }, () => 0);
      let furthest = 0;
      async function write(index: number, response: ServerResponse): Promise<void> {
        response.writeHead(200, { etag: '"x"', "content-length": CHUNKS * CHUNK });
        for (let count = 0; count < CHUNKS; count++) {
          written[index]!++;
          furthest = Math.max(furthest, written[index]! - read[index]!);
          if (!response.write(chunk)) await new Promise((resolve) => response.once("drain", resolve));
        }
        response.end();
      }
      const client = await serve((request, response) => void write(Number(request.url!.split("/")[2]), response));
      const bodies = await Promise.all(
        Array.from(
          { length: AT_ONCE },
          async (_, index) => (await client.send(new oss.commands.GetObjectCommand(at(index)))).Body,
        ),
      );
      let before = -1;
      for (let quiet = 0; quiet < 50; quiet++) {
        const sum = written.reduce((all, count) => all + count, 0);
        if (sum !== before) quiet = 0;
        before = sum;
        await nextTurn();
      }
      expect(Math.max(...written)).toBeLessThanOrEqual(AHEAD);
      await Promise.all(
        bodies.map(async (body, index) => {
          const source = way === "iterator" ? body : (body.toReadable() as Readable);
          for await (const data of source as AsyncIterable<Uint8Array>) read[index]! += data.length / CHUNK;
        }),
      );
      expect(read).toEqual(read.map(() => CHUNKS));
      expect(furthest).toBeLessThanOrEqual(AHEAD);
    },
  );
});
