import { Agent } from "node:http";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { describeTransportContract } from "@cosmoss/testkit/transport-contract";
import { type TestServer, startHttpServer, startTcpServer } from "@cosmoss/testkit/transport-server";
import { afterEach, expect, it } from "vitest";
import { NodeHttpTransport } from "./node-http-transport.ts";

describeTransportContract(
  "node:http",
  ({ insecure, ...settings }) => new NodeHttpTransport({ ...settings, tls: { rejectUnauthorized: !insecure } }),
  { rawTargets: true, ownsConnections: true, sequentialConnections: 1, cleansReadables: true },
);

const servers: TestServer[] = [];
const started = async (server: Promise<TestServer>): Promise<TestServer> => {
  servers.push(await server);
  return server;
};
const get = { method: "GET", protocol: "http:", hostname: "127.0.0.1", path: "/", headers: {} };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

it("ends a connection that does not come about, the TLS handshake included", async () => {
  const clock = new FakeClock(1e12);
  const { port, lost, open } = await started(startTcpServer((socket) => void socket.resume()));
  const transport = new NodeHttpTransport({ clock, connectTimeoutMs: 700 });
  let over = false;
  const sent = transport.handle({ ...get, protocol: "https:", port }).catch((error: unknown) => ((over = true), error));
  while (open.size === 0) await turn();
  await clock.advance(699);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(await sent).toMatchObject({ name: "TimeoutError", timeout: "connect", limitMs: 700 });
  await lost();
  expect(clock.pending).toBe(0);
  transport.destroy();
});

it("does not count the wait for a free connection as connecting or idle", async () => {
  const clock = new FakeClock(1e12);
  const answers: (() => void)[] = [];
  const server = await started(startHttpServer((_, response) => void answers.push(() => response.end("ok"))));
  const transport = new NodeHttpTransport({ clock, maxSockets: 1, connectTimeoutMs: 100, idleTimeoutMs: 1000 });
  const first = transport.handle({ ...get, port: server.port });
  const second = transport.handle({ ...get, port: server.port });
  while (answers.length < 1) await turn();
  await clock.advance(900);
  answers[0]!();
  (await first).response.body.resume();
  while (answers.length < 2) await turn();
  await clock.advance(900);
  answers[1]!();
  expect((await second).response.statusCode).toBe(200);
  expect(server.connections).toBe(1);
  transport.destroy();
});

it("counts the pieces of large bytes as signs of life", async () => {
  const clock = new FakeClock(1e12);
  let resume = (): void => {};
  const server = await started(
    startHttpServer((request, response) => {
      request.on("data", () => {
        request.pause();
        resume = () => request.resume();
      });
      request.on("end", () => response.end());
    }),
  );
  const transport = new NodeHttpTransport({ clock, idleTimeoutMs: 1000 });
  let settled = false;
  const sent = transport
    .handle({ ...get, method: "PUT", port: server.port, body: new Uint8Array(40 << 20) })
    .finally(() => (settled = true));
  sent.catch(() => {});
  // Ever so slowly: each step is just below the limit, and all of them together far beyond it.
  for (let step = 0; !settled; step++) {
    if (step % 64 === 0) await clock.advance(400);
    await turn();
    resume();
  }
  expect((await sent).response.statusCode).toBe(200);
  expect(clock.now()).toBeGreaterThan(1e12 + 2000);
  transport.destroy();
});

it("does not blame the network when it is the reader who rests", async () => {
  const clock = new FakeClock(1e12);
  const server = await started(startHttpServer((_, response) => void response.end(Buffer.alloc(8 << 20))));
  const transport = new NodeHttpTransport({ clock, idleTimeoutMs: 1000 });
  const { response } = await transport.handle({ ...get, port: server.port });
  for (let i = 0; i < 100; i++) await turn();
  await clock.advance(10_000);
  let length = 0;
  for await (const chunk of response.body) length += chunk.length;
  expect(length).toBe(8 << 20);
  transport.destroy();
});

it("uses an agent of the caller, and leaves it alone", async () => {
  const server = await started(startHttpServer((_, response) => void response.end("ok")));
  const agent = new Agent({ keepAlive: true });
  const transport = new NodeHttpTransport({ httpAgent: agent });
  const read = async (): Promise<void> => {
    const { response } = await transport.handle({ ...get, port: server.port });
    for await (const _ of response.body);
    await turn();
  };
  await read();
  expect(Object.values(agent.freeSockets).flat().length).toBe(1);
  transport.destroy();
  await read();
  expect(server.connections).toBe(1);
  agent.destroy();
});

it("leaves nothing open in the process", async () => {
  const before = process
    .getActiveResourcesInfo()
    .filter((kind) => kind === "TCPSocketWrap" || kind === "Timeout").length;
  const server = await startHttpServer((_, response) => void response.end("ok"));
  const transport = new NodeHttpTransport();
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const { response } = await transport.handle({ ...get, port: server.port }, { requestTimeout: 60_000 });
      for await (const _ of response.body);
    }),
  );
  transport.destroy();
  await server.drained();
  await server.close();
  for (let i = 0; i < 5; i++) await turn();
  const after = process
    .getActiveResourcesInfo()
    .filter((kind) => kind === "TCPSocketWrap" || kind === "Timeout").length;
  expect(after).toBeLessThanOrEqual(before);
});

it("writes the host of an IPv6 address in brackets", async () => {
  const transport = new NodeHttpTransport();
  const error = await transport.handle({ ...get, hostname: "[::1]", port: 1 }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ phase: "connect", message: expect.stringContaining("[::1]:1") });
});

it("keeps no timer and no connection when the answer came, and was read, before the request was sent", async () => {
  const clock = new FakeClock(1e12);
  const { port, lost } = await started(
    startHttpServer((_, response) => {
      response.statusCode = 503;
      response.end("busy");
    }),
  );
  const transport = new NodeHttpTransport({ clock });
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(10);
    await new Promise(() => {});
  }
  const { response } = await transport.handle({ ...get, method: "PUT", port, body: endless() });
  let text = "";
  response.body.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => response.body.on("end", resolve));
  expect(text).toBe("busy");
  await lost();
  expect(clock.pending).toBe(0);
  transport.destroy();
});

it("says nothing when one signal serves many requests at a time", async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on("warning", hear);
  const server = await started(startHttpServer((_, response) => void response.end()));
  const transport = new NodeHttpTransport();
  const { signal } = new AbortController();
  const sends = Array.from({ length: 30 }, () =>
    transport.handle({ ...get, port: server.port }, { abortSignal: signal }),
  );
  await Promise.all(sends);
  await turn();
  process.off("warning", hear);
  expect(warnings).toEqual([]);
  transport.destroy();
});
