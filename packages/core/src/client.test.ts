import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import {
  ConfigError,
  DecodeError,
  IntegrityError,
  type ServiceError,
  TimeoutError,
  TransportError,
} from "@cosmoss/errors";
import type { Checksum, HttpHandlerOptions, HttpRequest, HttpResponse, Operation, ResponseBody } from "@cosmoss/types";
import type { BodyInput } from "@cosmoss/types";
import { xmlCodec } from "@cosmoss/xml-codec";
import { describe, expect, it } from "vitest";
import { Client, type ClientConfig, Command, paginate, presign, readPayload, writePayload } from "./index.ts";
import { nodeStreams } from "./node-streams.node.ts";

// The sum of all bytes stands in for CRC-64: what matters here is when it is computed and compared.
class Sum implements Checksum {
  #sum: number;
  constructor(initial?: string) {
    this.#sum = Number(initial ?? 0);
  }
  update(bytes: Uint8Array): void {
    for (const byte of bytes) this.#sum += byte;
  }
  digest(): string {
    return String(this.#sum);
  }
}

type Handle = (request: HttpRequest, options: HttpHandlerOptions, call: number) => Promise<Partial<HttpResponse>>;

function makeClient(handle: Handle, overrides: Partial<ClientConfig> = {}) {
  const requests: HttpRequest[] = [];
  const config: ClientConfig = {
    clientName: "TestClient",
    headerPrefix: "x-oss-",
    streams: { ...nodeStreams },
    endpoint: (bucket, key) => ({
      protocol: "https:",
      hostname: (bucket === undefined ? "" : bucket + ".") + "example.com",
      path: "/" + encodeURI(key ?? ""),
    }),
    copySource: ({ Bucket, Key }) => `/${Bucket}/${Key}`,
    signer: {
      sign(request, { credentials }) {
        request.headers["authorization"] = `signed by ${credentials.accessKeyId} try ${requests.length + 1}`;
      },
      presign: (_, { expiresIn, credentials }) => `by=${credentials.accessKeyId}&for=${expiresIn}`,
    },
    credentials: () => ({ accessKeyId: "id", accessKeySecret: "secret" }),
    clock: { now: () => 1_700_000_000_000, setTimeout: (f) => setImmediate(f), clearTimeout: () => {} },
    skew: { offset: 0 },
    checksum: Sum,
    attemptTimeoutMs: 1000,
    totalTimeoutMs: 5000,
    requestHandler: {
      async handle(request, options = {}) {
        requests.push(request);
        const response = await handle(request, options, requests.length);
        return { response: { statusCode: 200, headers: {}, ...response } };
      },
    },
    ...overrides,
  };
  return { client: new Client(config), requests };
}

interface PutInput {
  Bucket: string;
  Key: string;
  Body?: BodyInput;
  ContentLength?: number;
  ContentType?: string;
  Metadata?: Record<string, string>;
  Tagging?: Record<string, string>;
  Since?: Date;
  Days?: number;
}
const put: Operation<PutInput, { ETag: string }> = {
  name: "Put",
  http: ["PUT", "object", "flag&mode=2"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    Body: { in: "payload", type: "bytes" },
    ContentLength: { in: "header", name: "content-length", type: "int" },
    ContentType: { in: "header", name: "content-type" },
    Metadata: { in: "headers", name: "x-oss-meta-" },
    Tagging: { in: "header", name: "x-oss-tagging", type: "form" },
    Since: { in: "header", name: "if-modified-since", type: "http-date" },
    Days: { in: "query", name: "days", type: "int", min: 1, max: 9 },
  },
  output: { ETag: { in: "header", name: "etag", required: true } },
  upload: writePayload,
};
class PutCommand extends Command<PutInput, { ETag: string }> {
  constructor(input: PutInput) {
    super(put, input);
  }
}

interface GetOutput {
  Body: ResponseBody;
  Size?: number;
  Metadata: Record<string, string>;
}
const get: Operation<{ Bucket: string; Key: string }, GetOutput> = {
  name: "Get",
  http: ["GET", "object"],
  input: { Bucket: { in: "bucket", required: true }, Key: { in: "key", required: true } },
  output: {
    Body: { in: "payload", type: "bytes", required: true },
    Size: { in: "header", name: "content-length", type: "int" },
    Metadata: { in: "headers", name: "x-oss-meta-", required: true },
  },
  download: readPayload,
};
class GetCommand extends Command<{ Bucket: string; Key: string }, GetOutput> {
  constructor(input: { Bucket: string; Key: string }) {
    super(get, input);
  }
}

interface ListInput {
  Bucket: string;
  Marker?: string;
}
interface ListOutput {
  IsTruncated?: boolean;
  NextMarker?: string;
  Keys: string[];
}
const list: Operation<ListInput, ListOutput> = {
  name: "List",
  http: ["GET", "bucket", "list"],
  input: { Bucket: { in: "bucket", required: true }, Marker: { in: "query", name: "marker" } },
  output: { IsTruncated: { type: "bool" }, NextMarker: {}, Keys: { name: "Key", list: {}, required: true } },
  xml: xmlCodec,
  responseRoot: "Result",
  errorIn200: true,
  page: { next: [["Marker", "NextMarker"]], more: "IsTruncated", items: "Keys" },
};
class ListCommand extends Command<ListInput, ListOutput> {
  constructor(input: ListInput) {
    super(list, input);
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sum = (text: string): string => String(bytes(text).reduce((all, byte) => all + byte, 0));
async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}
const collect = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  let text = "";
  for await (const piece of body) text += new TextDecoder().decode(piece);
  return text;
};
const failing = (error: Error, ...texts: string[]): Readable =>
  Readable.from(
    (async function* () {
      yield* pieces(...texts);
      throw error;
    })(),
  );
const take = async (request: HttpRequest): Promise<string> =>
  request.body instanceof Uint8Array ? new TextDecoder().decode(request.body) : collect(request.body);

describe("writing a request", () => {
  it("puts every member where its description says", async () => {
    const { client, requests } = makeClient(async () => ({ headers: { etag: '"e"' } }));
    await client.send(
      new PutCommand({
        Bucket: "b",
        Key: "a/ü",
        Body: "hello",
        ContentType: "text/plain",
        Metadata: { Author: "Zoë" },
        Tagging: { "a b": "c&d", e: "" },
        Since: new Date(0),
        Days: 3,
      }),
    );
    expect(requests[0]).toMatchObject({
      method: "PUT",
      hostname: "b.example.com",
      path: "/a/%C3%BC",
      query: { flag: null, mode: "2", days: "3" },
      headers: {
        "content-type": "text/plain",
        "content-length": "5",
        "x-oss-meta-author": "Zo\u00c3\u00ab",
        "x-oss-tagging": "a%20b=c%26d&e=",
        "if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT",
        authorization: "signed by id try 1",
      },
    });
  });

  it.each([
    ["a missing member", { Bucket: "b" }, /Key is missing/],
    ["an empty bucket", { Bucket: "", Key: "k" }, /Bucket is empty/],
    ["an unknown member", { Bucket: "b", Key: "k", Acl: "private" }, /no input Acl/],
    ["a number out of range", { Bucket: "b", Key: "k", Days: 10 }, /from 1 to 9, got 10/],
    ["text for a number", { Bucket: "b", Key: "k", Days: "3" }, /from 1 to 9, got string/],
    ["an invalid date", { Bucket: "b", Key: "k", Since: new Date("x") }, /expected a valid Date/],
    ["a line break in a header", { Bucket: "b", Key: "k", ContentType: "a\r\nx: y" }, /control characters/],
    ["metadata that HTTP would trim", { Bucket: "b", Key: "k", Metadata: { a: " x" } }, /white space/],
    ["a metadata name that is no header name", { Bucket: "b", Key: "k", Metadata: { "a b": "x" } }, /header name/],
    ["metadata twice", { Bucket: "b", Key: "k", Metadata: { a: "x", A: "y" } }, /twice/],
    ["a body of no kind", { Bucket: "b", Key: "k", Body: { a: 1 } }, /Body must be/],
    [
      "a length that bytes do not have",
      { Bucket: "b", Key: "k", Body: "abc", ContentLength: 4 },
      /but Body has 3 bytes; leave it out/,
    ],
  ])("refuses %s before a byte is sent", async (_, input, message) => {
    const { client, requests } = makeClient(async () => ({}));
    const sent = client.send(new PutCommand(input as unknown as PutInput));
    await expect(sent).rejects.toThrow(message);
    await expect(sent).rejects.toSatisfy(ConfigError.isInstance);
    expect(requests).toHaveLength(0);
  });

  it("signs nothing for an anonymous client", async () => {
    const { client, requests } = makeClient(async () => ({ headers: { etag: "e" } }), { credentials: undefined });
    await client.send(new PutCommand({ Bucket: "b", Key: "k" }));
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
  });
});

describe("payloads on their way out", () => {
  const answer =
    (text: string): Handle =>
    async (request) => {
      expect(await take(request)).toBe(text);
      return { headers: { etag: "e", "x-oss-hash-crc64ecma": sum(text) } };
    };
  const kinds: [string, () => BodyInput][] = [
    ["a string", () => "hello wörld"],
    ["bytes", () => bytes("hello wörld")],
    ["an async iterable", () => pieces("hello ", "", "wörld")],
    ["a Node stream", () => Readable.from([Buffer.from("hello "), Buffer.from("wörld")])],
    ["a Node stream of text", () => Readable.from(["hello ", "wörld"])],
    ["a web stream", () => new Blob(["hello ", "wörld"]).stream()],
    ["a factory", () => () => pieces("hello wörld")],
    ["a factory of text", () => async () => "hello wörld"],
    ["a factory of a Blob", () => () => new Blob(["hello wörld"])],
  ];
  it.each(kinds)("sends %s and compares its checksum", async (_, make) => {
    const { client } = makeClient(answer("hello wörld"));
    expect(await client.send(new PutCommand({ Bucket: "b", Key: "k", Body: make() }))).toMatchObject({ ETag: "e" });
    const corrupting = makeClient(async (request) => {
      await take(request);
      return { headers: { etag: "e", "x-oss-hash-crc64ecma": "1" } };
    });
    const sent = corrupting.client.send(new PutCommand({ Bucket: "b", Key: "k", Body: make() }));
    await expect(sent).rejects.toSatisfy(IntegrityError.isInstance);
  });

  it("hands a Blob to the transport as it is, and compares its checksum", async () => {
    const blob = new Blob(["hello"]);
    const handle: Handle = async () => ({ headers: { etag: "e", "x-oss-hash-crc64ecma": "1" } });
    const { client, requests } = makeClient(handle, { streams: undefined });
    await expect(client.send(new PutCommand({ Bucket: "b", Key: "k", Body: blob }))).rejects.toSatisfy(
      IntegrityError.isInstance,
    );
    expect(requests[0]?.body).toBe(blob);
    expect(requests[0]?.headers["content-length"]).toBe("5");
  });

  it("hands a Blob as a Node stream to a handler that may not know Blobs", async () => {
    let sent = "";
    const { client } = makeClient(async ({ body }) => {
      for await (const chunk of body as Readable) sent += String(chunk);
      return { headers: { etag: "e" } };
    });
    await client.send(new PutCommand({ Bucket: "b", Key: "k", Body: new Blob(["hello"]) }));
    expect(sent).toBe("hello");
  });

  it("rejects with the very error of the source", async () => {
    const error = new Error("disk");
    const { client } = makeClient(async (request) => {
      await take(request);
      return {};
    });
    await expect(client.send(new PutCommand({ Bucket: "b", Key: "k", Body: failing(error, "abc") }))).rejects.toBe(
      error,
    );
  });

  it("survives a stream that fails before it is read", async () => {
    const error = new Error("no such file");
    const stream = new Readable({ read() {} });
    stream.destroy(error);
    const { client } = makeClient(async (request) => {
      await take(request);
      return {};
    });
    await expect(client.send(new PutCommand({ Bucket: "b", Key: "k", Body: stream }))).rejects.toBe(error);
  });

  it.each([
    ["shorter", 4, "3"],
    ["longer", 2, "3"],
  ])("refuses a stream that is %s than declared", async (_, declared, actual) => {
    const { client } = makeClient(async (request) => {
      await take(request);
      return { headers: { etag: "e" } };
    });
    const sent = client.send(new PutCommand({ Bucket: "b", Key: "k", Body: pieces("abc"), ContentLength: declared }));
    await expect(sent).rejects.toMatchObject({ name: "IntegrityError", algorithm: "length", actual });
  });

  it("lets go of a source that is made only after the attempt is over", async () => {
    let made: (stream: Readable) => void = () => {};
    const source = new Promise<Readable>((resolve) => (made = resolve));
    const { client } = makeClient(async (request) => {
      const iterator = (request.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      const first = iterator.next();
      await iterator.return!();
      const stream = Readable.from([Buffer.from("a")]);
      made(stream);
      expect(await first).toMatchObject({ done: true });
      expect(stream.destroyed).toBe(true);
      return { statusCode: 503 };
    });
    const streams = client.config.streams!;
    streams.toReadable = (chunks) => chunks as unknown as NodeJS.ReadableStream;
    await expect(client.send(new PutCommand({ Bucket: "b", Key: "k", Body: () => source }))).rejects.toMatchObject({
      statusCode: 503,
    });
  });

  it("lets go of a stream that is not sent", async () => {
    const stream = Readable.from([Buffer.from("a")]);
    const { client } = makeClient(async () => ({}));
    await expect(client.send(new PutCommand({ Bucket: "", Key: "k", Body: stream }))).rejects.toThrow("Bucket");
    const unread = Readable.from([Buffer.from("a")]);
    const refusing = makeClient(async () => {
      throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    });
    await expect(refusing.client.send(new PutCommand({ Bucket: "b", Key: "k", Body: unread }))).rejects.toSatisfy(
      TransportError.isInstance,
    );
    expect(unread.destroyed).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unread.listenerCount("error")).toBe(0);
  });
});

describe("payloads on their way in", () => {
  const whole = (body: unknown, text: string): Partial<HttpResponse> => ({
    headers: { etag: '"e"', "content-length": String(bytes(text).length), "x-oss-hash-crc64ecma": sum(text) },
    body,
  });
  const bodies: [string, (text: string) => unknown][] = [
    ["a Node stream", (text) => Readable.from([Buffer.from(text.slice(0, 3)), Buffer.from(text.slice(3))])],
    ["a web stream", (text) => new Blob([text]).stream()],
    ["an async iterable", (text) => pieces(text)],
  ];
  const readers: [string, (body: ResponseBody) => Promise<string>][] = [
    ["bytes()", async (body) => new TextDecoder().decode(await body.bytes())],
    ["text()", (body) => body.text()],
    [
      "forEach()",
      async (body) => {
        const chunks: Uint8Array[] = [];
        await body.forEach((chunk) => chunks.push(chunk));
        return Buffer.concat(chunks).toString();
      },
    ],
    ["iteration", (body) => collect(body)],
    ["stream()", (body) => collect(body.stream() as unknown as AsyncIterable<Uint8Array>)],
    ["toReadable()", (body) => collect(body.toReadable() as unknown as AsyncIterable<Uint8Array>)],
  ];
  for (const [kind, make] of bodies) {
    it.each(readers)(`reads ${kind} by %s, whole, checked, and once`, async (_, read) => {
      const { client } = makeClient(async () => whole(make("hello"), "hello"));
      const { Body, Size } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
      expect(Size).toBe(5);
      expect(await read(Body)).toBe("hello");
      await expect(read(Body)).rejects.toSatisfy(ConfigError.isInstance);

      const corrupted = makeClient(async () => whole(make("jello"), "hello"));
      const output = await corrupted.client.send(new GetCommand({ Bucket: "b", Key: "k" }));
      await expect(read(output.Body)).rejects.toMatchObject({ name: "IntegrityError", algorithm: "CRC-64/ECMA-182" });

      const short = makeClient(async (request) =>
        request.headers["range"] ? { statusCode: 500, body: pieces("") } : whole(make("hell"), "hello"),
      );
      const cut = await short.client.send(new GetCommand({ Bucket: "b", Key: "k" }));
      await expect(read(cut.Body)).rejects.toMatchObject({ name: "IntegrityError", algorithm: "length" });
    });

    it(`gives forEach() one piece of ${kind} at a time, and ends after the last`, async () => {
      const { client } = makeClient(async () => whole(make("hello"), "hello"));
      const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
      let running = 0;
      let most = 0;
      let read = "";
      await Body.forEach(async (chunk) => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        read += new TextDecoder().decode(chunk);
        running--;
      });
      expect([read, most, running]).toEqual(["hello", 1, 0]);
    });

    it.each([
      [
        "throws",
        (reason: unknown) => () => {
          throw reason;
        },
      ],
      [
        "rejects with",
        (reason: unknown) => async () => {
          await Promise.resolve();
          throw reason;
        },
      ],
    ])(`rejects with what the callback of forEach() %s, and lets go of ${kind}`, async (_, refuse) => {
      const body = make("hello");
      const { client, requests } = makeClient(async () => whole(body, "hello"));
      const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
      // Like a failure of the network, of which the body would be taken up again.
      const reason = new TransportError("mine", { phase: "body" });
      await expect(Body.forEach(refuse(reason))).rejects.toBe(reason);
      expect(requests).toHaveLength(1);
      if (body instanceof Readable) expect(body.destroyed).toBe(true);
      await expect(Body.bytes()).rejects.toSatisfy(ConfigError.isInstance);
    });

    it.each(readers)(`takes ${kind} up again where it broke off, read by %s`, async (_, read) => {
      const { client, requests } = makeClient(async (request) => {
        const range = request.headers["range"];
        if (range === undefined) return whole(failing(new Error("reset"), "he"), "hello");
        const from = Number(/\d+/.exec(range)?.[0]);
        return {
          statusCode: 206,
          headers: { "content-range": `bytes ${from}-4/5` },
          body: from === 2 ? failing(new Error("reset"), "l") : make("hello".slice(from)),
        };
      });
      const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
      expect(await read(Body)).toBe("hello");
      expect(requests.map((request) => request.headers["range"])).toEqual([undefined, "bytes=2-4", "bytes=3-4"]);
      expect(requests[1]?.headers["if-match"]).toBe('"e"');
      expect(requests[1]?.headers["authorization"]).toBe("signed by id try 2");
    });
  }

  it("does not mix two objects when the object is replaced midway", async () => {
    const { client } = makeClient(async (request) =>
      request.headers["range"]
        ? { statusCode: 412, body: pieces("<Error><Code>PreconditionFailed</Code></Error>") }
        : whole(failing(new Error("reset"), "he"), "hello"),
    );
    const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
    await expect(Body.bytes()).rejects.toMatchObject({ code: "PreconditionFailed" });
  });

  it("gives up when nothing comes any more", async () => {
    const { client, requests } = makeClient(async (request) => ({
      ...whole(failing(new Error("reset")), "hello"),
      ...(request.headers["range"] ? { statusCode: 206, headers: { "content-range": "bytes 0-4/5" } } : {}),
    }));
    const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
    await expect(Body.bytes()).rejects.toSatisfy(TransportError.isInstance);
    expect(requests).toHaveLength(4);
  });

  it("does not take a body up again that was cancelled while it was read", async () => {
    const body = new Readable({ read() {} });
    const { client, requests } = makeClient(async () => whole(body, "hello"));
    const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
    const reading = Body.bytes();
    await Body.cancel();
    await expect(reading).rejects.toSatisfy(TransportError.isInstance);
    expect(body.destroyed).toBe(true);
    expect(requests).toHaveLength(1);
  });

  it("takes a body up again only when the callback of forEach() is done", async () => {
    const first = new Readable({ read() {} });
    const log: string[] = [];
    const { client } = makeClient(async (request) => {
      if (!request.headers["range"]) return whole(first, "hello");
      log.push("asked for the rest");
      return { statusCode: 206, headers: { "content-range": "bytes 2-4/5" }, body: pieces("llo") };
    });
    const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
    let goOn = (): void => {};
    const reading = Body.forEach(async (chunk) => {
      log.push(`begins ${new TextDecoder().decode(chunk)}`);
      if (log.length === 1) await new Promise<void>((resolve) => (goOn = resolve));
      log.push("ends");
    });
    first.push("he");
    await expect.poll(() => log).toEqual(["begins he"]);
    first.destroy(new Error("reset"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log).toEqual(["begins he"]);
    goOn();
    await reading;
    expect(log).toEqual(["begins he", "ends", "asked for the rest", "begins llo", "ends"]);
  });

  it("ends a web stream that is cancelled while it is read", async () => {
    let isCancelled = false;
    const body = new ReadableStream({ cancel: () => void (isCancelled = true) });
    const { client } = makeClient(async () => whole(body, "hello"));
    const { Body } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
    const reading = Body.bytes();
    await Body.cancel();
    await expect(reading).rejects.toMatchObject({ name: "IntegrityError", algorithm: "length" });
    expect(isCancelled).toBe(true);
  });

  it("gives the connection back on cancel() and when an iteration is left", async () => {
    const first = new Readable({ read() {} });
    const second = Readable.from([Buffer.from("he"), Buffer.from("llo")]);
    const { client } = makeClient(async (_r, _o, call) => whole(call === 1 ? first : second, "hello"));
    await (await client.send(new GetCommand({ Bucket: "b", Key: "k" }))).Body.cancel();
    expect(first.destroyed).toBe(true);
    for await (const _ of (await client.send(new GetCommand({ Bucket: "b", Key: "k" }))).Body) break;
    expect(second.destroyed).toBe(true);
  });

  it("reads metadata as UTF-8 and leaves other bytes alone", async () => {
    const { client } = makeClient(async () => ({
      headers: { "x-oss-meta-author": "Zo\u00c3\u00ab", "x-oss-meta-raw": "\u00ff", other: "x" },
    }));
    const { Metadata } = await client.send(new GetCommand({ Bucket: "b", Key: "k" }));
    expect(Metadata).toEqual({ author: "Zoë", raw: "\u00ff" });
  });
});

describe("errors", () => {
  const refuse =
    (statusCode: number, body: string, headers = {}): Handle =>
    async () => ({
      statusCode,
      headers,
      body: pieces(body),
    });

  it("says what failed, on what, and why, and hides what may hold a signature", async () => {
    const { client } = makeClient(
      refuse(
        403,
        "<Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><RequestId>R1</RequestId><HostId>h</HostId><EC>0002</EC><StringToSign>s3cret</StringToSign></Error>",
        { "x-oss-request-id": "R1" },
      ),
    );
    const error = await client.send(new GetCommand({ Bucket: "b", Key: "k" })).catch((e: unknown) => e);
    expect(error).toMatchObject({
      message: "Get b/k: No. (SignatureDoesNotMatch, HTTP 403, request R1)",
      code: "SignatureDoesNotMatch",
      statusCode: 403,
      requestId: "R1",
      hostId: "h",
      ec: "0002",
      resource: "b/k",
      fault: "client",
    });
    expect((error as ServiceError).details).toEqual({ StringToSign: "s3cret" });
    expect(JSON.stringify(error) + String(error)).not.toContain("s3cret");
  });

  it.each([
    [304, "NotModified"],
    [404, "NotFound"],
    [412, "PreconditionFailed"],
    [503, "ServiceUnavailable"],
  ])("names an error without a document by its status %i", async (statusCode, code) => {
    const { client } = makeClient(refuse(statusCode, ""));
    await expect(client.send(new GetCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({ code, statusCode });
  });

  it("reads the document that OSS puts into a header when there is no body", async () => {
    const header = btoa("<Error><Code>NoSuchKey</Code><Message>Gone.</Message><EC>0026-00000001</EC></Error>");
    const { client } = makeClient(refuse(404, "", { "x-oss-err": header }));
    await expect(client.send(new GetCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({
      code: "NoSuchKey",
      ec: "0026-00000001",
    });
  });

  it("takes a 200 with an error document, after blanks, for the error it is", async () => {
    const { client } = makeClient(refuse(200, "  \n <Error><Code>InternalError</Code></Error>"));
    await expect(client.send(new ListCommand({ Bucket: "b" }))).rejects.toMatchObject({
      name: "ServiceError",
      code: "InternalError",
      statusCode: 200,
    });
  });

  it("takes a 200 without the promised document for unreadable", async () => {
    const { client } = makeClient(refuse(200, "   "));
    await expect(client.send(new ListCommand({ Bucket: "b" }))).rejects.toSatisfy(DecodeError.isInstance);
  });

  it("wraps what a foreign handler throws", async () => {
    const raw = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const { client } = makeClient(async () => {
      throw raw;
    });
    await expect(client.send(new GetCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({
      name: "TransportError",
      code: "ECONNRESET",
      cause: raw,
    });
  });

  it("passes the reason of an abort through unchanged", async () => {
    const reason = { why: "changed my mind" };
    const before = makeClient(async () => ({}));
    await expect(
      before.client.send(new GetCommand({ Bucket: "b", Key: "k" }), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(before.requests).toHaveLength(0);
    const controller = new AbortController();
    const during = makeClient(async () => {
      controller.abort(reason);
      throw new Error("aborted");
    });
    await expect(
      during.client.send(new GetCommand({ Bucket: "b", Key: "k" }), { signal: controller.signal }),
    ).rejects.toBe(reason);
  });

  it("gives each attempt the time that is left, and names the total when that runs out", async () => {
    let now = 0;
    const limits: (number | undefined)[] = [];
    const { client } = makeClient(
      async (_, options) => {
        limits.push(options.requestTimeout);
        throw new TimeoutError("slow", { timeout: "attempt", limitMs: 1000 });
      },
      { clock: { now: () => now, setTimeout: () => 0, clearTimeout: () => {} }, totalTimeoutMs: 1500 },
    );
    client.use({
      applyToStack: (stack) =>
        stack.add(
          (next) => async (args) => {
            await next(args).catch(() => {});
            now = 900;
            return next(args);
          },
          { step: "finalizeRequest", name: "twice" },
        ),
    });
    await expect(client.send(new GetCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({ timeout: "total" });
    expect(limits).toEqual([1000, 600]);
  });
});

describe("middleware", () => {
  it("of a client works for every send, that of a send for it alone", async () => {
    const { client, requests } = makeClient(async () => ({ headers: { etag: "e" } }));
    const tag = (value: string) => ({
      applyToStack: (stack: typeof client.middlewareStack) =>
        stack.add(
          (next) => (args) => {
            (args.request as HttpRequest).headers["x-tag-" + value] = value;
            return next(args);
          },
          { step: "build", name: value },
        ),
    });
    client.use(tag("all"));
    await client.send(new PutCommand({ Bucket: "b", Key: "k" }), { use: [tag("one")] });
    await client.send(new PutCommand({ Bucket: "b", Key: "k" }));
    expect(requests[0]?.headers).toMatchObject({ "x-tag-all": "all", "x-tag-one": "one" });
    expect(requests[1]?.headers).toMatchObject({ "x-tag-all": "all" });
    expect(requests[1]?.headers).not.toHaveProperty("x-tag-one");
  });
});

describe("paginate", () => {
  it("goes from page to page and leaves the input alone", async () => {
    const { client } = makeClient(async (request) => {
      const at = Number(request.query?.["marker"] ?? 0);
      return {
        body: pieces(
          `<Result><Key>k${at}</Key><IsTruncated>${at < 2}</IsTruncated>${at < 2 ? `<NextMarker>${at + 1}</NextMarker>` : ""}</Result>`,
        ),
      };
    });
    const input = Object.freeze({ Bucket: "b" });
    const keys: string[] = [];
    for await (const page of paginate(client, ListCommand, input)) keys.push(...page.Keys);
    expect(keys).toEqual(["k0", "k1", "k2"]);
  });

  it("does not run in circles", async () => {
    const { client, requests } = makeClient(async () => ({
      body: pieces("<Result><IsTruncated>true</IsTruncated><NextMarker>x</NextMarker></Result>"),
    }));
    const read = async (): Promise<void> => {
      for await (const page of paginate(client, ListCommand, { Bucket: "b" })) expect(page.Keys).toEqual([]);
    };
    await expect(read()).rejects.toSatisfy(DecodeError.isInstance);
    expect(requests).toHaveLength(2);
  });

  it("refuses a command that is no list", async () => {
    const { client } = makeClient(async () => ({}));
    await expect(paginate(client, PutCommand, { Bucket: "b", Key: "k" }).next()).rejects.toSatisfy(
      ConfigError.isInstance,
    );
  });
});

describe("presign", () => {
  const { client, requests } = makeClient(async () => ({}));

  it("signs a request without sending it", async () => {
    expect(await presign(client, new PutCommand({ Bucket: "b", Key: "k", ContentType: "text/plain" }))).toEqual({
      url: "https://b.example.com/k?by=id&for=900",
      method: "PUT",
      headers: { "content-type": "text/plain" },
      expiresAt: new Date(1_700_000_900_000),
    });
    expect(requests).toHaveLength(0);
  });

  it("does not outlive the token, and refuses an expired one", async () => {
    const keys = {
      accessKeyId: "id",
      accessKeySecret: "s",
      securityToken: "t",
      expiration: new Date(1_700_000_060_500),
    };
    const temporary = makeClient(async () => ({}), { credentials: async () => keys });
    const signed = await presign(temporary.client, new GetCommand({ Bucket: "b", Key: "k" }), { expiresIn: 900 });
    expect(signed.url).toContain("for=60");
    expect(signed.expiresAt).toEqual(new Date(1_700_000_060_000));
    keys.expiration = new Date(1_700_000_000_000);
    await expect(presign(temporary.client, new GetCommand({ Bucket: "b", Key: "k" }))).rejects.toThrow(/expired at/);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses to sign for %d seconds", async (expiresIn) => {
    await expect(presign(client, new GetCommand({ Bucket: "b", Key: "k" }), { expiresIn })).rejects.toSatisfy(
      ConfigError.isInstance,
    );
  });

  it("refuses without credentials", async () => {
    const anonymous = makeClient(async () => ({}), { credentials: undefined });
    await expect(presign(anonymous.client, new GetCommand({ Bucket: "b", Key: "k" }))).rejects.toThrow(
      /no credentials/,
    );
  });
});

describe("what others make wait", () => {
  const never = new Promise<never>(() => {});
  const realTime = {
    now: () => Date.now(),
    setTimeout: (f: () => void, ms: number) => setTimeout(f, ms),
    clearTimeout: (h: unknown) => clearTimeout(h as NodeJS.Timeout),
  };

  it("does not outlast the abort of a send: keys that never come", async () => {
    const { client, requests } = makeClient(async () => ({}), { credentials: () => never, clock: realTime });
    const controller = new AbortController();
    const sent = client.send(new GetCommand({ Bucket: "b", Key: "k" }), { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(sent).rejects.toBe(reason);
    expect(requests).toHaveLength(0);
  });

  it("makes Node warn of no leak, however many wait with one signal, and leaves no listener", async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error): number => warnings.push(name);
    process.on("warning", onWarning);
    const { client } = makeClient(async () => ({}), { credentials: () => never, clock: realTime });
    const controller = new AbortController();
    const { signal } = controller;
    const sent = Array.from({ length: 50 }, () => client.send(new GetCommand({ Bucket: "b", Key: "k" }), { signal }));
    await expect.poll(() => getEventListeners(signal, "abort").length).toBe(50);
    controller.abort(new Error("enough"));
    expect((await Promise.allSettled(sent)).every(({ status }) => status === "rejected")).toBe(true);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  it("does not outlast the total time of a send: keys that never come, a document that stalls", async () => {
    const keys = makeClient(async () => ({}), { credentials: () => never, clock: realTime });
    await expect(
      keys.client.send(new GetCommand({ Bucket: "b", Key: "k" }), { totalTimeoutMs: 5 }),
    ).rejects.toMatchObject({
      timeout: "total",
    });
    const stalling = new Readable({ read() {} });
    stalling.push("<Result>");
    const document = makeClient(async () => ({ body: stalling }), { clock: realTime });
    await expect(document.client.send(new ListCommand({ Bucket: "b" }), { totalTimeoutMs: 5 })).rejects.toMatchObject({
      timeout: "total",
    });
    expect(stalling.destroyed).toBe(true);
  });

  it("keeps the limits of a transport apart from its own", async () => {
    const idle = new TimeoutError("No byte came", { timeout: "idle", limitMs: 60 });
    const { client } = makeClient(() => Promise.reject(idle));
    for (const limits of [{ totalTimeoutMs: 0, attemptTimeoutMs: 0 }, { totalTimeoutMs: 5000 }]) {
      await expect(client.send(new PutCommand({ Bucket: "b", Key: "k" }), limits)).rejects.toBe(idle);
    }
  });

  it("takes 0 for no limit in a send, and refuses what is no limit", async () => {
    const { client, requests } = makeClient(async (_, options) => {
      expect(options.requestTimeout).toBeUndefined();
      return { headers: { etag: "e" } };
    });
    const none = { totalTimeoutMs: 0, attemptTimeoutMs: 0 };
    expect(await client.send(new PutCommand({ Bucket: "b", Key: "k" }), none)).toMatchObject({ ETag: "e" });
    for (const totalTimeoutMs of [-1, Number.NaN]) {
      const sent = client.send(new PutCommand({ Bucket: "b", Key: "k" }), { totalTimeoutMs });
      await expect(sent).rejects.toSatisfy(ConfigError.isInstance);
    }
    expect(requests).toHaveLength(1);
  });
});

describe("a logger", () => {
  it("is told of each send, and of nothing that is secret", async () => {
    const lines: unknown[][] = [];
    const write =
      (level: string) =>
      (...content: unknown[]): void =>
        void lines.push([level, ...content]);
    const logger = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
    const { client } = makeClient(
      async (_r, _o, call) => ({ statusCode: call === 1 ? 200 : 403, headers: { etag: "e" } }),
      { logger },
    );
    await client.send(new PutCommand({ Bucket: "b", Key: "k", Body: "x" }));
    await client.send(new PutCommand({ Bucket: "b", Key: "k" })).catch(() => {});
    expect(lines).toEqual([
      ["debug", "Put b/k", { httpStatusCode: 200 }],
      ["warn", "Put b/k failed", "ServiceError"],
    ]);
  });
});

describe("a stream that is never sent", () => {
  it("is let go of when the signal has aborted before, and when the input is refused", async () => {
    const { client } = makeClient(async () => ({}));
    const aborted = Readable.from([Buffer.from("a")]);
    const options = { signal: AbortSignal.abort(new Error("before")) };
    await expect(client.send(new PutCommand({ Bucket: "b", Key: "k", Body: aborted }), options)).rejects.toThrow(
      "before",
    );
    const refused = Readable.from([Buffer.from("a")]);
    await expect(client.send(new PutCommand({ Bucket: "b", Key: "", Body: refused }))).rejects.toSatisfy(
      ConfigError.isInstance,
    );
    expect([aborted.destroyed, refused.destroyed]).toEqual([true, true]);
  });
});

describe("bytes of any kind", () => {
  const words = Uint16Array.from([1, 2, 3]);
  it.each<[string, ArrayBufferView | ArrayBuffer]>([
    ["Uint16Array", words],
    ["DataView", new DataView(words.buffer, 2, 4)],
    ["ArrayBuffer", words.buffer],
  ])("are sent as they lie in memory: %s", async (_, body) => {
    const { client, requests } = makeClient(async () => ({ headers: { etag: "e" } }));
    await client.send(new PutCommand({ Bucket: "b", Key: "k", Body: body as Uint8Array }));
    expect(requests[0]?.headers["content-length"]).toBe(String(body.byteLength));
    expect(requests[0]?.body).toBeInstanceOf(Uint8Array);
    expect((requests[0]!.body as Uint8Array).byteLength).toBe(body.byteLength);
  });

  it.each([null, undefined, 5, {}])("are demanded of a function given as Body: not %s", async (given) => {
    const { client } = makeClient(async (request) => {
      await take(request);
      return {};
    });
    const sent = client.send(new PutCommand({ Bucket: "b", Key: "k", Body: (() => given) as never }));
    await expect(sent).rejects.toThrow(/Body must be .*, or a function that gives one/);
    await expect(sent).rejects.toSatisfy(ConfigError.isInstance);
  });
});

describe("mistakes in calling", () => {
  it.each([undefined, {}, "x", PutCommand])("are told from a command: %s", async (command) => {
    const { client } = makeClient(async () => ({}));
    await expect(client.send(command as never)).rejects.toThrow(/expected a command/);
    await expect(presign(client, command as never)).rejects.toThrow(/expected a client and a command/);
  });

  it("are a command without an input", async () => {
    const { client } = makeClient(async () => ({}));
    await expect(client.send(new PutCommand(undefined as never))).rejects.toThrow(/Bucket is missing/);
  });
});
