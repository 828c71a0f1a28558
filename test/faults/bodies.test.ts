import { Readable } from "node:stream";
import type { BodyInput, HttpHandler, HttpRequest } from "@cosmoss/types";
import { startTcpServer } from "@cosmoss/testkit/transport-server";
import { describe, expect, it } from "vitest";
import {
  cos,
  guardProcess,
  makeTransport,
  matrix,
  pattern,
  rejection,
  type Stage,
  type TransportName,
  useStage,
  webStream,
} from "./stage.ts";

guardProcess();

async function* pieces(bytes: Uint8Array, size = 10_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Every kind of body, made anew at each call. `lasting`: it can be sent more than once. */
const KINDS: readonly { kind: string; lasting: boolean; make: (bytes: Buffer) => BodyInput }[] = [
  { kind: "string", lasting: true, make: (bytes) => bytes.toString("latin1") },
  { kind: "bytes", lasting: true, make: (bytes) => new Uint8Array(bytes) },
  {
    kind: "a part of a buffer",
    lasting: true,
    make: (bytes) => Buffer.concat([Buffer.from("<"), bytes, Buffer.from(">")]).subarray(1, -1),
  },
  { kind: "an ArrayBuffer", lasting: true, make: (bytes) => Uint8Array.from(bytes).buffer as unknown as Uint8Array },
  { kind: "a Blob", lasting: true, make: (bytes) => new Blob([Uint8Array.from(bytes)]) },
  {
    kind: "a web stream",
    lasting: false,
    make: (bytes) => webStream(pieces(bytes)),
  },
  { kind: "a Node stream", lasting: false, make: (bytes) => Readable.from(pieces(bytes), { objectMode: false }) },
  { kind: "an async iterable", lasting: false, make: (bytes) => pieces(bytes) },
  { kind: "a factory of bytes", lasting: true, make: (bytes) => () => new Uint8Array(bytes) },
  { kind: "a factory of a Blob", lasting: true, make: (bytes) => async () => new Blob([Uint8Array.from(bytes)]) },
  { kind: "a factory of text", lasting: true, make: (bytes) => () => bytes.toString("latin1") },
  {
    kind: "a factory of Node streams",
    lasting: true,
    make: (bytes) => () => Readable.from(pieces(bytes), { objectMode: false }),
  },
  {
    kind: "a factory of web streams",
    lasting: true,
    make: (bytes) => async () => webStream(pieces(bytes)),
  },
  { kind: "a factory of iterables", lasting: true, make: (bytes) => () => pieces(bytes) },
];
const isText = (kind: string): boolean => /string|text/.test(kind);

/** What `kind` should arrive as: text is UTF-8. */
const asSent = (kind: string, bytes: Buffer): Buffer => (isText(kind) ? Buffer.from(bytes.toString("latin1")) : bytes);

/** A transport that sends its first requests to a port where nobody listens. */
function refusedAtFirst(transport: TransportName, port: number, times = 1): HttpHandler {
  const handler = makeTransport(transport);
  let left = times;
  return {
    ...handler,
    takesIterables: true,
    destroy: () => handler.destroy?.(),
    handle: (request: HttpRequest, options) => handler.handle(left-- > 0 ? { ...request, port } : request, options),
  } as HttpHandler;
}

async function closedPort(): Promise<number> {
  const server = await startTcpServer(() => {});
  await server.close();
  return server.port;
}

describe.each(matrix)("bodies, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, UploadPartCommand, InitiateMultipartUploadCommand, AppendObjectCommand } = cloud.commands;
  const { Bucket } = cloud;

  it.each(KINDS)("$kind: of any length, known or not", async ({ kind, make }) => {
    for (const length of [0, 1, 100_000, 600_000]) {
      const bytes = pattern(length);
      const sent = asSent(kind, bytes);
      await stage.put("a", make(bytes));
      expect((await stage.get("a")).equals(sent)).toBe(true);
      const known = new PutObjectCommand({ Bucket, Key: "b", Body: make(bytes), ContentLength: sent.length });
      await stage.client.send(known);
      expect((await stage.get("b")).equals(sent)).toBe(true);
    }
  });

  it.each(KINDS)("$kind: as a part, and appended", async ({ kind, make }) => {
    const bytes = pattern(50_000);
    const at = { Bucket, Key: "a" };
    const { UploadId } = await stage.client.send(new InitiateMultipartUploadCommand(at));
    const part = await stage.client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: make(bytes) }));
    expect(part.ETag).toMatch(/^"\w{32}"$/);
    const sent = asSent(kind, bytes);
    const append = (Position: number, InitialHashCrc64ecma?: string) =>
      stage.client.send(
        new AppendObjectCommand({
          Bucket,
          Key: "b",
          Position,
          Body: make(bytes),
          // COS does not append what comes in chunks.
          ...(cloud === cos && { ContentLength: sent.length }),
          ...(InitialHashCrc64ecma && { InitialHashCrc64ecma }),
        }),
      );
    const first = await append(0);
    expect(first.NextAppendPosition).toBe(sent.length);
    await append(sent.length, first.HashCrc64ecma);
    expect((await stage.get("b")).equals(Buffer.concat([sent, sent]))).toBe(true);
  });

  it("in every way of reading", async () => {
    const bytes = pattern(300_000);
    await stage.put("a", bytes);
    const open = async () => (await stage.client.send(new cloud.commands.GetObjectCommand({ Bucket, Key: "a" }))).Body;
    const gather = async (source: AsyncIterable<Uint8Array>) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    expect(Buffer.from(await (await open()).bytes()).equals(bytes)).toBe(true);
    expect((await gather(await open())).equals(bytes)).toBe(true);
    expect((await gather((await open()).stream() as ReadableStream<Uint8Array>)).equals(bytes)).toBe(true);
    expect((await gather((await open()).toReadable() as Readable)).equals(bytes)).toBe(true);
    await stage.put("a", "blåbær");
    expect(await (await open()).text()).toBe("blåbær");
    const once = await open();
    await once.text();
    expect(await rejection(once.text())).toMatchObject({ name: "ConfigError" });
  });
});

describe.each(matrix)("bodies that are sent again, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const bytes = pattern(400_000);

  /** Of each request: how much of its body came. */
  const arrived = (of: Stage): number[] =>
    of.emulator.requests.filter(({ method }) => method === "PUT").map(({ requestBytes }) => requestBytes);

  it.each(KINDS)("$kind: after the connection was reset in the middle of it", async ({ kind, lasting, make }) => {
    stage.emulator.faults = ({ index }) => (index < 2 ? { resetRequestAt: 1 } : undefined);
    const sending = stage.put("a", make(bytes));
    if (lasting) {
      const { $metadata } = await sending;
      expect($metadata.attempts).toBe(3);
      expect((await stage.stored("a"))?.equals(asSent(kind, bytes))).toBe(true);
    } else {
      expect(await rejection(sending)).toMatchObject({ name: "TransportError" });
      expect(arrived(stage)).toHaveLength(1);
      expect(await stage.stored("a")).toBeUndefined();
    }
  });

  it.each(KINDS)("$kind: after it was stored but the answer was lost", async ({ kind, lasting, make }) => {
    stage.emulator.faults = ({ index }) => (index === 0 ? { dropResponse: true } : undefined);
    const sending = stage.put("a", make(bytes));
    if (lasting) {
      expect((await sending).$metadata.attempts).toBe(2);
    } else {
      expect(await rejection(sending)).toMatchObject({ name: "TransportError" });
      expect(arrived(stage)).toEqual([bytes.length]);
    }
    expect((await stage.stored("a"))?.equals(asSent(kind, bytes))).toBe(true);
  });

  it.each(KINDS)("$kind: after a 503 that came before it was read", async ({ kind, lasting, make }) => {
    stage.emulator.faults = ({ index }) => (index < 3 ? { error: { code: "InternalError", status: 503 } } : undefined);
    const outcome = await stage.put("a", make(bytes)).catch((error: unknown) => error);
    if (lasting) {
      expect(outcome).toMatchObject({ $metadata: { attempts: 4 } });
      expect((await stage.stored("a"))?.equals(asSent(kind, bytes))).toBe(true);
    } else {
      // It was begun, as these transports begin to send with the head.
      expect(outcome).toMatchObject({ name: "ServiceError", statusCode: 503 });
      expect(await stage.stored("a")).toBeUndefined();
    }
  });

  it.each(KINDS)("$kind: after no connection came about, where nothing of it was read", async ({ kind, make }) => {
    const port = await closedPort();
    const client = stage.connect({ requestHandler: refusedAtFirst(transport, port, 2) });
    const { $metadata } = await stage.put("a", make(bytes), client);
    expect($metadata.attempts).toBe(3);
    expect((await stage.stored("a"))?.equals(asSent(kind, bytes))).toBe(true);
    expect(arrived(stage)).toHaveLength(1);
  });

  it("a factory is asked once for every attempt", async () => {
    let calls = 0;
    stage.emulator.faults = ({ index }) => (index < 3 ? { resetRequestAt: 1 } : undefined);
    await stage.put("a", () => (calls++, pieces(bytes)));
    expect(calls).toBe(4);
  });

  it("a factory that fails ends the send with its error", async () => {
    const boom = new Error("no such file");
    expect(await rejection(stage.put("a", () => Promise.reject(boom)))).toBe(boom);
    const thrower = () => {
      throw boom;
    };
    expect(await rejection(stage.put("a", thrower))).toBe(boom);
    expect(await rejection(stage.put("a", (() => 42) as never))).toBeInstanceOf(Error);
    expect(await stage.stored("a")).toBeUndefined();
  });

  it("a stream is not begun twice by two sends", async () => {
    const stream = Readable.from(pieces(bytes), { objectMode: false });
    await stage.put("a", stream);
    const error = await rejection(stage.put("b", stream));
    expect(error).toMatchObject({ name: "ConfigError", message: expect.stringContaining("read before") });
    expect(await stage.stored("b")).toBeUndefined();
  });
});

describe.each(matrix)("streams that misbehave, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const boom = new Error("boom");

  // The guard fails the test when anything of it reaches the process.
  it.each<[string, () => BodyInput, unknown]>([
    [
      "a Node stream that has failed before",
      () => new Readable({ read() {} }).on("error", () => {}).destroy(boom),
      boom,
    ],
    ["a Node stream that was destroyed before", () => new Readable({ read() {} }).destroy(), expect.any(Error)],
    [
      "a Node stream that fails in its first read",
      () =>
        new Readable({
          read() {
            this.destroy(boom);
          },
        }),
      boom,
    ],
    [
      "a Node stream that throws in its first read",
      () =>
        new Readable({
          read() {
            throw boom;
          },
        }),
      boom,
    ],
    [
      "a Node stream that fails twice",
      () => {
        const stream: Readable = new Readable({
          read() {
            stream.emit("error", boom);
            stream.emit("error", new Error("again"));
          },
        });
        return stream;
      },
      boom,
    ],
    [
      "a Node stream that ends without an end",
      () => {
        const stream = new Readable({ read: () => setImmediate(() => stream.destroy()) });
        stream.push("x");
        return stream;
      },
      expect.any(Error),
    ],
    ["a Node stream of objects", () => Readable.from([{ not: "bytes" }]), expect.any(Error)],
    [
      "a web stream that fails at once",
      () => new ReadableStream<Uint8Array>({ start: (controller) => controller.error(boom) }),
      boom,
    ],
    [
      "a web stream that throws",
      () =>
        new ReadableStream<Uint8Array>({
          pull() {
            throw boom;
          },
        }),
      boom,
    ],
    [
      "a web stream of something else",
      () => new ReadableStream<any>({ pull: (controller) => controller.enqueue({}) }),
      expect.any(Error),
    ],
    [
      "a locked web stream",
      () => {
        const stream = new ReadableStream<Uint8Array>();
        stream.getReader();
        return stream;
      },
      expect.any(Error),
    ],
    [
      "an iterable that throws at once",
      () => ({
        [Symbol.asyncIterator]: () => {
          throw boom;
        },
      }),
      boom,
    ],
    [
      "an iterator that throws at once",
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            throw boom;
          },
        }),
      }),
      boom,
    ],
    [
      "an iterator that also fails to return",
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => Promise.reject(boom),
          return: () => Promise.reject(new Error("again")),
        }),
      }),
      boom,
    ],
    [
      "an iterator that fails with nothing to say",
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject() }) }) as never,
      expect.anything(),
    ],
  ])("%s", async (_, make, expected) => {
    const body = make();
    expect(await rejection(stage.put("a", body))).toEqual(expected);
    if (expected === boom) expect(await rejection(stage.put("a", make()))).toBe(boom);
    expect(await stage.stored("a")).toBeUndefined();
    // The client is none the worse for it.
    await stage.put("b", "fine");
    expect(String(await stage.get("b"))).toBe("fine");
  });

  it("one that fails after the service has refused", async () => {
    stage.emulator.faults = () => ({ error: { code: "AccessDenied", status: 403 } });
    const stream = new Readable({ read() {} });
    stream.push("x");
    const error = await rejection(stage.put("a", stream));
    expect(error).toMatchObject({ name: "ServiceError", code: "AccessDenied" });
    stream.destroy(boom);
  });

  it("one that is never read, because the input is refused", async () => {
    const stream = new Readable({ read() {} });
    const sending = stage.client.send(new cloud.commands.PutObjectCommand({ Bucket: "NO", Key: "a", Body: stream }));
    expect(await rejection(sending)).toMatchObject({ name: "ConfigError" });
    stream.on("error", () => {}).destroy(boom);
  });
});
