import { inspect } from "node:util";
import { presign } from "@cosmoss/client-oss";
import { ServiceError } from "@cosmoss/errors";
import { startHttpServer, startTcpServer } from "@cosmoss/testkit/transport-server";
import type { Logger, Pluggable } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import {
  clouds,
  cos,
  guardProcess,
  HastyClock,
  makeTransport,
  matrix,
  oss,
  pattern,
  rejection,
  until,
  useStage,
} from "./stage.ts";

guardProcess();

describe.each(matrix)("errors, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { CopyObjectCommand, CompleteMultipartUploadCommand, InitiateMultipartUploadCommand } = cloud.commands;
  const { UploadPartCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, UploadPartCopyCommand } =
    cloud.commands;
  const { Bucket } = cloud;
  const at = { Bucket, Key: "a" };
  const CopySource = { Bucket, Key: "a" };

  it.each([undefined, 3, 70_000])("a 200 with an error document, after %s blanks", async (keepAliveBlanks) => {
    await stage.put("a", pattern(200_000));
    const parts = { Bucket, Key: "parts" };
    const { UploadId } = await stage.client.send(new InitiateMultipartUploadCommand(parts));
    const { ETag } = await stage.client.send(new UploadPartCommand({ ...parts, UploadId, PartNumber: 1, Body: "x" }));
    const blanks = keepAliveBlanks === undefined ? {} : { keepAliveBlanks };
    stage.emulator.faults = () => ({ errorIn200: { code: "AccessDenied", message: "too late" }, ...blanks });
    for (const command of [
      new CopyObjectCommand({ Bucket, Key: "b", CopySource }),
      new UploadPartCopyCommand({ ...parts, UploadId, PartNumber: 2, CopySource }),
      new CompleteMultipartUploadCommand({ ...parts, UploadId, Parts: [{ PartNumber: 1, ETag }] }),
    ]) {
      const error = await rejection(stage.client.send(command as InstanceType<typeof CopyObjectCommand>));
      expect(ServiceError.isInstance(error), error).toBe(true);
      expect(error).toMatchObject({ code: "AccessDenied", statusCode: 200, fault: "server" });
      expect(error.message).toContain("too late");
      expect(error.requestId).toBeTruthy();
    }
    // What the service may do better next time is asked for again.
    let left = 2;
    stage.emulator.faults = () => (left-- > 0 ? { errorIn200: { code: "InternalError" }, ...blanks } : { ...blanks });
    const copied = await stage.client.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource }));
    expect(copied.$metadata.attempts).toBe(3);
    expect((await stage.stored("c"))?.equals(pattern(200_000))).toBe(true);
  });

  it("304 and 412", async () => {
    const { ETag } = await stage.put("a", "x");
    const { LastModified } = await stage.client.send(new HeadObjectCommand(at));
    const later = new Date(LastModified!.getTime() + 1000);
    const past = new Date(0);
    for (const condition of [{ IfNoneMatch: ETag }, { IfModifiedSince: later }]) {
      for (const Command of [GetObjectCommand, HeadObjectCommand as unknown as typeof GetObjectCommand]) {
        const error = await rejection(stage.client.send(new Command({ ...at, ...condition })));
        expect(error).toMatchObject({ name: "ServiceError", statusCode: 304, code: "NotModified", fault: "client" });
      }
    }
    for (const condition of [{ IfMatch: '"0"' }, { IfUnmodifiedSince: past }]) {
      for (const Command of [GetObjectCommand, HeadObjectCommand as unknown as typeof GetObjectCommand]) {
        const error = await rejection(stage.client.send(new Command({ ...at, ...condition })));
        expect(error).toMatchObject({ name: "ServiceError", statusCode: 412, code: "PreconditionFailed" });
      }
    }
    const copy = new CopyObjectCommand({ Bucket, Key: "b", CopySource, CopySourceIfMatch: '"0"' });
    expect(await rejection(stage.client.send(copy))).toMatchObject({ statusCode: 412, code: "PreconditionFailed" });
    // The connection goes on after an answer without a body.
    expect(String(await stage.get("a"))).toBe("x");
  });

  it("a HEAD has a code", async () => {
    const missing = await rejection(stage.client.send(new HeadObjectCommand(at)));
    expect(missing).toMatchObject({ name: "ServiceError", statusCode: 404, resource: `${Bucket}/a` });
    // OSS says in a header what it cannot say in a document.
    expect(missing.code).toBe(cloud === oss ? "NoSuchKey" : "NotFound");
    const elsewhere = cloud === oss ? "missing" : "missing-1250000000";
    const nowhere = await rejection(stage.client.send(new HeadObjectCommand({ ...at, Bucket: elsewhere })));
    expect(nowhere).toMatchObject({ statusCode: 404, code: cloud === oss ? "NoSuchBucket" : "NotFound" });
  });

  it("a document that breaks off, and one that never ends", async () => {
    const broken = await startTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 1000\r\n\r\n<Error><Code>Acc"));
    });
    const options = { endpoint: `http://127.0.0.1:${broken.port}`, requestHandler: makeTransport(transport) };
    const error = await rejection(stage.connect(options).send(new GetObjectCommand(at)));
    expect(error).toMatchObject({ name: "TransportError", phase: "body" });
    await broken.close();

    let isGone = false;
    const endless = await startHttpServer((_, response) => {
      response.on("close", () => (isGone = true));
      response.writeHead(500);
      const chunk = Buffer.alloc(1 << 20, " ");
      const write = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", write);
      write();
    });
    const client = stage.connect({
      endpoint: `http://127.0.0.1:${endless.port}`,
      requestHandler: makeTransport(transport),
      maxAttempts: 1,
    });
    const long = await rejection(client.send(new GetObjectCommand(at)));
    expect(long).toMatchObject({ name: "DecodeError", message: expect.stringContaining("longer than") });
    await until(() => isGone);
    await endless.close();
  });

  it("an answer that is no HTTP", async () => {
    const server = await startTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("SSH-2.0-OpenSSH_9.6\r\n"));
    });
    const client = stage.connect({
      endpoint: `http://127.0.0.1:${server.port}`,
      requestHandler: makeTransport(transport),
    });
    expect(await rejection(client.send(new PutObjectCommand({ ...at, Body: "x" })))).toMatchObject({
      name: "TransportError",
    });
    await server.close();
  });

  it("an abort of the whole program's wishes is passed on unchanged", async () => {
    const timeout = AbortSignal.abort();
    expect(await rejection(stage.client.send(new GetObjectCommand(at), { signal: timeout }))).toBe(timeout.reason);
  });
});

describe.each(matrix)("secrets, $name", ({ cloud, transport }) => {
  const SECRET = "Secret0123456789abcdefGHIJKL";
  const TOKEN = "Token+/0123456789==abcdefGHIJ";
  const credentials = { accessKeyId: "AKIDexample", accessKeySecret: SECRET, securityToken: TOKEN };
  const stage = useStage(cloud, transport, {
    credentials: [
      credentials,
      { accessKeyId: "AKIDother", accessKeySecret: "another secret", securityToken: "another token" },
    ],
  });
  const { Bucket, commands } = cloud;
  const at = { Bucket, Key: "a" };

  it("are in nothing that is printed, thrown or logged", async () => {
    const errors: unknown[] = [];
    const lines: string[] = [];
    const print = (...content: unknown[]): void =>
      void lines.push(...content.map((one) => inspect(one, { depth: 10 })), content.map(String).join(" "));
    const logger: Logger = { trace: print, debug: print, info: print, warn: print, error: print };
    const signatures = new Set<string>();
    const note = (text: string | undefined): void => {
      for (const [, value] of (text ?? "").matchAll(/(?:[Ss]ignature=|^OSS [^:]+:)([^&,]+)/g)) {
        signatures.add(value!);
        signatures.add(decodeURIComponent(value!));
      }
    };
    /** Watches every request on its way, and those that nobody answers. */
    const watch: Pluggable<any, any> = {
      applyToStack(stack) {
        stack.addRelativeTo(
          ((next: any) => (args: any) => {
            note(args.request.headers.authorization);
            return next(args);
          }) as never,
          { relation: "after", toMiddleware: "httpSigningMiddleware", name: "watch" },
        );
      },
    };
    const client = (options: object = {}) => stage.connect({ credentials, logger, ...options }).use(watch);
    const attempt = async (sending: Promise<unknown>) => {
      const error = await rejection(sending);
      errors.push(error);
      return error;
    };
    const get = (options?: object) => client(options).send(new commands.GetObjectCommand(at));
    const put = (Body: any, options?: object) => client(options).send(new commands.PutObjectCommand({ ...at, Body }));

    // Every class of error, from every place that makes one.
    await attempt(get());
    await attempt(client().send(new commands.HeadObjectCommand(at)));
    await attempt(get({ credentials: { ...credentials, accessKeySecret: `${SECRET}x` } }));
    await attempt(get({ credentials: { ...credentials, securityToken: `${TOKEN}x` } }));
    await attempt(get({ credentials: { ...credentials, accessKeyId: "AKIDother" } }));
    await attempt(client().send(new commands.HeadObjectCommand(at)));
    await attempt(
      client({ credentials: { ...credentials, accessKeySecret: "x" } }).send(new commands.HeadObjectCommand(at)),
    );
    await attempt(put(42));
    await attempt(client().send(new commands.PutObjectCommand({ ...at, ContentType: "a\nb" })));
    await attempt(client().send(new commands.PutObjectCommand({ ...at, Metadata: { "a b": "x" } })));
    await attempt(put(new ReadableStream({ start: (controller) => controller.error(new Error("boom")) })));
    for (const fault of [
      { resetRequestAt: 0 },
      { resetRequestAt: 1 },
      { dropResponse: true },
      { error: { code: "InternalError", status: 500 } },
      { error: { code: "SlowDown", status: 503 } },
      { corruptRequestAt: 1 },
    ]) {
      stage.emulator.faults = () => fault;
      await attempt(put(pattern(100_000)));
    }
    stage.emulator.faults = undefined;
    await put(pattern(300_000));
    for (const fault of [{ corruptResponseAt: 1 }, { truncateResponseAt: 10 }, { resetResponseAt: 10 }]) {
      stage.emulator.faults = ({ headers }) => (headers["range"] ? { resetResponseAt: 0 } : fault);
      const { Body } = await get();
      await attempt(Body.bytes());
    }
    stage.emulator.faults = () => ({ errorIn200: { code: "AccessDenied" } });
    await attempt(client().send(new commands.CopyObjectCommand({ ...at, CopySource: at })));
    stage.emulator.faults = undefined;
    for (const [head, body] of [
      ["200 OK", "<nonsense"],
      ["200 OK", ""],
      ["301 Moved", ""],
      ["500 Error", "<Error><Code>InternalError</Code></Error>"],
    ]) {
      const server = await startHttpServer((request, response) => {
        const [status, reason] = head!.split(" ");
        // Even what a service repeats of the request is kept to itself.
        const echo = `<StringToSign>${request.headers.authorization}</StringToSign></Error>`;
        response
          .writeHead(Number(status), reason, { location: "http://127.0.0.1:1/?Signature=x" })
          .end(body!.replace("</Error>", echo));
      });
      await attempt(
        client({ endpoint: `http://127.0.0.1:${server.port}`, maxAttempts: 2 }).send(
          new commands.ListObjectsCommand({ Bucket }),
        ),
      );
      await server.close();
    }
    const closed = await startTcpServer(() => {});
    await closed.close();
    await attempt(get({ endpoint: `http://127.0.0.1:${closed.port}` }));
    let looks = 0;
    const racing = Object.assign(new HastyClock(), { now: () => stage.clock.now() + 1000 * looks++ });
    await attempt(get({ totalTimeoutMs: 1, clock: racing }));
    await attempt(presign(client(), new commands.GetObjectCommand(at), { expiresIn: 0.5 }));
    await attempt(
      presign(client({ credentials: { ...credentials, expiration: new Date(1) } }), new commands.GetObjectCommand(at)),
    );
    await attempt((async () => stage.connect({ credentials: { ...credentials, accessKeyId: "" } }))());
    await attempt((async () => stage.connect({ credentials: { ...credentials, accessKeySecret: `${SECRET}\n` } }))());
    await attempt((async () => stage.connect({ credentials: { ...credentials, securityToken: `${TOKEN} ` } }))());
    const abort = new AbortController();
    abort.abort(new Error("enough"));
    await attempt(client().send(new commands.GetObjectCommand(at), { signal: abort.signal }));

    expect(signatures.size).toBeGreaterThan(5);
    expect(new Set(errors.map((error) => (error as Error).name))).toEqual(
      new Set([
        "ServiceError",
        "ConfigError",
        "TransportError",
        "IntegrityError",
        "DecodeError",
        "TimeoutError",
        "Error",
      ]),
    );
    const texts = [
      ...lines,
      ...errors.flatMap((error) => [
        inspect(error, { depth: 10 }),
        inspect(error, { depth: 10, compact: false }),
        JSON.stringify(error),
        String(error),
        String((error as Error).stack),
      ]),
      inspect(stage.emulator.requests, { depth: 10 }),
      // Clients are logged too.
      inspect(client(), { depth: 10 }),
      JSON.stringify(client().config, (_, value: unknown) => (typeof value === "function" ? undefined : value)),
    ];
    const forbidden = [SECRET, TOKEN, encodeURIComponent(TOKEN), "another secret", "another token", ...signatures];
    for (const text of texts)
      for (const word of forbidden) expect(text.includes(word), `${word} in ${text}`).toBe(false);
    // What they must not be in, they are in.
    expect(JSON.stringify(await presign(client(), new commands.GetObjectCommand(at)))).toContain(
      encodeURIComponent(TOKEN),
    );
  });
});

describe.each(clouds)("the message of an error, $name", (cloud) => {
  const stage = useStage(cloud);

  it("says what failed, on what, why, and whom to ask", async () => {
    const error = await rejection(stage.get("folder/a b.txt"));
    const request = stage.emulator.requests.at(-1)!;
    expect(error.message).toMatch(
      /^GetObject photos(-1250000000)?\/folder\/a b\.txt: .+ \(NoSuchKey, HTTP 404, request \S+\)$/,
    );
    expect(request.code).toBe("NoSuchKey");
    expect(Object.keys(error).sort()).toEqual(
      expect.arrayContaining(["code", "fault", "name", "requestId", "resource", "statusCode"]),
    );
    expect(error.$metadata).toMatchObject({ httpStatusCode: 404, attempts: 1, requestId: error.requestId });
    expect(error.$response.headers[`${cloud === cos ? "x-cos" : "x-oss"}-request-id`]).toBe(error.requestId);
  });

  it("of a wrong signature has what the service signed, for those who ask", async () => {
    const client = stage.connect({ credentials: { ...stage.emulator.credentials, accessKeySecret: "wrong" } });
    const error = await rejection(stage.get("a", client));
    expect(error.details.StringToSign).toMatch(cloud === cos ? /^sha1\n/ : /^OSS4-HMAC-SHA256\n/);
    expect(inspect(error, { depth: 10 })).not.toContain(error.details.StringToSign.trim().split("\n").at(-1));
  });
});
