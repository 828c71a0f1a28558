import { execFile } from "node:child_process";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { TEST_ONLY_CERTIFICATE, TEST_ONLY_KEY } from "@cosmoss/testkit/tls-fixture";
import { describeTransportContract } from "@cosmoss/testkit/transport-contract";
import { readBody, startHttpServer, startTcpServer } from "@cosmoss/testkit/transport-server";
import { expect, it, vi } from "vitest";
import { build } from "esbuild";
import { UndiciTransport } from "./undici-transport.ts";

describeTransportContract(
  "undici",
  ({ insecure, ...settings }) => new UndiciTransport({ ...settings, tls: { rejectUnauthorized: !insecure } }),
  { rawTargets: true, ownsConnections: true, sequentialConnections: 2, cleansReadables: true },
);

const get = { method: "GET", protocol: "http:", hostname: "127.0.0.1", path: "/", headers: {} };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const text = async (body: AsyncIterable<Buffer>): Promise<string> => {
  let all = "";
  for await (const chunk of body) all += chunk;
  return all;
};

it("ends a connection that does not come about, the TLS handshake included", async () => {
  const clock = new FakeClock(1e12);
  const server = await startTcpServer((socket) => void socket.resume());
  const transport = new UndiciTransport({ clock, connectTimeoutMs: 700 });
  let over = false;
  const request = { ...get, protocol: "https:", port: server.port };
  const sent = transport.handle(request).catch((error: unknown) => ((over = true), error));
  while (server.open.size === 0) await turn();
  await clock.advance(699);
  expect(over).toBe(false);
  await clock.advance(1);
  expect(await sent).toMatchObject({ name: "TimeoutError", timeout: "connect", limitMs: 700 });
  await server.lost();
  transport.destroy();
  await server.close();
});

it("speaks HTTP/2 where it may", async () => {
  const server = createSecureServer(
    { key: TEST_ONLY_KEY, cert: TEST_ONLY_CERTIFICATE, allowHTTP1: true },
    async (request, response) => {
      const body = await readBody(request as never);
      response.setHeader("x-version", request.httpVersion);
      response.end(`${request.method} ${request.url} ${body.toString()}`);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const request = {
    ...get,
    method: "PUT",
    protocol: "https:",
    hostname: "localhost",
    port,
    path: "/a/../b",
    query: { x: null },
    body: "hello",
  };
  for (const [allowH2, version] of [
    [true, "2.0"],
    [false, "1.1"],
  ] as const) {
    const transport = new UndiciTransport({ allowH2, tls: { ca: TEST_ONLY_CERTIFICATE } });
    const { response } = await transport.handle(request);
    expect(response.headers["x-version"]).toBe(version);
    expect(await text(response.body)).toBe("PUT /a/../b?x hello");
    transport.destroy();
  }
  server.close();
});

it("goes through the proxy that the environment names, and past it where NO_PROXY says so", async () => {
  const target = await startHttpServer((_, response) => void response.end("target"));
  let tunnels = 0;
  const proxy = await startTcpServer((socket) => {
    socket.once("data", async (head) => {
      tunnels++;
      const port = Number(/^CONNECT 127\.0\.0\.1:(\d+)/.exec(head.toString())![1]);
      const { connect } = await import("node:net");
      const onward = connect(port, "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      socket
        .pipe(onward)
        .on("error", () => {})
        .pipe(socket);
    });
  });
  vi.stubEnv("http_proxy", `http://127.0.0.1:${proxy.port}`);
  vi.stubEnv("no_proxy", "");
  for (const [noProxy, expected] of [
    ["", 1],
    ["127.0.0.1", 1],
  ] as const) {
    vi.stubEnv("no_proxy", noProxy);
    const transport = new UndiciTransport({ proxyFromEnvironment: true });
    const { response } = await transport.handle({ ...get, port: target.port });
    expect(await text(response.body)).toBe("target");
    expect(tunnels).toBe(expected);
    transport.destroy();
  }
  vi.unstubAllEnvs();
  await target.close();
  await proxy.close();
});

it("leaves the built-in fetch and its dispatcher as they are", async () => {
  const server = await startHttpServer(async (request, response) => {
    const body = await readBody(request);
    response.end(`${request.headers["content-length"]} ${body.toString()}`);
  });
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const run = async (first: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: {
        contents: `${first}
          if ([1, 2].some((n) => Symbol.for("undici.globalDispatcher." + n) in globalThis)) console.log("installed");
          const init = { method: "PUT", body: "hello", headers: { "content-length": "5" } };
          console.log(await (await fetch("http://127.0.0.1:${server.port}/", init)).text());`,
        resolveDir: folder,
      },
      bundle: true,
      write: false,
      format: "esm",
      platform: "node",
      conditions: ["@cosmoss/source"],
      external: ["undici"],
    });
    const child = promisify(execFile)(process.execPath, ["--input-type=module"], { cwd: folder });
    child.child.stdin!.end(outputFiles[0]!.text);
    return (await child.catch((error: { stdout: string }) => error)).stdout;
  };
  const alone = await run("");
  expect(alone).toMatch(/hello\n$/);
  expect(await run(`import { UndiciTransport } from "./undici.node.ts"; new UndiciTransport();`)).toBe(alone);
  // The check can fail: undici as a whole does install itself.
  expect(await run(`import { Agent } from "undici"; new Agent();`)).toMatch(/^installed/);
  await server.close();
});
