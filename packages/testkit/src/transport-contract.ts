import { getEventListeners } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { ConfigError, TimeoutError, TransportError } from "@cosmoss/errors";
import type { HttpHandler, HttpRequest, HttpResponse } from "@cosmoss/types";
import { afterEach, describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.ts";
import { readBody, startHttpServer, startHttpsServer, startTcpServer, type TestServer } from "./transport-server.ts";

/** What the contract sets; a factory passes it on. @public */
export interface TransportSettings {
  idleTimeoutMs?: number;
  connectTimeoutMs?: number;
  clock?: FakeClock;
  /** Trust the test kit's certificate. */
  insecure?: boolean;
}

/** Where a transport falls short for a reason that lies in its runtime. @public */
export interface TransportTraits {
  /** Sends every target as it is; otherwise dot segments are refused. */
  rawTargets: boolean;
  /** Keeps the connection after HEAD, and knows its connect limit and reused connections. */
  ownsConnections: boolean;
  /** Connections that requests in sequence need: an engine may free one only a turn after the response has ended. */
  sequentialConnections: number;
  /** Takes its listeners off a Node stream; otherwise the stream is merely destroyed. */
  cleansReadables: boolean;
  /** Leaves it to its caller to see that a body is one and has its declared length; otherwise checks both. */
  trustsBodies?: boolean;
}

const MIB = 1 << 20;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads a response body of any kind. */
async function read(response: HttpResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  if (response.body !== undefined) for await (const chunk of response.body) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

const failure = async (promise: Promise<unknown>): Promise<any> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
};

/** Runs the contract of HTTP transports over handlers that `make` makes. @public */
export function describeTransportContract(
  name: string,
  make: (settings: TransportSettings) => HttpHandler,
  traits: TransportTraits,
): void {
  describe(`transport contract: ${name}`, () => {
    const servers: TestServer[] = [];
    const handlers: HttpHandler[] = [];
    const stray: unknown[] = [];
    const onStray = (error: unknown): void => void stray.push(error);
    const cleanups: (() => void)[] = [];

    const handler = (settings: TransportSettings = {}): HttpHandler => {
      const one = make(settings);
      handlers.push(one);
      return one;
    };
    const started = async (server: Promise<TestServer>): Promise<TestServer> => {
      process.on("uncaughtException", onStray);
      process.on("unhandledRejection", onStray);
      const one = await server;
      servers.push(one);
      return one;
    };
    const to = (server: TestServer, more: Partial<HttpRequest> = {}): HttpRequest => ({
      method: "GET",
      protocol: "http:",
      hostname: "127.0.0.1",
      port: server.port,
      path: "/",
      headers: {},
      ...more,
    });
    /** Answers with what it got. */
    const echo = (): Promise<TestServer> =>
      started(
        startHttpServer(async (request, response) => {
          const body = await readBody(request);
          const heard = { method: request.method, url: request.url, headers: request.headers, length: body.length };
          response.setHeader("x-heard", Buffer.from(JSON.stringify(heard)).toString("base64"));
          response.end(body);
        }),
      );
    const heard = (
      response: HttpResponse,
    ): { method: string; url: string; headers: Record<string, string>; length: number } =>
      JSON.parse(Buffer.from(response.headers["x-heard"]!, "base64").toString());

    afterEach(async () => {
      for (const one of handlers.splice(0)) one.destroy?.();
      await Promise.all(servers.splice(0).map((one) => one.close()));
      for (const clean of cleanups.splice(0)) clean();
      await turn();
      await turn();
      process.off("uncaughtException", onStray);
      process.off("unhandledRejection", onStray);
      expect(stray.splice(0)).toEqual([]);
    });

    describe("what arrives", () => {
      const paths = [
        "/",
        "//",
        "/a//b",
        "/a%2Fb",
        "/%E4%BD%A0",
        "/a'b",
        "/a|b",
        "/a%5Cb",
        "/a%2Bb+c",
        "/~!*()",
        "/a:b@c",
        "/%3F%23",
      ];
      it.each(paths)("sends the path %s as it is", async (path) => {
        const { response } = await handler().handle(to(await echo(), { path }));
        expect(heard(response).url).toBe(path);
        await read(response);
      });

      it.each(["/a/../b", "/./a", "/a/..", "/%2e%2E/a", "/a/.%2e/b"])(
        "sends the path %s as it is, or refuses",
        async (path) => {
          const server = await echo();
          const sent = handler().handle(to(server, { path }));
          if (traits.rawTargets) {
            const { response } = await sent;
            expect(heard(response).url).toBe(path);
            await read(response);
          } else {
            expect(ConfigError.isInstance(await failure(sent))).toBe(true);
            expect(server.connections).toBe(0);
          }
        },
      );

      it("sends the query in the bag's order, bare names and repeats included", async () => {
        const query = { uploads: null, b: ["2", "1"], a: "x y&=/'" };
        const { response } = await handler().handle(to(await echo(), { path: "/k", query }));
        expect(heard(response).url).toBe("/k?uploads&b=2&b=1&a=x%20y%26%3D%2F%27");
        await read(response);
      });

      it("sends header values byte by byte, and gives them back so", async () => {
        const server = await started(
          startHttpServer((request, response) => {
            response.setHeader("x-back", request.headers["x-bytes"]!);
            response.setHeader("x-disposition", request.headers["content-disposition"]!);
            response.setHeader("x-twice", ["a", "b"]);
            response.end(Buffer.from(request.headers.host!));
          }),
        );
        const bytes = Buffer.from("你好é").toString("latin1");
        const { response } = await handler().handle(
          to(server, {
            method: "PUT",
            // Node writes this one in another encoding when it knows the length before.
            headers: { "content-length": "3", "x-bytes": bytes, "content-disposition": bytes },
            body: "té",
          }),
        );
        expect([response.headers["x-back"], response.headers["x-disposition"]]).toEqual([bytes, bytes]);
        // A body that is late must not change how the head is written.
        async function* late(): AsyncGenerator<Uint8Array> {
          await new Promise((resolve) => setTimeout(resolve, 20));
          yield Buffer.from("late");
        }
        const headers = { "x-bytes": bytes, "content-disposition": bytes };
        const { response: second } = await handler().handle(to(server, { method: "PUT", headers, body: late() }));
        expect([second.headers["x-back"], second.headers["x-disposition"]]).toEqual([bytes, bytes]);
        await read(second);
        expect(response.headers["x-twice"]).toBe("a, b");
        expect((await read(response)).toString()).toBe(`127.0.0.1:${server.port}`);
      });

      if (traits.ownsConnections)
        it("takes the host header of the caller", async () => {
          const { response } = await handler().handle(to(await echo(), { headers: { host: "photos.example.com" } }));
          expect(heard(response).headers["host"]).toBe("photos.example.com");
          await read(response);
        });

      it("is not troubled by fields that belong to the runtime", async () => {
        const headers = { connection: "keep-alive", "user-agent": "x/1", "content-length": "2" };
        const { response } = await handler().handle(to(await echo(), { method: "PUT", headers, body: "hi" }));
        expect(heard(response)).toMatchObject({ length: 2, headers: { "content-length": "2", "user-agent": "x/1" } });
        await read(response);
      });

      it.each([200, 206, 304, 403, 404, 412, 503])("gives an answer with status %d", async (status) => {
        const server = await started(
          startHttpServer((_, response) => response.writeHead(status, { etag: '"x"' }).end()),
        );
        const { response } = await handler().handle(to(server));
        expect(response.statusCode).toBe(status);
        expect(response.headers["etag"]).toBe('"x"');
        expect((await read(response)).length).toBe(0);
      });

      it.each([301, 302, 307])("does not follow a redirect with status %d", async (status) => {
        const server = await started(
          startHttpServer((_, response) => response.writeHead(status, { location: "/x" }).end()),
        );
        const sent = handler().handle(to(server));
        if (traits.ownsConnections) {
          const { response } = await sent;
          expect(response.statusCode).toBe(status);
          await read(response);
        } else {
          const error = await failure(sent);
          expect(TransportError.isInstance(error)).toBe(true);
          expect(error.message).toMatch(/redirect/);
        }
      });

      it.each([
        ["HEAD", 200],
        ["HEAD", 404],
        ["GET", 304],
      ])("has no body for %s with status %d, and can go on", async (method, status) => {
        const server = await started(
          startHttpServer((_, response) =>
            response.writeHead(status, method === "HEAD" ? { "content-length": "9" } : {}).end(),
          ),
        );
        const transport = handler();
        for (let i = 0; i < 5; i++) {
          const { response } = await transport.handle(to(server, { method }));
          expect(response.statusCode).toBe(status);
          expect(response.body).toBeUndefined();
        }
        if (traits.ownsConnections) expect(server.connections).toBeLessThanOrEqual(traits.sequentialConnections);
      });
    });

    describe("request bodies", () => {
      const text = "héllo wörld ".repeat(10);
      const bytes = Buffer.from(text);
      const big = Buffer.alloc(3 * MIB + 17, "0123456789");
      async function* parts(of: Buffer): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < of.length; at += 70_000) yield of.subarray(at, at + 70_000);
      }
      const kinds: [string, Buffer, boolean, () => unknown][] = [
        ["a string", bytes, true, () => text],
        ["an empty string", Buffer.alloc(0), true, () => ""],
        ["bytes", bytes, true, () => new Uint8Array(bytes)],
        ["a part of a buffer", bytes.subarray(3, 20), true, () => bytes.subarray(3, 20)],
        ["large bytes", big, true, () => big],
        ["a Blob", big, true, () => new Blob([big], { type: "text/html" })],
        ["an empty Blob", Buffer.alloc(0), true, () => new Blob([])],
        ["a web stream", big, false, () => Readable.toWeb(Readable.from(parts(big)))],
        ["an async iterable", big, false, () => parts(big)],
        ["a Node stream", big, false, () => Readable.from(parts(big))],
        [
          "a Node stream in flowing mode",
          bytes,
          false,
          () => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]).pipe(new PassThrough()),
        ],
        ["an empty stream", Buffer.alloc(0), false, () => Readable.from([])],
      ];
      it.each(kinds)("sends %s", async (_, expected, known, body) => {
        const server = await echo();
        const { response } = await handler().handle(to(server, { method: "PUT", headers: {}, body: body() }));
        const { headers } = heard(response);
        if (known) expect(headers["content-length"]).toBe(String(expected.length));
        else if (expected.length > 0) expect(headers["transfer-encoding"]).toBe("chunked");
        expect(headers["content-type"]).toBeUndefined();
        expect((await read(response)).equals(expected)).toBe(true);
      });

      it.each([
        ["a web stream", () => Readable.toWeb(Readable.from(parts(big)))],
        ["a Node stream", () => Readable.from(parts(big))],
        ["an async iterable", () => parts(big)],
      ])("sends %s with the length that the caller knows", async (_, body) => {
        const headers = { "content-length": String(big.length) };
        const { response } = await handler().handle(to(await echo(), { method: "PUT", headers, body: body() }));
        expect(heard(response).headers).toMatchObject({ "content-length": String(big.length) });
        expect(heard(response).headers["transfer-encoding"]).toBeUndefined();
        expect((await read(response)).equals(big)).toBe(true);
      });

      it("sends nothing with PUT and POST as a length of 0, and DELETE with a body", async () => {
        const server = await echo();
        for (const method of ["PUT", "POST"]) {
          const { response } = await handler().handle(to(server, { method }));
          expect(heard(response).headers["content-length"]).toBe("0");
          await read(response);
        }
        const { response } = await handler().handle(to(server, { method: "DELETE", body: parts(bytes) }));
        expect((await read(response)).toString()).toBe(text);
      });

      if (!traits.trustsBodies)
        it.each([
          ["shorter", "1000"],
          ["longer", "10"],
        ])("refuses bytes that are %s than declared, before sending", async (_, length) => {
          const server = await echo();
          const error = await failure(
            handler().handle(to(server, { method: "PUT", headers: { "content-length": length }, body: text })),
          );
          expect(ConfigError.isInstance(error)).toBe(true);
          expect(server.connections).toBe(0);
        });

      if (!traits.trustsBodies)
        it.each([
          ["shorter", "1000"],
          ["longer", "10"],
        ])("fails when a stream is %s than declared", async (_, length) => {
          const request = to(await echo(), {
            method: "PUT",
            headers: { "content-length": length },
            body: parts(bytes),
          });
          expect(ConfigError.isInstance(await failure(handler().handle(request)))).toBe(true);
        });

      if (!traits.trustsBodies)
        it("refuses what is no body", async () => {
          const server = await echo();
          for (const body of [5, {}, Symbol.iterator, true]) {
            expect(ConfigError.isInstance(await failure(handler().handle(to(server, { method: "PUT", body }))))).toBe(
              true,
            );
          }
          const locked = new ReadableStream();
          locked.getReader();
          expect(
            ConfigError.isInstance(await failure(handler().handle(to(server, { method: "PUT", body: locked })))),
          ).toBe(true);
          expect(server.connections).toBe(0);
        });

      it("pulls from a stream only as fast as the server reads", async () => {
        const server = await started(startHttpServer((request) => void request.pause()));
        const chunk = new Uint8Array(64 * 1024);
        let pulled = 0;
        async function* endless(): AsyncGenerator<Uint8Array> {
          for (let i = 0; i < 3200; i++) {
            pulled++;
            yield chunk;
          }
        }
        const aborter = new AbortController();
        const sent = failure(
          handler().handle(to(server, { method: "PUT", body: endless() }), { abortSignal: aborter.signal }),
        );
        // Still when nothing has been pulled for a while of turns of the event loop.
        for (let still = 0, last = -1; still < 2000; still = pulled === last && pulled > 0 ? still + 1 : 0) {
          last = pulled;
          await turn();
        }
        // What lies in the sockets' buffers of the system is not ours; 200 MiB would be 3200.
        expect(pulled).toBeLessThan(400);
        aborter.abort();
        await sent;
      });
    });

    describe("failing and released bodies", () => {
      const boom = new Error("boom");
      const quiet = (): Promise<TestServer> => started(startHttpServer((request) => void request.resume()));
      const early = (): Promise<TestServer> =>
        started(
          startHttpServer((_, response) => {
            response.writeHead(403, { connection: "close", "content-length": "6" }).end("denied");
          }),
        );
      const first = new Uint8Array(1000);

      it("rejects with the very error of an iterator", async () => {
        async function* body(): AsyncGenerator<Uint8Array> {
          yield first;
          throw boom;
        }
        const server = await quiet();
        expect(await failure(handler().handle(to(server, { method: "PUT", body: body() })))).toBe(boom);
        if (traits.ownsConnections) await server.drained();
      });

      it("rejects with the very error of a web stream", async () => {
        let count = 0;
        const body = new ReadableStream({
          pull: (controller) => (count++ === 0 ? controller.enqueue(first) : controller.error(boom)),
        });
        expect(await failure(handler().handle(to(await quiet(), { method: "PUT", body })))).toBe(boom);
      });

      const broken: [string, () => Readable][] = [
        ["before the start", () => new Readable({ read() {} }).destroy(boom)],
        [
          "just after the start",
          () => {
            const body = new Readable({ read() {} });
            queueMicrotask(() => body.destroy(boom));
            return body;
          },
        ],
        [
          "in the middle",
          () => {
            let count = 0;
            return new Readable({
              read() {
                if (count++ === 0) this.push(first);
                else this.destroy(boom);
              },
            });
          },
        ],
        [
          "twice, without being destroyed",
          () => {
            const body = new Readable({ read() {}, autoDestroy: false });
            body.push(first);
            setImmediate(() => {
              body.emit("error", boom);
              body.emit("error", new Error("again"));
            });
            return body;
          },
        ],
      ];
      it.each(broken)("rejects with the very error of a Node stream that fails %s", async (_, body) => {
        expect(await failure(handler().handle(to(await quiet(), { method: "PUT", body: body() })))).toBe(boom);
      });

      it.each([
        ["is closed before its end", () => new Readable({ read() {} })],
        ["was destroyed", () => new Readable({ read() {} }).destroy()],
      ])("rejects when a Node stream %s", async (_, make) => {
        const body = make();
        setImmediate(() => body.destroy());
        const error = await failure(handler().handle(to(await quiet(), { method: "PUT", body })));
        expect(error).toBeInstanceOf(Error);
        expect(TimeoutError.isInstance(error)).toBe(false);
      });

      it("survives a Node stream that fails while it is being destroyed, and after its end", async () => {
        const aborter = new AbortController();
        const body = new Readable({ read() {}, destroy: (_, callback) => void setImmediate(() => callback(boom)) });
        body.push(first);
        const sent = failure(
          handler().handle(to(await quiet(), { method: "PUT", body }), { abortSignal: aborter.signal }),
        );
        setImmediate(() => aborter.abort(boom));
        expect(await sent).toBe(boom);
        const late = Readable.from([first]);
        if (traits.cleansReadables) late.on("end", () => process.nextTick(() => late.emit("error", new Error("late"))));
        const { response } = await handler().handle(to(await echo(), { method: "PUT", body: late }));
        await read(response);
      });

      it.each<[string, (released: () => void) => unknown]>([
        [
          "an iterable",
          (released) => ({
            [Symbol.asyncIterator]: () => ({
              next: () => Promise.resolve({ done: false, value: first }),
              return: () => {
                released();
                return Promise.resolve({ done: true, value: undefined });
              },
            }),
          }),
        ],
        [
          "an iterable that waits",
          (released) => ({
            [Symbol.asyncIterator]: () => ({
              next: () => new Promise(() => {}),
              return: () => (released(), Promise.reject(boom)),
            }),
          }),
        ],
        [
          "a web stream",
          (released) => new ReadableStream({ pull: (controller) => controller.enqueue(first), cancel: released }),
        ],
        ["a web stream that waits", (released) => new ReadableStream({ cancel: released })],
        [
          "a Node stream",
          (released) =>
            new Readable({
              read() {
                this.push(first);
              },
              destroy: (_, callback) => (released(), callback(null)),
            }),
        ],
        [
          "a Node stream that waits",
          (released) => new Readable({ read() {}, destroy: (_, callback) => (released(), callback(null)) }),
        ],
      ])("lets go of %s on an early answer, on abort, and when nothing is sent", async (name, make) => {
        let release = (): void => {};
        const once = (): Promise<void> => new Promise((resolve) => (release = resolve));

        let released = once();
        // Not every engine sends a head before it has the first piece.
        if (!name.endsWith("waits")) {
          const server = await early();
          const { response } = await handler().handle(to(server, { method: "PUT", body: make(() => release()) }));
          expect(response.statusCode).toBe(403);
          await released;
          expect((await read(response)).toString()).toBe("denied");
          await server.lost();
        }

        released = once();
        const aborter = new AbortController();
        const silent = await quiet();
        const sent = failure(
          handler().handle(to(silent, { method: "PUT", body: make(() => release()) }), { abortSignal: aborter.signal }),
        );
        while (silent.connections === 0) await turn();
        aborter.abort(boom);
        expect(await sent).toBe(boom);
        await released;
        await silent.lost();

        released = once();
        expect(
          await failure(
            handler().handle(to(silent, { method: "PUT", body: make(() => release()) }), {
              abortSignal: aborter.signal,
            }),
          ),
        ).toBe(boom);
        await released;
      });

      it("leaves no listener on a Node stream or a signal", async () => {
        const { signal } = new AbortController();
        const transport = handler();
        const count = (body: Readable): number =>
          body.eventNames().reduce((sum, event) => sum + body.listenerCount(event), 0);
        const watched = async (
          make: () => Readable,
          server: TestServer,
          abortSignal: AbortSignal = signal,
        ): Promise<void> => {
          const before = count(new Readable({ read() {} }));
          const body = make();
          const closed = new Promise((resolve) => body.once("close", resolve));
          await transport.handle(to(server, { method: "PUT", body }), { abortSignal }).then(
            ({ response }) => read(response),
            () => {},
          );
          await closed;
          await turn();
          expect(body.destroyed).toBe(true);
          if (traits.cleansReadables) expect(count(body)).toBe(before);
          expect(getEventListeners(abortSignal, "abort").length).toBe(0);
        };
        const simple = (): Readable => {
          let count = 0;
          return new Readable({
            read() {
              this.push(count++ < 3 ? first : null);
            },
          });
        };
        await watched(simple, await echo());
        await watched(broken[2]![1], await quiet());
        await watched(broken[0]![1], await quiet());
        const aborter = new AbortController();
        const server = await quiet();
        setImmediate(() => aborter.abort());
        await watched(() => new Readable({ read() {} }), server, aborter.signal);
      });
    });

    describe("abort", () => {
      const reason = { not: "an error" };

      it("does nothing when aborted before", async () => {
        const server = await echo();
        expect(await failure(handler().handle(to(server), { abortSignal: AbortSignal.abort(reason) }))).toBe(reason);
        await turn();
        expect(server.connections).toBe(0);
      });

      it("rejects with the reason while it waits, and closes the connection", async () => {
        const server = await started(startHttpServer(() => aborter.abort(reason)));
        const aborter = new AbortController();
        expect(await failure(handler().handle(to(server), { abortSignal: aborter.signal }))).toBe(reason);
        await server.lost();
        // The built-in fetch of Node opens a fresh one to have it ready.
        if (traits.ownsConnections) await server.drained();
        expect(getEventListeners(aborter.signal, "abort").length).toBe(0);
      });

      it.each([[new Error("enough")], ["a word"]])("breaks off the body with the reason %s", async (why) => {
        const server = await started(startHttpServer((_, response) => void response.writeHead(200).write("begin")));
        const aborter = new AbortController();
        const { response } = await handler().handle(to(server), { abortSignal: aborter.signal });
        const error = failure(
          (async () => {
            for await (const _ of response.body) aborter.abort(why);
          })(),
        );
        expect(await error).toBe(why);
        await server.lost();
        expect(getEventListeners(aborter.signal, "abort").length).toBe(0);
      });

      it("ends any number of requests with one signal, without a warning of too many listeners", async () => {
        const server = await started(
          startHttpServer((request, response) => {
            if (request.url === "/silent") return;
            response.write("begin");
            if (request.url === "/whole") response.end();
          }),
        );
        const warnings: Error[] = [];
        const onWarning = (warning: Error): void => void warnings.push(warning);
        process.on("warning", onWarning);
        cleanups.push(() => process.off("warning", onWarning));
        const aborter = new AbortController();
        const transport = handler();
        const send = (path: string): Promise<HttpResponse> =>
          transport.handle(to(server, { path }), { abortSignal: aborter.signal }).then(({ response }) => response);

        const silent = Array.from({ length: 25 }, () => failure(send("/silent")));
        const begun = await Promise.all(Array.from({ length: 25 }, () => send("/begun")));
        const broken = begun.map((response) => failure(read(response)));
        // Those that are over take nothing from those that still wait.
        await Promise.all(Array.from({ length: 5 }, async () => read(await send("/whole"))));
        aborter.abort(reason);
        const ends = await Promise.all([...silent, ...broken]);
        expect(ends.filter((end) => end !== reason)).toEqual([]);
        expect(getEventListeners(aborter.signal, "abort").length).toBe(0);
        await turn();
        expect(warnings).toEqual([]);
      });

      it("hears a signal that has only onabort", async () => {
        const server = await started(startHttpServer(() => signal.onabort?.()));
        const signal = { aborted: false, reason, onabort: null as (() => void) | null };
        expect(await failure(handler().handle(to(server), { abortSignal: signal }))).toBe(reason);
        expect(signal.onabort).toBe(null);
      });
    });

    describe("limits", () => {
      it("ends an attempt that gets no answer", async () => {
        const clock = new FakeClock(1e12);
        const server = await started(startHttpServer((request) => void request.resume()));
        let over = false;
        const sent = failure(
          handler({ clock }).handle(to(server, { query: { secret: "s3cret" } }), { requestTimeout: 5000 }),
        ).finally(() => (over = true));
        while (server.connections === 0) await turn();
        await clock.advance(4999);
        expect(over).toBe(false);
        await clock.advance(1);
        const error = await sent;
        expect(TimeoutError.isInstance(error)).toBe(true);
        expect(error).toMatchObject({ timeout: "attempt", limitMs: 5000 });
        expect(error.message).not.toContain("s3cret");
        expect(clock.pending).toBe(0);
        await server.lost();
      });

      it("ends a request when no byte moves, and counts anew at each", async () => {
        const clock = new FakeClock(1e12);
        let answer: (text: string) => void = () => {};
        const server = await started(
          startHttpServer((_, response) => {
            answer = (text) => void response.write(text);
          }),
        );
        const transport = handler({ clock, idleTimeoutMs: 1000 });
        const sending = transport.handle(to(server));
        while (server.connections === 0) await turn();
        for (let i = 0; i < 50; i++) await turn();
        await clock.advance(900);
        answer("a");
        const { response } = await sending;
        const reader = response.body[Symbol.asyncIterator]();
        expect(Buffer.from((await reader.next()).value).toString()).toBe("a");
        for (const letter of "bcd") {
          const next = reader.next();
          await clock.advance(900);
          answer(letter);
          expect(Buffer.from((await next).value).toString()).toBe(letter);
        }
        const last = failure(reader.next());
        await clock.advance(999);
        expect(server.open.size).toBe(1);
        await clock.advance(251); // A transport may look for bytes four times within the limit instead of at each.
        expect(await last).toMatchObject({ name: "TimeoutError", timeout: "idle", limitMs: 1000 });
        expect(clock.pending).toBe(0);
        await server.lost();
      });

      it("ends a request that is silent before its answer", async () => {
        const clock = new FakeClock(1e12);
        const server = await started(startHttpServer((request) => void request.resume()));
        const sent = failure(handler({ clock, idleTimeoutMs: 1000 }).handle(to(server)));
        while (server.connections === 0) await turn();
        for (let i = 0; i < 50; i++) await turn();
        await clock.advance(1000);
        expect(await sent).toMatchObject({ name: "TimeoutError", timeout: "idle" });
      });

      it("has at most one timer once it has an answer, and none after it", async () => {
        const clock = new FakeClock(1e12);
        const server = await echo();
        const transport = handler({ clock });
        const { response } = await transport.handle(to(server, { method: "PUT", body: "x" }), { requestTimeout: 3000 });
        expect(clock.pending).toBeLessThanOrEqual(1);
        await read(response);
        await turn();
        expect(clock.pending).toBe(0);
      });
    });

    describe("failures of the network", () => {
      it("says that nothing could be sent", async () => {
        const server = await echo();
        await server.close();
        const error = await failure(handler().handle(to(server, { path: "/key", query: { signature: "s3cret" } })));
        expect(TransportError.isInstance(error)).toBe(true);
        expect(error).toMatchObject({ phase: "connect", code: "ECONNREFUSED", staleSocket: false });
        expect(error.message).toContain(`127.0.0.1:${server.port}`);
        expect(error.message).toContain("GET");
        expect(error.message).not.toContain("s3cret");
        expect(error.cause).toBeDefined();
      });

      it("says that the name is unknown", async () => {
        const server = await echo();
        const error = await failure(handler().handle(to(server, { hostname: "no-such-host.invalid" })));
        expect(error).toMatchObject({ name: "TransportError", phase: "connect" });
      });

      it("says that no answer came", async () => {
        const server = await started(startTcpServer((socket) => void socket.once("data", () => socket.destroy())));
        expect(await failure(handler().handle(to(server)))).toMatchObject({
          name: "TransportError",
          phase: "response",
          staleSocket: false,
        });
      });

      it("says that the request was being sent", async () => {
        const server = await started(
          startTcpServer((socket) => void socket.once("data", () => socket.resetAndDestroy())),
        );
        async function* body(): AsyncGenerator<Uint8Array> {
          for (;;) yield new Uint8Array(65_536);
        }
        expect(await failure(handler().handle(to(server, { method: "PUT", body: body() })))).toMatchObject({
          name: "TransportError",
          phase: "request",
        });
        await server.lost();
      });

      it.each([
        ["content-length", "content-length: 100"],
        ["chunked", "transfer-encoding: chunked"],
      ])("fails a body (%s) that the server does not finish", async (_, header) => {
        const server = await started(
          startTcpServer(
            (socket) =>
              void socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n5\r\nhello\r\n`)),
          ),
        );
        const { response } = await handler().handle(to(server));
        expect(await failure(read(response))).toBeDefined();
      });

      it("fails a body whose connection is reset", async () => {
        const server = await started(
          startHttpServer((_, response) => {
            response.writeHead(200, { "content-length": "100" }).write("begin");
          }),
        );
        const { response } = await handler().handle(to(server));
        const error = failure(
          (async () => {
            for await (const _ of response.body) for (const socket of server.open) socket.resetAndDestroy();
          })(),
        );
        expect(await error).toBeDefined();
      });

      if (traits.ownsConnections)
        it("says that a kept connection was stale", async () => {
          let requests = 0;
          const server = await started(
            startTcpServer((socket) => {
              let count = 0;
              socket.on("data", () => {
                requests++;
                if (count++ === 0) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                else socket.resetAndDestroy();
              });
            }),
          );
          const transport = handler();
          await read((await transport.handle(to(server))).response);
          for (let i = 0; i < 5; i++) await turn();
          const error = await failure(transport.handle(to(server)));
          expect(error).toMatchObject({ name: "TransportError", phase: "response", staleSocket: true });
          expect([server.connections, requests]).toEqual([1, 2]);
          await read((await transport.handle(to(server))).response);
        });

      it("refuses characters that HTTP does not allow", async () => {
        const server = await echo();
        const error = await failure(handler().handle(to(server, { headers: { "x-a": "a\r\nb: s3cret" } })));
        expect(traits.ownsConnections ? ConfigError.isInstance(error) : error instanceof Error).toBe(true);
        expect(error.message).not.toContain("s3cret");
        expect(server.connections).toBe(0);
      });
    });

    describe("connections", () => {
      it("uses one connection for 1000 requests in sequence", async () => {
        const server = await echo();
        const transport = handler();
        for (let i = 0; i < 1000; i++) {
          const { response } = await transport.handle(to(server, i % 2 ? { method: "PUT", body: "x" } : {}));
          await read(response);
        }
        expect(server.connections).toBeLessThanOrEqual(traits.sequentialConnections);
      });

      it("answers 100 requests at once, then keeps no connection after destroy", async () => {
        const server = await echo();
        const transport = handler();
        const bodies = await Promise.all(
          Array.from({ length: 100 }, async (_, i) => {
            const { response } = await transport.handle(to(server, { method: "PUT", body: `body ${i}` }));
            return (await read(response)).toString();
          }),
        );
        expect(bodies).toEqual(Array.from({ length: 100 }, (_, i) => `body ${i}`));
        expect(server.connections).toBeLessThanOrEqual(100);
        if (traits.ownsConnections) {
          transport.destroy?.();
          await server.drained();
        }
      });

      it("goes on after a body that was not read", async () => {
        const server = await started(startHttpServer((_, response) => void response.end(Buffer.alloc(4 * MIB))));
        const transport = handler();
        for (let i = 0; i < 5; i++) {
          const { response } = await transport.handle(to(server));
          if (typeof response.body.destroy === "function") response.body.destroy();
          else await response.body.cancel();
        }
        const { response } = await transport.handle(to(server));
        expect((await read(response)).length).toBe(4 * MIB);
      });

      if (traits.ownsConnections)
        it("speaks https, and trusts no one without reason", async () => {
          const server = await started(startHttpsServer((request, response) => void response.end(request.url)));
          const request = to(server, { protocol: "https:", path: "/a/../b" });
          const { response } = await handler({ insecure: true }).handle(request);
          expect((await read(response)).toString()).toBe("/a/../b");
          const named = await handler({ insecure: true }).handle({
            ...request,
            headers: { host: `bucket.localhost:${server.port}` },
          });
          expect((await read(named.response)).toString()).toBe("/a/../b");
          const error = await failure(handler().handle(request));
          expect(error).toMatchObject({
            name: "TransportError",
            phase: "connect",
            code: "DEPTH_ZERO_SELF_SIGNED_CERT",
          });
        });
    });
  });
}
