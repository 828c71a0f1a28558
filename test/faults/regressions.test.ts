// Bugs that users of other SDKs have met, each played again here.
// Later: the browser's part of "resolves the build of the platform" and "minified" (a real browser, a real edge runtime,
// bundles by rollup and webpack), with the issue that brings browsers.
import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { presign } from "@cosmoss/client-oss";
import { IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { type TransferProgress, upload } from "@cosmoss/transfer";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { UndiciTransport } from "@cosmoss/transport-node/undici";
import type { Credentials, HttpHandler, HttpRequest } from "@cosmoss/types";
import { build } from "esbuild";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { clouds, guardProcess, makeTransport, matrix, nextTurn, pattern, rejection, until, useStage } from "./stage.ts";
import { partSize, TurnClock, useTransferStage } from "./transfer-stage.ts";

guardProcess();

const BODY = pattern(200_000);
const denied = { error: { code: "AccessDenied", status: 403 } };

describe.each(matrix)("a put, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  /** A body that can be had once, and one that can be had again. */
  const bodies = [
    ["a stream", () => Readable.from([BODY.subarray(0, 999), BODY.subarray(999)], { objectMode: false }), false],
    ["a function that makes streams", () => () => Readable.from([BODY], { objectMode: false }), true],
    ["bytes", () => BODY, true],
  ] as const;

  describe.each(bodies)("of %s", (_, make, isReplayable) => {
    it.each([
      ["is refused for the clock", { clockSkewMs: 3_600_000 }, "ServiceError"],
      ["loses its connection after the head", { resetRequestAt: 0 }, "TransportError"],
      ["loses its connection within the body", { resetRequestAt: 100_000 }, "TransportError"],
    ])("that %s is stored whole or refused, never stored empty", async (_what, fault, named) => {
      let attempts = 0;
      // The service's clock stays as it is.
      stage.emulator.faults = () => (attempts++ === 0 || "clockSkewMs" in fault ? fault : undefined);
      const outcome: any = await stage.put("a", make()).catch((error: unknown) => error);
      const stored = await stage.stored("a");
      if (isReplayable) {
        expect(outcome).toMatchObject({ $metadata: { attempts: 2 } });
        expect(stored?.equals(BODY)).toBe(true);
      } else {
        expect([outcome.name, attempts, stored]).toEqual([named, 1, undefined]);
      }
    });
  });

  it("that is answered with 200 though what is stored is empty or damaged, is an error", async () => {
    for (const what of ["empty", "damaged"]) {
      const client = stage.connect({ maxAttempts: 2 });
      let attempts = 0;
      client.middlewareStack.add(
        (next) => (args) => {
          attempts++;
          const request = args.request as HttpRequest;
          if (what === "empty")
            Object.assign(request, { body: "", headers: { ...request.headers, "content-length": "0" } });
          else request.body = Buffer.from(BODY).fill(0, 5, 6);
          return next(args);
        },
        { step: "finalizeRequest", priority: "low", name: "bad proxy" },
      );
      expect(IntegrityError.isInstance(await rejection(stage.put("a", BODY, client)))).toBe(true);
      expect(attempts).toBe(2);
    }
  });
});

describe.each(clouds)("a transfer, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);
  const bytes = pattern(3 * PART + 7);
  const target = { Bucket: cloud.Bucket, Key: "large" };
  const sent = (operation: string): number =>
    stage.emulator.requests.filter((request) => request.operation === operation).length;

  it("has a checkpoint to go on from though its first part failed", async () => {
    const port = stage.connect(cloud);
    stage.emulator.faults = ({ operation }) => (operation === "UploadPart" ? denied : undefined);
    const task = upload(port, bytes, target, { partSize: PART, checkpoints: memoryCheckpoints() });
    expect(await rejection(task.finally())).toMatchObject({ code: "AccessDenied" });
    const checkpoint = JSON.parse(JSON.stringify(task.checkpoint));
    expect(checkpoint).toMatchObject({ version: 1, UploadId: expect.stringMatching(/./), parts: [] });
    stage.emulator.faults = undefined;
    await upload(port, bytes, target, { checkpoint });
    expect(sent("InitiateMultipartUpload")).toBe(1);
    expect((await stage.stored(cloud, "large"))?.equals(bytes)).toBe(true);
  });

  it.each(["CompleteMultipartUpload", "PutObject"])("never shows 1 when %s fails at last", async (operation) => {
    const port = stage.connect(cloud);
    const seen: TransferProgress[] = [];
    stage.emulator.faults = (request) => (request.operation === operation ? denied : undefined);
    const body = operation === "PutObject" ? bytes.subarray(0, 10) : bytes;
    const task = upload(port, body, target, { partSize: PART, onProgress: (progress) => seen.push(progress) });
    expect(await rejection(task.finally())).toMatchObject({ code: "AccessDenied" });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter(({ fraction, phase }) => fraction >= 1 || phase === "done")).toEqual([]);
  });

  it("of an empty object shows 1 at its end only, and not at all when it fails", async () => {
    const port = stage.connect(cloud);
    for (const fault of [denied, undefined]) {
      const seen: TransferProgress[] = [];
      stage.emulator.faults = ({ operation }) => (operation === "PutObject" ? fault : undefined);
      const options = { onProgress: (progress: TransferProgress) => seen.push(progress) };
      const outcome: any = await upload(port, new Uint8Array(), target, options).catch((error: unknown) => error);
      expect(seen.filter(({ phase }) => phase !== "done").map(({ fraction }) => fraction)).toSatisfy((all: number[]) =>
        all.every((fraction) => fraction === 0),
      );
      if (fault) {
        expect(outcome).toMatchObject({ code: "AccessDenied" });
        expect(seen.some(({ phase }) => phase === "done")).toBe(false);
      } else expect(seen.at(-1)).toMatchObject({ phase: "done", fraction: 1, acknowledged: 0 });
    }
    expect((await stage.stored(cloud, "large"))?.length).toBe(0);
  });

  it("is tried ten thousand times without a call within a call", async () => {
    let failures = 10_000;
    const real = makeTransport("node:http");
    const requestHandler: HttpHandler = {
      handle: (request, options) =>
        failures-- > 0
          ? Promise.reject(new TransportError("no way", { phase: "connect", code: "ECONNREFUSED" }))
          : real.handle(request, options),
      destroy: () => real.destroy?.(),
    };
    const port = stage.connect(cloud, { requestHandler, maxAttempts: 1 });
    await upload(port, "at last", target, { patienceMs: Infinity });
    expect(failures).toBe(-1);
    expect(String(await stage.stored(cloud, "large"))).toBe("at last");
  });

  it("whose parts vanish sends them again when it goes on, and never for ever", async () => {
    // One after the other, so that the first two are stored when the third is refused.
    const port = stage.connect(cloud, { pool: { concurrency: 1 } });
    const checkpoints = memoryCheckpoints();
    const options = { partSize: PART, checkpoints };
    const lose = () => stage.emulator.loseParts({ provider: cloud.name, ...target });
    let parts = 0;
    stage.emulator.faults = ({ operation }) => (operation === "UploadPart" && ++parts === 3 ? denied : undefined);
    await rejection(upload(port, bytes, target, options).finally());
    expect(await lose()).toBe(2);
    stage.emulator.faults = undefined;
    stage.emulator.clearRequests();
    expect((await upload(port, bytes, target, options)).resumedBytes).toBe(0);
    expect([sent("UploadPart"), sent("InitiateMultipartUpload")]).toEqual([4, 0]);
    expect((await stage.stored(cloud, "large"))?.equals(bytes)).toBe(true);
    // A service that never keeps a part.
    stage.emulator.faults = async ({ operation }) => {
      if (operation === "CompleteMultipartUpload") await lose();
      return undefined;
    };
    stage.emulator.clearRequests();
    const task = upload(port, bytes, target, { partSize: PART });
    expect(await rejection(task.finally())).toMatchObject({ code: "InvalidPart" });
    await task.cancel();
    expect(sent("UploadPart")).toBeLessThanOrEqual(4 * 4);
    expect(await stage.uploads(cloud)).toEqual([]);
  });

  it("that is cancelled stops alone, and no request of it stays pending", async () => {
    const port = stage.connect(cloud);
    let begun = 0;
    stage.emulator.faults = ({ key, operation }) => {
      begun++;
      return key === "large" && operation === "UploadPart" ? { stallRequestAt: 10_000 } : undefined;
    };
    const one = upload(port, bytes, target, { partSize: PART });
    await until(() => begun >= 3);
    const other = upload(port, bytes, { ...target, Key: "other" }, { partSize: PART });
    await one.cancel();
    expect(await rejection(one.finally())).toMatchObject({ name: "AbortError" });
    expect(await other).toMatchObject({ verified: true });
    expect((await stage.stored(cloud, "other"))?.equals(bytes)).toBe(true);
    expect(await stage.uploads(cloud)).toEqual([]);
    // Its parts stand still on the service until their connections end.
    stage.disconnect();
    await until(() => stage.clock.pending === 0);
  });
});

describe.each(matrix)("an abort signal, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, GetObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };

  it("ends the wait between attempts, and no attempt follows", async () => {
    const clock = new FakeClock(stage.clock.now());
    const client = stage.connect({ clock });
    stage.emulator.faults = () => ({ error: { code: "SlowDown", status: 503 } });
    const aborter = new AbortController();
    const sending = client.send(new PutObjectCommand({ ...at, Body: BODY }), { signal: aborter.signal });
    void sending.catch(() => {});
    await until(() => clock.pending > 0 && stage.emulator.requests.length === 1);
    aborter.abort("enough");
    await clock.advance(600_000);
    expect(await rejection(sending)).toBe("enough");
    expect([stage.emulator.requests.length, clock.pending]).toEqual([1, 0]);
  });

  it("keeps the onabort of its user", async () => {
    const aborter = new AbortController();
    const { signal } = aborter;
    const onabort = vi.fn<() => void>();
    signal.onabort = onabort;
    await stage.client.send(new PutObjectCommand({ ...at, Body: BODY }), { signal });
    const { Body } = await stage.client.send(new GetObjectCommand(at), { signal });
    expect((await Body.bytes()).length).toBe(BODY.length);
    expect(signal.onabort).toBe(onabort);
    stage.emulator.faults = () => new Promise(() => {});
    const sending = stage.client.send(new PutObjectCommand({ ...at, Body: BODY }), { signal });
    void sending.catch(() => {});
    await nextTurn();
    aborter.abort("enough");
    expect(await rejection(sending)).toBe("enough");
    expect(signal.onabort).toBe(onabort);
    expect(onabort).toHaveBeenCalledTimes(1);
  });

  it("that serves many sends gathers no listeners, and no warning of them", async () => {
    const warned = vi.fn<(warning: Error) => void>();
    process.on("warning", warned);
    try {
      const { signal } = new AbortController();
      for (let round = 0; round < 3; round++) {
        // Node warns of more than ten listeners at a time, which fetch transports cannot tell it to allow.
        await Promise.all(
          Array.from({ length: transport === "fetch" ? 5 : 20 }, async (_, index) => {
            await stage.client.send(new PutObjectCommand({ ...at, Key: `a${index}`, Body: "x" }), { signal });
            const { Body } = await stage.client.send(new GetObjectCommand({ ...at, Key: `a${index}` }), { signal });
            await Body.text();
          }),
        );
        await until(() => getEventListeners(signal, "abort").length === 0);
      }
      await nextTurn();
      expect(warned).not.toHaveBeenCalled();
    } finally {
      process.off("warning", warned);
    }
  });
});

describe.each(clouds)("an abort signal of transfers, $name", (cloud) => {
  const stage = useTransferStage();
  const PART = partSize(cloud);

  it("gathers no listeners, keeps its onabort, and ends the waits between attempts", async () => {
    const port = stage.connect(cloud, { random: () => 1 });
    const aborter = new AbortController();
    const { signal } = aborter;
    const onabort = vi.fn<() => void>();
    signal.onabort = onabort;
    const own = getEventListeners(signal, "abort").length;
    const send = (Key: string) =>
      upload(port, pattern(2 * PART), { Bucket: cloud.Bucket, Key }, { partSize: PART, signal, patienceMs: Infinity });
    for (let round = 0; round < 5; round++) await send(`a${round}`);
    await nextTurn();
    expect(getEventListeners(signal, "abort")).toHaveLength(own);
    let begun = 0;
    stage.emulator.faults = () => {
      begun++;
      return { error: { code: "SlowDown", status: 503 } };
    };
    const task = send("b");
    await until(() => begun >= 3);
    aborter.abort("enough");
    expect(await rejection(task.finally())).toBe("enough");
    await task.cancel();
    const before = begun;
    // What a client has left of its wait.
    await until(() => stage.clock.pending === 0);
    expect([begun, getEventListeners(signal, "abort").length, onabort.mock.calls.length]).toEqual([before, own, 1]);
    expect(signal.onabort).toBe(onabort);
  });
});

describe.each(matrix)("credentials and clocks, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);

  it("are fetched once for all calls that find the token due", async () => {
    let calls = 0;
    const credentials = async (): Promise<Credentials> => {
      calls++;
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      return { ...stage.emulator.credentials, expiration: new Date(stage.clock.now() + 3_600_000) };
    };
    const client = stage.connect({ credentials });
    const all = () => Promise.all(Array.from({ length: 10 }, (_, index) => stage.put(`a${index}`, "x", client)));
    await all();
    expect(calls).toBe(1);
    stage.clock.offset = 3_700_000;
    stage.emulator.faults = () => ({ clockSkewMs: 3_700_000 });
    await all();
    expect(calls).toBe(2);
  });

  it("are asked for again after a refresh that failed", async () => {
    let calls = 0;
    const boom = new Error("no answer from the token service");
    const credentials = async (): Promise<Credentials> => {
      if (++calls <= 2) throw boom;
      return stage.emulator.credentials;
    };
    const client = stage.connect({ credentials });
    expect(await rejection(stage.put("a", "x", client))).toBe(boom);
    expect(await rejection(stage.put("a", "x", client))).toBe(boom);
    await stage.put("a", "x", client);
    expect([calls, String(await stage.get("a", client))]).toEqual([3, "x"]);
  });

  it("that are off are put right for every one of many calls at once", async () => {
    const client = stage.connect({ maxAttempts: 1 });
    stage.clock.offset = 86_400_000;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => stage.put(`a${index}`, pattern(100, index + 1), client)),
    );
    for (const index of [0, 19])
      expect((await stage.get(`a${index}`, client)).equals(pattern(100, index + 1))).toBe(true);
  });
});

describe.each(matrix)("the body of a response, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const get = (client = stage.client) =>
    client.send(new cloud.commands.GetObjectCommand({ Bucket: cloud.Bucket, Key: "a" }));

  // Left out: over undici such a stream's error has no listener.
  it.each(["nobody", "stream", "toReadable"])("that breaks while %s reads it hurts nobody else", async (reader) => {
    await stage.put("a", BODY);
    stage.emulator.faults = ({ headers }) => ({ resetResponseAt: headers["range"] ? 0 : 10_000 });
    const { Body } = await get(stage.connect({ maxAttempts: 1 }));
    if (reader === "toReadable") {
      const readable = Body.toReadable() as Readable;
      // An error that nobody listens to is the process's end, by Node's rules, so someone does.
      const failed = new Promise((resolve) => readable.once("error", resolve));
      readable.resume();
      expect(TransportError.isInstance(await failed)).toBe(true);
    } else if (reader === "stream") {
      const chunks = (Body.stream() as ReadableStream<Uint8Array>).getReader();
      const read = async () => {
        for (;;) if ((await chunks.read()).done) return;
      };
      expect(TransportError.isInstance(await rejection(read()))).toBe(true);
    } else for (let turn = 0; turn < 50; turn++) await nextTurn();
    stage.emulator.faults = undefined;
    expect((await stage.get("a")).equals(BODY)).toBe(true);
    await Body.cancel();
  });

  it("that is not read holds others up for a limited time, and no longer than it is kept", async () => {
    await stage.put("a", pattern(1_000_000));
    const clock = new TurnClock();
    const limits = { clock, connectTimeoutMs: 1000, idleTimeoutMs: 2000 };
    const two = {
      "node:http": () => new NodeHttpTransport({ ...limits, maxSockets: 2 }),
      undici: () => new UndiciTransport({ ...limits, connections: 2 }),
      // It has no limit of connections, so that nothing is held up.
      fetch: () => makeTransport("fetch", { clock }),
    };
    const client = stage.connect({ clock, attemptTimeoutMs: 5000, maxAttempts: 1, requestHandler: two[transport]() });
    const held = await Promise.all([get(client), get(client)]);
    const third = get(client);
    if (transport === "fetch") await (await third).Body.cancel();
    else expect(TimeoutError.isInstance(await rejection(third))).toBe(true);
    for (const { Body } of held) await Body.cancel();
    const { Body } = await get(client);
    expect((await Body.bytes()).length).toBe(1_000_000);
  });
});

describe.each(matrix)("names and documents, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { CopyObjectCommand, DeleteObjectCommand, HeadObjectCommand, ListObjectsCommand, PutObjectCommand } =
    cloud.commands;
  const { Bucket } = cloud;

  it("keys in Chinese are signed as they are sent", async () => {
    const Key = "相册/二〇二四年 夏天（1）.jpg";
    await stage.put(Key, BODY);
    expect((await stage.get(Key)).equals(BODY)).toBe(true);
    expect(await stage.client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ContentLength: BODY.length,
    });
    await stage.client.send(new CopyObjectCommand({ Bucket, Key: `${Key}副本`, CopySource: { Bucket, Key } }));
    const { Contents } = await stage.client.send(new ListObjectsCommand({ Bucket, Prefix: "相册/" }));
    expect(Contents.map((entry) => entry.Key)).toEqual([Key, `${Key}副本`]);
    await stage.client.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await stage.stored(Key)).toBeUndefined();
  });

  it("a page of 1,000 entries with 2,000 entities is read", async () => {
    const entry = (index: number) =>
      `<Contents><Key>a&amp;${index}</Key><LastModified>2024-05-06T07:08:09.000Z</LastModified>` +
      `<ETag>&quot;${index}&quot;</ETag><Size>${index}</Size><StorageClass>Standard</StorageClass></Contents>`;
    const root = "ListBucketResult";
    const text = `<?xml version="1.0" encoding="UTF-8"?><${root}><Name>${Bucket}</Name><IsTruncated>false</IsTruncated>${Array.from({ length: 1000 }, (_, index) => entry(index)).join("")}</${root}>`;
    const requestHandler: HttpHandler = {
      handle: async () => ({
        response: {
          statusCode: 200,
          headers: { "content-type": "application/xml" },
          body: Readable.from([Buffer.from(text)]),
        },
      }),
    };
    const { Contents } = await stage.connect({ requestHandler }).send(new ListObjectsCommand({ Bucket }));
    expect(Contents).toHaveLength(1000);
    expect(Contents[999]).toMatchObject({ Key: "a&999", ETag: '"999"', Size: 999 });
  });

  it("a link to put carries no checksum of a body that is not there yet", async () => {
    const command = new PutObjectCommand({ Bucket, Key: "a" });
    const { url, method, headers } = await presign(stage.client, command);
    expect(`${url} ${JSON.stringify(headers)}`).not.toMatch(/crc|md5|checksum|content-sha256|e3b0c442|1B2M2Y8A/i);
    const answer = await fetch(url, { method, headers, body: BODY as BodyInit });
    expect(answer.status).toBe(200);
    expect((await stage.stored("a"))?.equals(BODY)).toBe(true);
  });
});

describe.each(["workerd", "browser", "neither"])("a minified bundle for %s", (condition) => {
  const stage = useTransferStage();
  let text: string;

  beforeAll(async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `
          import * as errors from "@cosmoss/errors";
          import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
          import { OSSClient } from "@cosmoss/client-oss";
          import { COSClient } from "@cosmoss/client-cos";
          import { GetObjectCommand as OSSGet, ListObjectsCommand as OSSList } from "@cosmoss/commands-oss";
          import { GetObjectCommand as COSGet, ListObjectsCommand as COSList } from "@cosmoss/commands-cos";
          import { downloadBytes, upload } from "@cosmoss/transfer";
          import { ossPort } from "@cosmoss/transfer/oss";
          import { cosPort } from "@cosmoss/transfer/cos";
          export const run = async (name, service, Bucket, bytes, partSize) => {
            const [Client, Get, List, port] = name === "oss" ? [OSSClient, OSSGet, OSSList, ossPort] : [COSClient, COSGet, COSList, cosPort];
            const client = new Client({ ...service, random: () => 0 });
            const target = { Bucket, Key: "parts" };
            const own = port(client);
            const sent = await upload(own, bytes, target, { partSize, checkpoints: memoryCheckpoints() });
            const got = await downloadBytes(own, target, { partSize });
            const { Contents } = await client.send(new List({ Bucket }));
            const refusal = await client.send(new Get({ Bucket, Key: "missing" })).catch((error) => error);
            const mistake = await client.send(new Get({ Bucket, Key: "" })).catch((error) => error);
            const cancelled = upload(own, bytes, target);
            await cancelled.cancel();
            const end = await cancelled.catch((error) => error);
            client.destroy();
            return { sent, got, Contents, refusal, mistake, end, errors };
          };`,
        resolveDir: fileURLToPath(new URL(".", import.meta.url)),
      },
      bundle: true,
      minify: true,
      format: "iife",
      globalName: "bundled",
      platform: "neutral",
      conditions: ["@cosmoss/source", ...(condition === "neither" ? [] : [condition])],
      write: false,
      logLevel: "warning",
    });
    text = outputFiles[0]!.text;
  });

  it("needs neither Node nor a document", () => {
    expect(text).toMatch(/fetch/);
    expect(text).not.toMatch(/DOMParser|XMLHttpRequest|document\.|node:|\brequire\(|getBuiltinModule|\bBuffer\b/);
  });

  it.each(clouds)("transfers, lists and names errors as before it was minified, $name", async (cloud) => {
    // What edge runtimes have, and no more.
    const names =
      "AbortController AbortSignal ArrayBuffer Blob DOMException Headers ReadableStream Request Response TextDecoder TextEncoder URL " +
      "URLSearchParams Uint8Array clearTimeout crypto fetch queueMicrotask setTimeout structuredClone";
    const context = createContext(
      Object.fromEntries(names.split(" ").map((name) => [name, globalThis[name as keyof typeof globalThis]])),
    );
    runInContext(`${text};globalThis.bundled = bundled`, context);
    const { run } = context["bundled"] as { run: (...args: unknown[]) => Promise<any> };
    const PART = partSize(cloud);
    const bytes = pattern(2 * PART + 5);
    let failures = 1;
    stage.emulator.faults = ({ operation }) =>
      operation === "ListObjects" && failures-- > 0 ? { error: { code: "InternalError", status: 500 } } : undefined;
    const outcome = await run(cloud.name, stage.emulator[cloud.name], cloud.Bucket, bytes, PART);
    expect(outcome.sent).toMatchObject({ Size: bytes.length, verified: true });
    expect(Buffer.from(outcome.got.bytes).equals(bytes)).toBe(true);
    expect(outcome.Contents).toMatchObject([{ Key: "parts", Size: bytes.length }]);
    const { refusal, mistake, end, errors } = outcome;
    expect(refusal).toMatchObject({ name: "ServiceError", code: "NoSuchKey", statusCode: 404 });
    expect(String(refusal)).toMatch(/^ServiceError: /);
    expect(mistake).toMatchObject({ name: "ConfigError" });
    expect(end).toMatchObject({ name: "AbortError" });
    // Known by this, unminified copy of the classes as well, and by no other class.
    expect([ServiceError.isInstance(refusal), errors.ServiceError.isInstance(refusal)]).toEqual([true, true]);
    expect([ServiceError.isInstance(mistake), errors.ConfigError.isInstance(mistake)]).toEqual([false, true]);
  });
});
