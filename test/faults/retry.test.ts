import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import type { Fault, FaultRequest } from "@cosmoss/emulator";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { BodyInput, CredentialsProviderOptions, Logger } from "@cosmoss/types";
import { afterEach, describe, expect, it } from "vitest";
import { clouds, guardProcess, makeTransport, matrix, pattern, rejection, until, useStage } from "./stage.ts";

const DAY = 86_400_000;
const BODY = pattern(30_000);

guardProcess();

describe.each(matrix)("what is tried again, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { GetObjectCommand, HeadObjectCommand, ListObjectsCommand, AppendObjectCommand, DeleteObjectCommand } =
    cloud.commands;
  const { InitiateMultipartUploadCommand, ListMultipartUploadsCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };

  const status = (code: string, value: number): Fault => ({ error: { code, status: value } });
  it.each<[string, Fault, maxWaits: number[]]>([
    ["500", status("InternalError", 500), [100, 200, 400]],
    ["503", status("InternalError", 503), [100, 200, 400]],
    ["429", status("TooManyRequests", 429), [500, 1000, 2000]],
    ["SlowDown", status("SlowDown", 503), [500, 1000, 2000]],
    ["a reset before the answer", { resetRequestAt: 0 }, [100, 200, 400]],
    ["a reset after it was done", { dropResponse: true }, [100, 200, 400]],
  ])("%s", async (_, fault, maxWaits) => {
    for (const failures of [1, 2, 3, 4]) {
      // Each on a connection of its own: an old one that breaks is another matter.
      const client = stage.connect({ random: () => 0.5 });
      stage.emulator.clearRequests();
      stage.clock.waited = 0;
      let left = failures;
      stage.emulator.faults = () => (left-- > 0 ? fault : undefined);
      const totalRetryDelay = maxWaits.slice(0, failures).reduce((sum, ms) => sum + ms / 2, 0);
      const outcome = await stage.put("a", BODY, client).catch((error: unknown) => error);
      expect(stage.clock.waited).toBeCloseTo(totalRetryDelay, 6);
      if (failures < 4) {
        expect(outcome).toMatchObject({ $metadata: { attempts: failures + 1, totalRetryDelay } });
        expect((await stage.stored("a"))?.equals(BODY)).toBe(true);
      } else {
        expect(outcome).toMatchObject({ name: expect.stringMatching(/^(Service|Transport)Error$/) });
        expect(stage.emulator.requests).toHaveLength(4);
      }
    }
  });

  it("408, 502 and 504", async () => {
    for (const value of [408, 502, 504]) {
      let left = 1;
      stage.emulator.faults = () => (left-- > 0 ? status("Whatever", value) : undefined);
      expect((await stage.put("a", "x")).$metadata.attempts).toBe(2);
    }
  });

  it("with jitter: never longer than the bound, and as far apart as the dice say", async () => {
    for (const dice of [0, 0.25, 0.999]) {
      stage.clock.waited = 0;
      stage.emulator.faults = () => status("InternalError", 500);
      const error = await rejection(stage.get("a", stage.connect({ random: () => dice })));
      expect(stage.clock.waited).toBeCloseTo((100 + 200 + 400) * dice, 6);
      expect(error.$metadata.totalRetryDelay).toBeCloseTo((100 + 200 + 400) * dice, 6);
    }
  });

  it("no more often than maxAttempts says", async () => {
    stage.emulator.faults = () => status("InternalError", 500);
    for (const maxAttempts of [1, 2, 7]) {
      stage.emulator.clearRequests();
      const error = await rejection(stage.get("a", stage.connect({ maxAttempts })));
      expect(error.$metadata.attempts).toBe(maxAttempts);
      expect(stage.emulator.requests).toHaveLength(maxAttempts);
    }
  });

  it("not before Retry-After, in seconds or as a date", async () => {
    const client = stage.connect({ random: () => 0 });
    let after = "";
    stage.emulator.faults = ({ index }) =>
      index % 2 === 0 ? { error: { code: "SlowDown", status: 503, headers: { "retry-after": after } } } : undefined;
    const waitedFor = async (value: string): Promise<number> => {
      after = value;
      stage.clock.waited = 0;
      await stage.put("a", "x", client);
      return stage.clock.waited;
    };
    expect(await waitedFor("7")).toBe(7000);
    const date = await waitedFor(new Date(stage.clock.now() + 12_000).toUTCString());
    expect(date).toBeGreaterThan(8000);
    expect(date).toBeLessThanOrEqual(12_000);
    expect(await waitedFor("3600")).toBe(20_000);
    expect(await waitedFor("soon")).toBe(0);
  });

  it.each(["AccessDenied", "NoSuchBucket", "InvalidArgument"])("not %s", async (code) => {
    stage.emulator.faults = () => status(code, 403);
    expect(await rejection(stage.put("a", "x"))).toMatchObject({ code });
    expect(stage.emulator.requests).toHaveLength(1);
  });

  it("not what a second delivery would change, unless surely nothing was done", async () => {
    let fault: Fault = { dropResponse: true };
    let left = 1;
    stage.emulator.faults = () => (left-- > 0 ? fault : undefined);
    const append = () => stage.client.send(new AppendObjectCommand({ ...at, Position: 0, Body: "once" }));
    expect(await rejection(append())).toMatchObject({ name: "TransportError" });
    expect(String(await stage.stored("a"))).toBe("once");
    left = 1;
    expect(await rejection(stage.client.send(new InitiateMultipartUploadCommand(at)))).toMatchObject({
      name: "TransportError",
    });
    const { Uploads } = await stage.client.send(new ListMultipartUploadsCommand({ Bucket: cloud.Bucket }));
    expect(Uploads).toHaveLength(1);
    // Refused: nothing was done.
    await stage.client.send(new DeleteObjectCommand(at));
    fault = { error: { code: "SlowDown", status: 503 } };
    left = 2;
    expect((await append()).$metadata.attempts).toBe(3);
  });

  it("a time-out of an attempt", async () => {
    const clock = new FakeClock(stage.clock.now());
    const client = stage.connect({ attemptTimeoutMs: 1000, requestHandler: makeTransport(transport, { clock }) });
    let stalled = 0;
    stage.emulator.faults = ({ index }) => {
      if (index > 1) return undefined;
      stalled++;
      return new Promise<undefined>(() => {});
    };
    const putting = stage.put("a", BODY, client);
    for (const count of [1, 2]) {
      await until(() => stalled === count);
      await clock.advance(1000);
    }
    expect((await putting).$metadata.attempts).toBe(3);
    expect((await stage.stored("a"))?.equals(BODY)).toBe(true);
  });

  it.each([DAY, -DAY])("64 calls at once under a clock that is off by %i ms", async (offset) => {
    await stage.put("a", BODY);
    const client = stage.connect({ maxAttempts: 1 });
    stage.clock.offset = offset;
    const { Bucket } = cloud;
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, index) => {
        if (index % 4 === 0) return stage.put(`b${index}`, pattern(1000, index), client).then(() => true);
        if (index % 4 === 1) return stage.get("a", client).then((bytes) => bytes.equals(BODY));
        if (index % 4 === 2)
          return client.send(new HeadObjectCommand(at)).then(({ ContentLength }) => ContentLength === BODY.length);
        return client.send(new ListObjectsCommand({ Bucket })).then(({ Contents }) => Contents.length > 0);
      }),
    );
    expect(outcomes).toEqual(Array.from({ length: 64 }, () => true));
    expect(stage.clock.waited).toBe(0);
    // Learnt for good: now one request is enough.
    stage.emulator.clearRequests();
    await stage.get("a", client);
    await stage.put("c", () => Readable.from(["late"]), client);
    expect(stage.emulator.requests.map(({ status: code }) => code)).toEqual([200, 200]);
    expect(client.config.skew.offset).toBeGreaterThan(-offset - 60_000);
    expect(client.config.skew.offset).toBeLessThan(-offset + 60_000);
  });

  it("what the service's own clock is off, within a request", async () => {
    stage.emulator.faults = ({ index }) => ({ clockSkewMs: index < 10 ? 3_600_000 : -3_600_000 });
    const client = stage.connect({ maxAttempts: 1 });
    for (let index = 0; index < 12; index++) await stage.put(`a${index}`, "x", client);
    expect(stage.emulator.requests.filter(({ status: code }) => code !== 200)).toHaveLength(2);
  });

  it("not when the answer's date agrees with ours: then it is the keys", async () => {
    const client = stage.connect({ credentials: { ...stage.emulator.credentials, accessKeySecret: "wrong" } });
    expect(await rejection(client.send(new HeadObjectCommand(at)))).toMatchObject({ statusCode: 403 });
    expect(stage.emulator.requests).toHaveLength(1);
  });

  it("a download that is answered late is not sent again once it is there", async () => {
    await stage.put("a", BODY);
    stage.emulator.clearRequests();
    const { Body } = await stage.client.send(new GetObjectCommand(at));
    expect((await Body.bytes()).length).toBe(BODY.length);
    expect(stage.emulator.requests).toHaveLength(1);
  });
});

describe.each(matrix)("keys that expire, $name", ({ cloud, transport }) => {
  const secret = "secret-of-temporary-keys";
  const stage = useStage(cloud, transport, {
    credentials: [
      { accessKeyId: "first", accessKeySecret: secret, securityToken: "token-1", expiration: new Date(0) },
      { accessKeyId: "second", accessKeySecret: secret, securityToken: "token-2" },
    ],
  });

  it("are asked for once more, by all calls together", async () => {
    const asked: (boolean | undefined)[] = [];
    const client = stage.connect({
      maxAttempts: 1,
      credentials: async (options?: CredentialsProviderOptions) => {
        asked.push(options?.forceRefresh);
        return asked.length === 1
          ? { accessKeyId: "first", accessKeySecret: secret, securityToken: "token-1" }
          : { accessKeyId: "second", accessKeySecret: secret, securityToken: "token-2" };
      },
    });
    await Promise.all(Array.from({ length: 32 }, (_, index) => stage.put(`a${index}`, pattern(100, index), client)));
    expect(asked).toEqual([undefined, true]);
    expect((await stage.get("a7", client)).equals(pattern(100, 7))).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("are asked for once only, when the new ones are no better", async () => {
    let asked = 0;
    const client = stage.connect({
      credentials: async () => (asked++, { accessKeyId: "first", accessKeySecret: secret, securityToken: "token-1" }),
    });
    expect(await rejection(stage.put("a", "x", client))).toMatchObject({
      name: "ServiceError",
      code: expect.stringMatching(/Expired/),
    });
    expect(asked).toBe(2);
    expect(stage.emulator.requests).toHaveLength(2);
  });

  it("do not make a stream go out twice that was begun", async () => {
    const client = stage.connect({
      credentials: async () => ({ accessKeyId: "first", accessKeySecret: secret, securityToken: "token-1" }),
    });
    let read = 0;
    async function* once(): AsyncGenerator<Uint8Array> {
      for (; read < 50; read++) yield pattern(10_000);
    }
    await rejection(stage.put("a", once(), client));
    expect(stage.emulator.requests).toHaveLength(1);
  });

  it("fail with the provider's own error", async () => {
    const boom = new Error("the metadata service is down");
    for (const credentials of [
      () => Promise.reject(boom),
      () => {
        throw boom;
      },
    ]) {
      expect(await rejection(stage.put("a", "x", stage.connect({ credentials })))).toBe(boom);
    }
    const nonsense = stage.connect({ credentials: async () => ({ accessKeyId: "x" }) as never });
    expect(await rejection(stage.put("a", "x", nonsense))).toMatchObject({ name: "ConfigError" });
    expect(stage.emulator.requests).toEqual([]);
  });
});

describe.each(matrix)("connections that have been closed, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { HeadObjectCommand, DeleteObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const servers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of servers.splice(0)) await close();
  });

  /** A server that answers `each` requests on a connection and then does `what` to it. */
  async function serve(each: number, what: (socket: Socket, isNext: boolean) => void) {
    const counts = new Map<Socket, number>();
    let requests = 0;
    const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
      const { socket } = request;
      const count = (counts.get(socket) ?? 0) + 1;
      counts.set(socket, count);
      if (count > each) return what(socket, true);
      requests++;
      request.resume();
      request.on("end", () =>
        response
          .writeHead(200, { etag: '"x"', "content-length": 0 })
          .end(() => setImmediate(() => what(socket, false))),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    servers.push(
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    const { port } = server.address() as AddressInfo;
    return { endpoint: `http://127.0.0.1:${port}`, counts, requests: () => requests };
  }
  // The built-in fetch does not tell that a connection was an old one; there each of them costs an attempt.
  const maxAttempts = transport === "fetch" ? 25 : 1;

  it("by a server that closed them while they were idle", async () => {
    const server = await serve(1, (socket, isNext) => !isNext && socket.end());
    const client = stage.connect({ endpoint: server.endpoint, maxAttempts });
    for (let index = 0; index < 20; index++) await client.send(new HeadObjectCommand(at));
    expect(server.requests()).toBe(20);
    expect(server.counts.size).toBe(20);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["closes", (socket) => void socket.destroy()],
    ["resets", (socket) => void socket.resetAndDestroy()],
  ])("by a server that %s them when the next request comes", async (_, end) => {
    const server = await serve(1, (socket, isNext) => void (isNext && end(socket)));
    const client = stage.connect({ endpoint: server.endpoint, maxAttempts });
    const bodies: (BodyInput | undefined)[] = [undefined, "text", BODY, () => Readable.from([BODY])];
    for (const Body of bodies) {
      for (let index = 0; index < 3; index++) {
        if (Body === undefined) await client.send(new HeadObjectCommand(at));
        else await stage.put("a", Body, client);
      }
    }
    expect(server.requests()).toBe(12);
  });

  it("many at once", async () => {
    const server = await serve(1, (socket, isNext) => void (isNext && socket.destroy()));
    const client = stage.connect({ endpoint: server.endpoint, maxAttempts });
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 20 }, () => client.send(new DeleteObjectCommand(at))));
    }
    expect(server.requests()).toBe(60);
  });
});

describe.each(clouds)("retries of $name and those who watch them", (cloud) => {
  const stage = useStage(cloud);

  it("stop paying when the service is down: the budget of the client is used up", async () => {
    stage.emulator.faults = () => ({ error: { code: "InternalError", status: 500 } });
    for (let index = 0; index < 60; index++) await rejection(stage.get(`a${index}`));
    const during = stage.emulator.requests.length;
    // 500 tokens at 5 each: 100 retries, and then one attempt each.
    expect(during).toBe(60 + 100);
    stage.emulator.faults = undefined;
    await stage.put("a", "x");
    expect(String(await stage.get("a"))).toBe("x");
  });

  it("are seen by middleware, each attempt signed anew", async () => {
    const seen: FaultRequest[] = [];
    stage.emulator.faults = (request) => {
      seen.push(request);
      return seen.length < 4 ? { error: { code: "InternalError", status: 500 } } : undefined;
    };
    const time = stage.clock.now();
    const clock = {
      ...stage.clock,
      now: () => time + seen.length * 1000,
      setTimeout: stage.clock.setTimeout.bind(stage.clock),
      clearTimeout: stage.clock.clearTimeout.bind(stage.clock),
    };
    await stage.put("a", "x", stage.connect({ clock }));
    const signatures = seen.map(({ headers }) => headers["authorization"]);
    expect(new Set(signatures).size).toBe(4);
  });

  it("keep a logger's peace", async () => {
    const lines: unknown[] = [];
    const write = (...content: unknown[]): void => void lines.push(content);
    const logger: Logger = { trace: write, debug: write, info: write, warn: write, error: write };
    stage.emulator.faults = ({ index }) => (index < 2 ? { resetRequestAt: 0 } : undefined);
    await stage.put("a", "x", stage.connect({ logger }));
    expect(String(await stage.get("a"))).toBe("x");
  });
});
