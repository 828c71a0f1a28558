import { describeTransportContract } from "@cosmoss/testkit/transport-contract";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { readBody, startHttpServer } from "@cosmoss/testkit/transport-server";
import { afterEach, expect, it, vi } from "vitest";
import { FetchTransport } from "./fetch-transport.ts";

describeTransportContract(
  "fetch",
  ({ idleTimeoutMs, clock }) =>
    new FetchTransport({ ...(idleTimeoutMs && { idleTimeoutMs }), ...(clock && { clock }) }),
  { rawTargets: false, ownsConnections: false, sequentialConnections: 2, cleansReadables: false, trustsBodies: true },
);

const put = { method: "PUT", protocol: "https:", hostname: "b.example.com", path: "/k", headers: {} };
afterEach(() => {
  vi.unstubAllGlobals();
});

it("gives fetch what was asked for, and looks it up at each request", async () => {
  const transport = new FetchTransport({ credentials: "omit", cache: "no-store", keepalive: true });
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(
    async () => new Response(null, { status: 204 }),
  );
  vi.stubGlobal("fetch", fetch);
  const { response } = await transport.handle({
    ...put,
    headers: { "x-a": "1", connection: "close", expect: "100-continue" },
    body: "hi",
  });
  expect(response).toEqual({ statusCode: 204, headers: {} });
  const [url, init] = fetch.mock.calls[0]!;
  expect(url).toBe("https://b.example.com/k");
  expect(init).toMatchObject({
    method: "PUT",
    credentials: "omit",
    cache: "no-store",
    keepalive: true,
    redirect: "error",
  });
  expect(init.headers).toEqual({ "x-a": "1" });
});

it("rejects on abort though fetch takes no notice of it", async () => {
  const reason = new Error("enough");
  const transport = new FetchTransport({ fetch: () => new Promise(() => {}) });
  const aborter = new AbortController();
  const sent = transport.handle(put, { abortSignal: aborter.signal });
  aborter.abort(reason);
  await expect(sent).rejects.toBe(reason);
});

it("shares a signal that has only onabort between requests, and with whoever had set it", async () => {
  const before = vi.fn<() => void>();
  const signal = { aborted: false, reason: new Error("enough"), onabort: before as (() => void) | null };
  let answer: (response: Response) => void = () => {};
  const fetch = vi.fn<() => Promise<Response>>(() => new Promise((resolve) => (answer = resolve)));
  const send = (): Promise<unknown> => new FetchTransport({ fetch }).handle(put, { abortSignal: signal });
  const first = send();
  answer(new Response(null, { status: 204 }));
  const others = [send(), send()];
  await first;
  signal.onabort!();
  for (const sent of others) await expect(sent).rejects.toBe(signal.reason);
  expect(before).toHaveBeenCalledOnce();
  expect(signal.onabort).toBe(before);

  const third = send();
  const ours = signal.onabort!;
  const wrapped = (): void => ours();
  signal.onabort = wrapped;
  answer(new Response(null, { status: 204 }));
  await third;
  expect(signal.onabort).toBe(wrapped);
  const last = send();
  signal.onabort();
  await expect(last).rejects.toBe(signal.reason);
  expect(before).toHaveBeenCalledTimes(2);
  expect(signal.onabort).toBe(wrapped);
});

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode("hel");
  yield new TextEncoder().encode("lo");
}

it("leaves the length of bytes to fetch, whatever the header says", async () => {
  const server = await startHttpServer((request, response) => {
    void readBody(request).then((body) => response.end(`${request.headers["content-length"]} ${body.toString()}`));
  });
  const request = { ...put, protocol: "http:", hostname: "127.0.0.1", port: server.port, body: "hello" };
  const { response } = await new FetchTransport().handle({ ...request, headers: { "content-length": "7" } });
  expect(await new Response(response.body).text()).toBe("5 hello");
  await server.close();
});

it.each(["4", "6"])("never lets a stream of 5 bytes pass for whole when %s are declared", async (length) => {
  let whole = 0;
  const server = await startHttpServer((request, response) => {
    readBody(request).then(
      () => (whole++, response.end()),
      () => {},
    );
  });
  const request = { ...put, protocol: "http:", hostname: "127.0.0.1", port: server.port, body: pieces() };
  const sent = new FetchTransport().handle({ ...request, headers: { "content-length": length } });
  await expect(sent).rejects.toMatchObject({ name: "TransportError", phase: "request" });
  await server.close();
  expect(whole).toBe(0);
});

it("gives up after a minute without a byte unless told otherwise, and has no limit at 0", async () => {
  for (const [options, error] of [
    [{}, { name: "TimeoutError", timeout: "idle", limitMs: 60_000 }],
    [{ idleTimeoutMs: 0 }, "enough"],
  ] as const) {
    const clock = new FakeClock();
    const aborter = new AbortController();
    const transport = new FetchTransport({ ...options, clock, fetch: () => new Promise(() => {}) });
    const sent = transport.handle(put, { abortSignal: aborter.signal });
    sent.catch(() => {});
    await clock.advance(60_000);
    aborter.abort("enough");
    if (typeof error === "string") await expect(sent).rejects.toBe(error);
    else await expect(sent).rejects.toMatchObject(error);
    expect(clock.pending).toBe(0);
  }
});

it("sets no timer for limits that runtimes cannot count to", async () => {
  const clock = new FakeClock();
  const transport = new FetchTransport({ clock, idleTimeoutMs: Infinity, fetch: async () => new Response("x") });
  const sent = transport.handle(put, { requestTimeout: 2 ** 31 });
  expect(clock.pending).toBe(0);
  await sent;
});

it("refuses a backslash and a fragment, which a URL would change", async () => {
  const fetch = vi.fn<() => Promise<Response>>();
  const transport = new FetchTransport({ fetch });
  for (const path of ["/a\\b", "/a#b", "/a b", "/a\tb"]) {
    await expect(transport.handle({ ...put, path })).rejects.toMatchObject({ name: "ConfigError" });
  }
  expect(fetch).not.toHaveBeenCalled();
});

it("collects a stream where fetch cannot send one", async () => {
  const server = await startHttpServer((request, response) => {
    void readBody(request).then((body) => response.end(`${request.headers["content-length"]} ${body.toString()}`));
  });
  const RealRequest = Request;
  // As in Firefox: the stream becomes text, and `duplex` is never looked at.
  vi.stubGlobal("Request", function (url: string) {
    return new RealRequest(url, { method: "POST", body: "[object ReadableStream]" });
  });
  const request = { ...put, protocol: "http:", hostname: "127.0.0.1", port: server.port, body: pieces() };
  const { response } = await new FetchTransport().handle(request);
  expect(await new Response(response.body).text()).toBe("5 hello");
  await server.close();
});
