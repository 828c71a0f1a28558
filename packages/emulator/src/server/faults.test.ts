import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { IntegrityError, TransportError } from "@cosmoss/client-oss";
import {
  CompleteMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { sendSigned, useOss } from "../oss/testing.ts";
import { codeOf, element, NOON, refusalOf } from "../testing.ts";
import { corrupt, type Fault, type FaultRequest, first, holdAt } from "./faults.ts";

const at = { Bucket: "photos", Key: "a" };
const BODY = Buffer.from("0123456789".repeat(10_000));

const oss = useOss();
const put = (Body: string | Buffer = BODY) => oss.client.send(new PutObjectCommand({ ...at, Body }));
const get = async () => Buffer.from(await (await oss.client.send(new GetObjectCommand(at))).Body.bytes());
const stored = async (): Promise<Buffer> => {
  oss.emulator.faults = undefined;
  return get();
};
const go = (fault: Fault): void => {
  oss.emulator.faults = () => fault;
};

/** What a plain client got before the connection ended, and how it ended. */
function receive(path: string): Promise<{ head: string; bytes: number; end: string }> {
  return new Promise((resolve) => {
    const socket = connect(oss.emulator.port, "127.0.0.1");
    const chunks: Buffer[] = [];
    let end = "FIN";
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => (end = error.code ?? "?"));
    socket.on("close", () => {
      const [head = "", ...rest] = Buffer.concat(chunks).toString("latin1").split("\r\n\r\n");
      resolve({ head, bytes: rest.join("\r\n\r\n").length, end });
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: photos.localhost\r\n\r\n`);
  });
}

describe("faults", () => {
  it("are told of every request", async () => {
    const seen: FaultRequest[] = [];
    oss.emulator.faults = (request) => {
      seen.push(request);
      return undefined;
    };
    await put("x");
    await sendSigned(oss.emulator, { method: "PATCH", bucket: "photos", query: { q: "1" } });
    expect(seen).toMatchObject([
      {
        provider: "oss",
        operation: "PutObject",
        method: "PUT",
        target: "/photos/a",
        bucket: "photos",
        key: "a",
        index: 0,
      },
      { provider: "oss", operation: undefined, method: "PATCH", target: "/photos/?q=1", key: undefined, index: 1 },
    ]);
    expect(seen[0]?.headers["content-length"]).toBe("1");
  });

  it("delay", async () => {
    let before: number | undefined;
    oss.emulator.faults = () => {
      before = oss.clock.pending;
      return { latencyMs: 5000 };
    };
    let done = false;
    const putting = put("x").then(() => (done = true));
    while (before === undefined || oss.clock.pending <= before) await turn();
    await oss.clock.advance(4999);
    expect(done).toBe(false);
    await oss.clock.advance(1);
    await putting;
  });

  it("refuse", async () => {
    go({ error: { code: "ServiceUnavailable", status: 503, message: "later", headers: { "retry-after": "7" } } });
    const failure = await refusalOf(put());
    expect(failure).toMatchObject({ statusCode: 503, code: "ServiceUnavailable" });
    expect(failure.message).toContain("later");
    expect(failure.$response?.headers["retry-after"]).toBe("7");
    expect(oss.emulator.requests.at(-1)).toMatchObject({ status: 503, code: "ServiceUnavailable" });
    oss.emulator.faults = undefined;
    expect(await codeOf(get())).toBe("404 NoSuchKey");
  });

  it("answer with an error and the status 200", async () => {
    go({ errorIn200: { code: "InternalError", message: "late" } });
    const parts = { UploadId: "x", Parts: [{ PartNumber: 1, ETag: "x" }] };
    const before = await refusalOf(oss.client.send(new CompleteMultipartUploadCommand({ ...at, ...parts })));
    expect(before.code).toBe("NoSuchUpload"); // It was carried out first.
    const { status, text } = await sendSigned(oss.emulator, { bucket: "photos" });
    expect([status, element(text, "Code"), element(text, "Message")]).toEqual([200, "InternalError", "late"]);
  });

  it.each([0, 50_000])("reset after %i bytes of the request", async (resetRequestAt) => {
    go({ resetRequestAt });
    await expect(put()).rejects.toBeInstanceOf(TransportError);
    const [entry] = oss.emulator.requests;
    expect(entry).toMatchObject({ status: undefined });
    expect(entry?.requestBytes ?? 0).toBeGreaterThanOrEqual(resetRequestAt);
    oss.emulator.faults = undefined;
    expect(await codeOf(get())).toBe("404 NoSuchKey");
  });

  it("drop the answer of what was done", async () => {
    go({ dropResponse: true });
    await expect(put()).rejects.toBeInstanceOf(TransportError);
    expect(await stored()).toEqual(BODY);
  });

  it.each<[string, (count: number) => Fault, RegExp]>([
    // Node takes a reset that comes along with bytes for an end.
    ["reset", (resetResponseAt) => ({ resetResponseAt }), /^(?:ECONNRESET|FIN)$/],
    ["end", (truncateResponseAt) => ({ truncateResponseAt }), /^FIN$/],
  ])("%s within the answer", async (_, fault, expected) => {
    await oss.client.send(new PutObjectCommand({ ...at, Body: BODY, ObjectAcl: "public-read" }));
    for (const count of [0, 1, 60_000]) {
      go(fault(count));
      const { head, bytes, end } = await receive("/a");
      expect(head).toContain("HTTP/1.1 200 OK");
      expect(head.toLowerCase()).toContain("content-length: 100000");
      expect(bytes).toBe(count);
      expect(end).toMatch(expected);
    }
  });

  it("break a download that the client then takes up", async () => {
    await put();
    let count = 0;
    oss.emulator.faults = () => (count++ === 0 ? { truncateResponseAt: 60_000 } : undefined);
    expect(await get()).toEqual(BODY);
    expect(count).toBe(2);
  });

  it("stall within the answer until the client leaves", async () => {
    await put();
    go({ stallResponseAt: 60_000 });
    oss.emulator.clearRequests();
    const { Body } = await oss.client.send(new GetObjectCommand(at));
    let received = 0;
    for await (const chunk of Body) {
      received += chunk.length;
      if (received === 60_000) break;
    }
    while (oss.emulator.requests.length === 0) await turn();
    expect(oss.emulator.requests).toMatchObject([{ responseBytes: 60_000 }]);
  });

  it("stall within the request until the client leaves", async () => {
    await oss.client.send(new PutObjectCommand({ ...at, Body: "old", ObjectAcl: "public-read-write" }));
    oss.emulator.clearRequests();
    let asked = false;
    oss.emulator.faults = () => {
      asked = true;
      return { stallRequestAt: 5 };
    };
    const socket = connect(oss.emulator.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.write("PUT /a HTTP/1.1\r\nHost: photos.localhost\r\nContent-Length: 10\r\n\r\n12345");
    while (!asked || oss.clock.pending > 0) await turn();
    await oss.clock.advance(600_000); // It would long have given up on a body that it waits for.
    socket.write("67890");
    for (let i = 0; i < 50; i++) await turn();
    expect([answer, socket.closed, oss.emulator.requests.length]).toEqual(["", false, 0]);
    socket.destroy();
    while (oss.emulator.requests.length === 0) await turn();
    expect(oss.emulator.requests).toMatchObject([{ operation: "PutObject", status: undefined, requestBytes: 5 }]);
    expect((await stored()).toString()).toBe("old");
  });

  it("stop taking a body that is larger than what buffers hold", async () => {
    go({ stallRequestAt: 100_000 });
    const piece = new Uint8Array(1_048_576);
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield piece;
      }
    }
    const abort = new AbortController();
    const putting = oss.client.send(new PutObjectCommand({ ...at, Body: endless() }), { signal: abort.signal });
    let before = -1;
    while (given !== before) {
      before = given;
      for (let i = 0; i < 1000; i++) await turn();
    }
    abort.abort(new Error("enough"));
    await expect(putting).rejects.toThrow("enough");
    expect(await codeOf(stored())).toBe("404 NoSuchKey");
    // The fixture closes the emulator, which still holds the connection.
  });

  it("do not stall a request whose body ends before", async () => {
    go({ stallRequestAt: BODY.length + 1 });
    await put();
    expect(await stored()).toEqual(BODY);
  });

  it("flip a bit on the way out", async () => {
    await put();
    go({ corruptResponseAt: 77_777 });
    const bytes = await new Promise<Buffer>((resolve) => {
      const url = `http://127.0.0.1:${oss.emulator.port}/a`;
      void oss.client.send(new PutObjectCommand({ ...at, Body: BODY, ObjectAcl: "public-read" })).then(() =>
        httpRequest(url, { headers: { host: "photos.localhost" } }, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve(Buffer.concat(chunks)));
        }).end(),
      );
    });
    expect([...bytes.entries()].filter(([i, byte]) => byte !== BODY[i])).toEqual([[77_777, BODY[77_777]! ^ 1]]);
    await expect(get()).rejects.toBeInstanceOf(IntegrityError);
  });

  it("flip a bit on the way in", async () => {
    go({ corruptRequestAt: 77_777 });
    await expect(put()).rejects.toBeInstanceOf(IntegrityError);
    oss.emulator.faults = undefined;
    expect((await get())[77_777]).toBe(BODY[77_777]! ^ 1);
  });

  it("move the clock of the service", async () => {
    go({ clockSkewMs: 3_600_000 });
    const { status, text, headers } = await sendSigned(oss.emulator, { bucket: "photos" });
    expect([status, element(text, "Code")]).toEqual([403, "RequestTimeTooSkewed"]);
    expect(element(text, "ServerTime")).toBe("2024-05-06T13:00:00.789Z");
    expect(headers).toMatchObject({ date: "Mon, 06 May 2024 13:00:00 GMT", "x-oss-server-time": "0" });
    await sendSigned(oss.emulator, { ...RAW, method: "PUT", body: "x" }, { time: NOON + 3_600_000 });
    oss.emulator.faults = undefined;
    const { LastModified } = await oss.client.send(new HeadObjectCommand(at));
    expect(LastModified).toEqual(new Date(NOON + 3_600_000));
  });

  it("send blanks before a document", async () => {
    go({ keepAliveBlanks: 3 });
    const { text, headers } = await sendSigned(oss.emulator, { bucket: "photos" });
    expect(text.startsWith("   <?xml")).toBe(true);
    expect(headers["content-length"]).toBeUndefined();
  });

  it("may be decided later, and are dropped with the connection", async () => {
    let decide: ((fault: Fault | undefined) => void) | undefined;
    oss.emulator.faults = () => new Promise((resolve) => (decide = resolve));
    const putting = put();
    while (!decide) await turn();
    decide({ error: { code: "SlowDown", status: 503 } });
    expect(await codeOf(putting)).toBe("503 SlowDown");
    decide = undefined;
    const abort = new AbortController();
    const aborted = oss.client.send(new PutObjectCommand({ ...at, Body: BODY }), { signal: abort.signal });
    while (!decide) await turn();
    abort.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    // The fixture closes the emulator, which must not wait for a decision that never comes.
  });
});

const RAW = { bucket: "photos", key: "a" };

describe("a request body that stands still", () => {
  it("is given up after a minute of the emulator's clock", async () => {
    const socket = connect(oss.emulator.port, "127.0.0.1");
    const closed = new Promise<string>((resolve) => {
      let text = "";
      socket.on("data", (chunk) => (text += String(chunk)));
      socket.on("close", () => resolve(text));
    });
    await oss.client.send(new PutObjectCommand({ ...at, Body: "old", ObjectAcl: "public-read-write" }));
    socket.write("PUT /a HTTP/1.1\r\nHost: photos.localhost\r\nContent-Length: 10\r\n\r\n12345");
    while (oss.clock.pending === 0) await turn();
    await oss.clock.advance(61_000);
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(element(answer, "Code")).toBe("RequestTimeout");
    expect((await stored()).toString()).toBe("old");
  });
});

describe("on bytes", () => {
  async function* pieces() {
    yield Buffer.from([0, 1, 2]);
    yield Buffer.from([3]);
    yield Buffer.from([4, 5]);
  }
  const all = async (chunks: AsyncIterable<Uint8Array>) => {
    const bytes: number[] = [];
    for await (const chunk of chunks) bytes.push(...chunk);
    return bytes;
  };

  it.each([0, 2, 3, 5])("a bit of byte %i is flipped, and no other", async (at) => {
    const flipped = [0, 1, 2, 3, 4, 5].map((byte, i) => (i === at ? byte ^ 1 : byte));
    expect(await all(corrupt(pieces(), at))).toEqual(flipped);
  });

  it("beyond the end nothing happens", async () => {
    expect(await all(corrupt(pieces(), 6))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await all(first(pieces(), 7))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each([
    [0, 0],
    [1, 3],
    [3, 3],
    [4, 4],
    [6, 6],
    [7, undefined],
  ])("they are held at %i, once, after %s", async (count, after) => {
    let seen = 0;
    const holds: number[] = [];
    for await (const chunk of holdAt(pieces(), count, async () => void holds.push(seen))) seen += chunk.length;
    expect([seen, holds]).toEqual([6, after === undefined ? [] : [after]]);
  });

  it.each([0, 1, 3, 4, 6])("the first %i are kept", async (count) => {
    expect(await all(first(pieces(), count))).toEqual([0, 1, 2, 3, 4, 5].slice(0, count));
  });
});
