import { Readable } from "node:stream";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type {
  BuildMiddleware,
  DeserializeMiddleware,
  FinalizeRequestMiddleware,
  HttpRequest,
  HttpResponse,
  InitializeMiddleware,
  MiddlewareStack,
  Pluggable,
  RequestHandler,
  SerializeMiddleware,
} from "@smithy/types";
import type { BodyInput, HttpHandler } from "@cosmoss/types";
import { afterEach, describe, expect, it } from "vitest";
import { clouds, guardProcess, pattern, rejection, useStage } from "./stage.ts";

guardProcess();

/** One of each step, as one writes them for the AWS SDK v3: with the types of Smithy and nothing else. */
function recorder(log: string[]): Pluggable<any, any> {
  const initialize: InitializeMiddleware<any, any> = (next, context) => async (args) => {
    log.push(`initialize ${context.clientName} ${context.commandName} ${args.input.Key}`);
    const result = await next(args);
    log.push(`output ${result.output.ETag}`);
    return result;
  };
  const serialize: SerializeMiddleware<any, any> = (next) => async (args) => {
    log.push(`serialize ${String(args.request)}`);
    return next({ ...args, input: { ...args.input, ContentType: "text/x-changed" } });
  };
  const build: BuildMiddleware<any, any> = (next) => async (args) => {
    const request = args.request as HttpRequest;
    log.push(`build ${request.method} ${request.headers["content-type"]}`);
    request.headers["x-oss-meta-trace"] = request.headers["x-cos-meta-trace"] = "42";
    return next(args);
  };
  const finalize: FinalizeRequestMiddleware<any, any> = (next) => async (args) => {
    log.push(`finalize ${(args.request as HttpRequest).headers["authorization"]}`);
    return next(args);
  };
  const deserialize: DeserializeMiddleware<any, any> = (next) => async (args) => {
    const result = await next(args);
    log.push(`deserialize ${(result.response as HttpResponse).statusCode}`);
    return result;
  };
  return {
    applyToStack(stack: MiddlewareStack<any, any>) {
      stack.add(initialize, { step: "initialize", name: "recordInitialize", tags: ["RECORD"], override: true });
      stack.add(serialize, { step: "serialize", name: "recordSerialize", tags: ["RECORD"], priority: "high" });
      stack.add(build, { step: "build", name: "recordBuild", tags: ["RECORD"], aliases: ["tracing"] });
      stack.addRelativeTo(finalize, {
        relation: "after",
        toMiddleware: "retryMiddleware",
        name: "recordAttempt",
        tags: ["RECORD"],
      });
      stack.add(deserialize, { step: "deserialize", name: "recordDeserialize", tags: ["RECORD"], priority: "low" });
    },
  };
}

describe.each(clouds)("middleware of the AWS SDK v3, on $name", (cloud) => {
  const stage = useStage(cloud);
  const { PutObjectCommand, HeadObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const clientName = cloud.Client.name;

  /** What the recorder writes of a put with these statuses. */
  const expected = (statuses: number[], ETag: string): string[] => [
    `initialize ${clientName} PutObjectCommand a`,
    "serialize undefined",
    "build PUT text/x-changed",
    ...statuses.flatMap((status) => ["finalize undefined", `deserialize ${status}`]),
    `output ${ETag}`,
  ];

  it("sees each step, and changes what goes through it", async () => {
    const log: string[] = [];
    const client = stage.connect().use(recorder(log));
    stage.emulator.faults = ({ index }) =>
      index === 0 ? { error: { code: "InternalError", status: 500 } } : undefined;
    const { ETag } = await stage.put("a", "x", client);
    expect(log).toEqual(expected([500, 200], ETag));
    // It was signed after all of them, or the service would have refused it.
    const head = await stage.client.send(new HeadObjectCommand(at));
    expect(head.ContentType).toBe("text/x-changed");
    expect(head.Metadata).toEqual({ trace: "42" });
  });

  it("can be there for one send alone", async () => {
    const log: string[] = [];
    const command = new PutObjectCommand({ ...at, Body: "x" });
    const { ETag } = await stage.client.send(command, { use: [recorder(log)] });
    const once = expected([200], ETag);
    expect(log).toEqual(once);
    await stage.client.send(command);
    expect(log).toEqual(once);
    expect(stage.client.middlewareStack.remove("recordBuild")).toBe(false);
    expect(stage.client.middlewareStack.identify().join()).not.toContain("record");
  });

  it("can be taken out by name, alias and tag", async () => {
    const log: string[] = [];
    const client = stage.connect().use(recorder(log));
    expect(client.middlewareStack.remove("tracing")).toBe(true);
    await stage.put("a", "x", client);
    expect(log).toHaveLength(5);
    expect(client.middlewareStack.removeByTag("RECORD")).toBe(true);
    await stage.put("a", "x", client);
    expect(log).toHaveLength(5);
    expect(client.middlewareStack.removeByTag("RECORD")).toBe(false);
  });

  it.each([
    "serializerMiddleware",
    "resumeMiddleware",
    "retryMiddleware",
    "httpSigningMiddleware",
    "deserializerMiddleware",
  ])("stands before and after %s", async (toMiddleware) => {
    const order: string[] = [];
    const client = stage.connect();
    for (const relation of ["before", "after"] as const) {
      const middleware: FinalizeRequestMiddleware<any, any> = (next) => (args) => {
        order.push(`${relation} ${(args.request as HttpRequest | undefined)?.headers["authorization"] === undefined}`);
        return next(args);
      };
      client.middlewareStack.addRelativeTo(middleware as never, { relation, toMiddleware, name: relation });
    }
    const names = client.middlewareStack.identify().map((line) => line.split(" ")[0]);
    const place = names.indexOf(toMiddleware);
    expect(names.slice(place - 1, place + 2)).toEqual(["before", toMiddleware, "after"]);
    await stage.put("a", "x", client);
    const isSigned = (relation: string): boolean =>
      toMiddleware === "deserializerMiddleware" || (toMiddleware === "httpSigningMiddleware" && relation === "after");
    expect(order).toEqual(["before", "after"].map((relation) => `${relation} ${!isSigned(relation)}`));
  });

  it("beside a name that is not there is told the names that are", async () => {
    const client = stage.connect();
    const misplaced = { relation: "after", toMiddleware: "signingMiddleware" } as const;
    const add = async () => {
      client.middlewareStack.addRelativeTo(((next: unknown) => next) as never, misplaced);
      await stage.put("a", "x", client);
    };
    const error = await rejection(add());
    expect(error).toMatchObject({ name: "ConfigError" });
    for (const name of ["signingMiddleware", "retryMiddleware", "httpSigningMiddleware", "deserializerMiddleware"]) {
      expect(error.message).toContain(name);
    }
  });

  it("may answer by itself, and may fail", async () => {
    const client = stage.connect();
    const answer = { response: {}, output: { ETag: '"mine"', $metadata: {} } };
    const short: InitializeMiddleware<any, any> = () => async () => answer;
    client.middlewareStack.add(short, { name: "short" });
    expect(await stage.put("a", "x", client)).toBe(answer.output);
    client.middlewareStack.remove("short");
    const boom = new Error("boom");
    const failing: BuildMiddleware<any, any> = () => async () => {
      throw boom;
    };
    client.middlewareStack.add(failing, { step: "build" });
    const stream = Readable.from(["x"]);
    expect(await rejection(stage.put("a", stream, client))).toBe(boom);
    expect(stream.destroyed).toBe(true);
    expect(stage.emulator.requests).toEqual([]);
  });
});

describe.each(clouds)("the NodeHttpHandler of Smithy as transport, on $name", (cloud) => {
  const stage = useStage(cloud);
  const { commands, Bucket } = cloud;
  const handlers: NodeHttpHandler[] = [];
  afterEach(() => {
    for (const handler of handlers.splice(0)) handler.destroy();
  });
  const connect = (options: object = {}) => {
    const handler = new NodeHttpHandler({ connectionTimeout: 5000 });
    handlers.push(handler);
    // Either way round the types fit.
    const theirs: RequestHandler<any, any, any> = handler;
    const requestHandler: HttpHandler = theirs;
    return stage.connect({ requestHandler, ...options });
  };

  it.each<[string, (bytes: Buffer) => BodyInput, number]>([
    ["a string", (bytes) => bytes.toString("latin1"), 100],
    ["nothing", () => "", 0],
    ["bytes", (bytes) => bytes, 300_000],
    ["a Blob", (bytes) => new Blob([Uint8Array.from(bytes)]), 300_000],
    ["a Node stream", (bytes) => Readable.from([bytes], { objectMode: false }), 300_000],
    ["a web stream", (bytes) => new Blob([Uint8Array.from(bytes)]).stream() as ReadableStream<Uint8Array>, 300_000],
    ["a factory", (bytes) => () => Readable.from([bytes], { objectMode: false }), 300_000],
  ])("puts %s, gets it, and lists it", async (_, make, length) => {
    const client = connect();
    const bytes = pattern(length, 7).map((byte) => byte & 127);
    const content = Buffer.from(bytes);
    const { ETag } = await stage.put("folder/a b+c.txt", make(content), client);
    expect((await stage.get("folder/a b+c.txt", client)).equals(content)).toBe(true);
    const { Contents } = await client.send(new commands.ListObjectsCommand({ Bucket, Prefix: "folder/" }));
    expect(Contents).toMatchObject([{ Key: "folder/a b+c.txt", Size: length, ETag }]);
    const head = await client.send(new commands.HeadObjectCommand({ Bucket, Key: "folder/a b+c.txt" }));
    expect(head.ContentLength).toBe(length);
  });

  it("uploads in parts", async () => {
    const client = connect();
    const at = { Bucket, Key: "a" };
    const { UploadId } = await client.send(new commands.InitiateMultipartUploadCommand(at));
    const bodies = [pattern(1_100_000, 1), pattern(1_100_000, 2), pattern(5, 3)];
    const Parts = await Promise.all(
      bodies.map(async (bytes, index) => {
        const Body = index % 2 ? () => Readable.from([bytes], { objectMode: false }) : bytes;
        const PartNumber = index + 1;
        const { ETag } = await client.send(new commands.UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
        return { PartNumber, ETag };
      }),
    );
    const done = await client.send(new commands.CompleteMultipartUploadCommand({ ...at, UploadId, Parts }));
    expect(done.ETag).toMatch(/-3"$|^"\w{32}"$/);
    expect((await stage.get("a", client)).equals(Buffer.concat(bodies))).toBe(true);
  });

  it("fails as our own do", async () => {
    const client = connect();
    expect(await rejection(stage.get("missing", client))).toMatchObject({ name: "ServiceError", code: "NoSuchKey" });
    const boom = new Error("boom");
    const failing = new Readable({
      read() {
        this.destroy(boom);
      },
    });
    expect(await rejection(stage.put("a", failing, client))).toBe(boom);
    expect(await stage.stored("a")).toBeUndefined();
    const closed = connect({ endpoint: "http://127.0.0.1:1" });
    expect(await rejection(stage.put("a", "x", closed))).toMatchObject({
      name: "TransportError",
      phase: "connect",
      code: "ECONNREFUSED",
    });
    const aborter = new AbortController();
    const reason = new Error("enough");
    stage.emulator.faults = () => {
      setImmediate(() => aborter.abort(reason));
      return new Promise<undefined>(() => {});
    };
    const sending = client.send(new commands.GetObjectCommand({ Bucket, Key: "a" }), { signal: aborter.signal });
    expect(await rejection(sending)).toBe(reason);
  });

  it("is retried, resumed and checked like ours", async () => {
    const client = connect();
    const BODY = pattern(400_000);
    stage.emulator.faults = ({ index }) => (index < 2 ? { resetRequestAt: 1 } : undefined);
    await stage.put("a", BODY, client);
    let left = 1;
    stage.emulator.faults = () => (left-- > 0 ? { truncateResponseAt: 100_000 } : undefined);
    expect((await stage.get("a", client)).equals(BODY)).toBe(true);
    stage.emulator.faults = () => ({ corruptResponseAt: 100_000 });
    expect(await rejection(stage.get("a", client))).toMatchObject({ name: "IntegrityError" });
    stage.emulator.faults = () => ({ corruptRequestAt: 100_000 });
    const stream = Readable.from([BODY], { objectMode: false });
    expect(await rejection(stage.put("b", stream, client))).toMatchObject({ name: "IntegrityError" });
  });
});
