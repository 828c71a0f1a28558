import { Agent } from "node:http";
import { Readable } from "node:stream";
import { ConfigError, DecodeError, IntegrityError, ServiceError, TransportError } from "@cosmoss/errors";
import { readBody, startHttpServer, startTcpServer, type TestServer } from "@cosmoss/testkit/transport-server";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { afterEach, describe, expect, it } from "vitest";
import { clouds, guardProcess, makeTransport, matrix, oss, pattern, rejection, useStage, webStream } from "./stage.ts";

const credentials = { accessKeyId: "emulator", accessKeySecret: "emulator-secret" };

guardProcess();

describe.each(clouds)("what $name is not even asked", (cloud) => {
  const stage = useStage(cloud);
  const { PutObjectCommand, HeadObjectCommand, CopyObjectCommand } = cloud.commands;
  const { Bucket } = cloud;

  it.each(["", "nowhere", "cn-hangzhou.example.com", "CN-HANGZHOU", "cn hangzhou", "cn-", undefined])(
    "a region %j, which cannot be one",
    (region) => {
      const make = () => new cloud.Client({ credentials, region: region as string });
      expect(make).toThrow(
        expect.objectContaining({ name: "ConfigError", message: expect.stringMatching(/^region .* is no region id/) }),
      );
    },
  );

  it("a region that does not exist: no host has its name", async () => {
    const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    const asked: string[] = [];
    const httpAgent = new Agent({
      lookup(hostname, _options, callback) {
        asked.push(hostname);
        setImmediate(() => callback(notFound, "", 4));
      },
    });
    const client = new cloud.Client({
      credentials,
      region: "cn-atlantis",
      secure: false,
      clock: stage.clock,
      requestHandler: new NodeHttpTransport({ httpAgent }),
    });
    const error = await rejection(client.send(new HeadObjectCommand({ Bucket, Key: "a" })));
    expect(error).toMatchObject({ name: "TransportError", phase: "connect", code: "ENOTFOUND" });
    expect(error.message).toContain("cn-atlantis");
    expect(asked).toHaveLength(4);
    httpAgent.destroy();
  });

  it.each([
    ["an empty bucket", { Bucket: "" }, /Bucket is empty/],
    ["no bucket", { Bucket: undefined }, /Bucket is missing/],
    ["a bucket that cannot be one", { Bucket: "Not_A_Bucket" }, /Bucket "Not_A_Bucket": expected /],
    ["a bucket that would be another host", { Bucket: "evil.example/" }, /Bucket .*: expected /],
    ["an empty key", { Key: "" }, /Key is empty/],
    ["no key", { Key: undefined }, /Key is missing/],
    ["a key that is too long", { Key: "k".repeat(cloud.maxKeyBytes + 1) }, /Key is longer than \d+ bytes/],
    ["a key too long in UTF-8 alone", { Key: "中".repeat(Math.floor(cloud.maxKeyBytes / 3) + 1) }, /longer than/],
    ["half a surrogate pair", { Key: "a\ud800b" }, /surrogate/],
    ["a body that is none", { Body: 42 }, /Body must be/],
    ["a member of another type", { ContentLength: "5" }, /ContentLength: expected a whole number/],
    ["a line break in a header", { ContentType: "text/plain\r\nx-evil: 1" }, /ContentType: .*control characters/],
  ])("%s", async (_, input, message) => {
    const command = new PutObjectCommand({ Bucket, Key: "a", Body: "x", ...input } as never);
    const error = await rejection(stage.client.send(command));
    expect(ConfigError.isInstance(error), error).toBe(true);
    expect(error.message).toMatch(message);
    expect(stage.emulator.requests).toEqual([]);
  });

  it("a copy from a place that cannot be", async () => {
    for (const CopySource of [
      { Bucket, Key: "k".repeat(2000) },
      { Bucket, Key: "\udfff" },
    ]) {
      const error = await rejection(stage.client.send(new CopyObjectCommand({ Bucket, Key: "a", CopySource })));
      expect(ConfigError.isInstance(error), error).toBe(true);
    }
    expect(stage.emulator.requests).toEqual([]);
  });

  it("takes the longest key there may be", async () => {
    const Key = "k".repeat(cloud.maxKeyBytes);
    await stage.put(Key, "x");
    expect(String(await stage.get(Key))).toBe("x");
  });
});

describe.each(clouds)("keys that $name refuses", (cloud) => {
  const never = new Date(Date.UTC(9999, 0));
  const longAgo = new Date(Date.UTC(2000, 0));
  const stage = useStage(cloud, "node:http", {
    credentials: [
      credentials,
      { ...credentials, accessKeyId: "temporary", securityToken: "the-token", expiration: never },
      { ...credentials, accessKeyId: "expired", securityToken: "the-token", expiration: longAgo },
    ],
  });
  const { GetObjectCommand, HeadObjectCommand } = cloud.commands;
  const input = { Bucket: cloud.Bucket, Key: "a" };

  it.each([
    ["a wrong secret", { accessKeySecret: "wrong" }, ["SignatureDoesNotMatch", "SignatureDoesNotMatch"]],
    ["an unknown id", { accessKeyId: "nobody" }, ["InvalidAccessKeyId", "InvalidAccessKeyId"]],
    [
      "a wrong token",
      { accessKeyId: "temporary", securityToken: "other" },
      ["AccessKeyIdAndSecurityTokenNotMatch", "AccessDenied"],
    ],
    [
      "no token where there should be one",
      { accessKeyId: "temporary" },
      ["AccessKeyIdAndSecurityTokenNotMatch", "AccessDenied"],
    ],
    [
      "an expired token",
      { accessKeyId: "expired", securityToken: "the-token" },
      ["SecurityTokenExpired", "ExpiredToken"],
    ],
  ])("%s", async (_, change, codes) => {
    const keys = { ...credentials, ...change };
    const code = codes[cloud === oss ? 0 : 1]!;
    await stage.put("a", "x");
    stage.emulator.clearRequests();
    const client = stage.connect({ credentials: keys });
    const error = await rejection(client.send(new GetObjectCommand(input)));
    expect(ServiceError.isInstance(error), error).toBe(true);
    const statusCode = code === "ExpiredToken" ? 400 : 403;
    expect(error).toMatchObject({ code, statusCode, fault: "client", resource: `${cloud.Bucket}/a` });
    expect(error.message).toContain(error.code);
    expect(error.requestId).toBeTruthy();
    // Asking again changes nothing; keys that might have been renewed are worth one more try.
    expect(stage.emulator.requests.length).toBe(/Token/.test(code) ? 2 : 1);
    // A HEAD has no document to say why.
    const silent = await rejection(client.send(new HeadObjectCommand(input)));
    expect(silent).toMatchObject({ name: "ServiceError", statusCode, code: expect.stringMatching(/^[A-Z]\w+$/) });
  });

  it("keys of the right kind work", async () => {
    const client = stage.connect({
      credentials: { ...credentials, accessKeyId: "temporary", securityToken: "the-token" },
    });
    await stage.put("a", "x", client);
    expect(String(await stage.get("a", client))).toBe("x");
  });
});

describe.each(matrix)("bodies that are not what they say, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, UploadPartCommand, InitiateMultipartUploadCommand, ListPartsCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const chunks = (): Readable => Readable.from([Buffer.alloc(600, 1), Buffer.alloc(400, 2)]);

  it.each([999, 1001, 0, 5_000_000])("1,000 bytes that claim to be %i", async (ContentLength) => {
    const inMemory = new PutObjectCommand({ ...at, Body: Buffer.alloc(1000), ContentLength });
    expect(await rejection(stage.client.send(inMemory))).toMatchObject({ name: "ConfigError" });
    expect(stage.emulator.requests).toEqual([]);

    const stream = chunks();
    const error = await rejection(stage.client.send(new PutObjectCommand({ ...at, Body: stream, ContentLength })));
    expect(IntegrityError.isInstance(error), error).toBe(true);
    expect(error).toMatchObject({ algorithm: "length", expected: String(ContentLength) });
    expect(await stage.stored("a")).toBeUndefined();
    expect(stream.destroyed).toBe(true);
  });

  it("a part that is not what it says is not kept", async () => {
    const { UploadId } = await stage.client.send(new InitiateMultipartUploadCommand(at));
    const part = { ...at, UploadId, PartNumber: 1 };
    for (const ContentLength of [999, 1001]) {
      const sending = stage.client.send(new UploadPartCommand({ ...part, Body: chunks(), ContentLength }));
      expect(await rejection(sending)).toMatchObject({ name: "IntegrityError" });
    }
    expect((await stage.client.send(new ListPartsCommand({ ...at, UploadId }))).Parts).toEqual([]);
    await stage.client.send(new UploadPartCommand({ ...part, Body: chunks(), ContentLength: 1000 }));
    expect((await stage.client.send(new ListPartsCommand({ ...at, UploadId }))).Parts).toMatchObject([{ Size: 1000 }]);
  });

  it.each([
    ["a Node stream", (error: Error) => Readable.from(failing(error), { objectMode: false })],
    ["a web stream", (error: Error) => webStream(failing(error))],
    ["an async iterable", (error: Error) => failing(error)],
    ["a factory", (error: Error) => () => failing(error)],
  ])("%s that fails halfway", async (_, make) => {
    for (const ContentLength of [undefined, 2_000_000]) {
      const boom = new Error("the disk is gone");
      const error = await rejection(
        stage.client.send(new PutObjectCommand({ ...at, Body: make(boom), ...(ContentLength && { ContentLength }) })),
      );
      expect(error).toBe(boom);
      expect(await stage.stored("a")).toBeUndefined();
    }
  });
});

async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < 10; count++) yield pattern(100_000, count);
  throw error;
}

describe.each(matrix)("a server that closes halfway, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { PutObjectCommand, GetObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const BODY = pattern(3_000_000);

  it.each(["content-length", "chunked"])("during an upload with %s", async (kind) => {
    const client = stage.connect({ maxAttempts: 1 });
    stage.emulator.faults = () => ({ resetRequestAt: 1_000_000 });
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let from = 0; from < BODY.length; from += 50_000) yield BODY.subarray(from, from + 50_000);
    }
    const input = { ...at, Body: pieces(), ...(kind === "content-length" && { ContentLength: BODY.length }) };
    const error = await rejection(client.send(new PutObjectCommand(input)));
    expect(TransportError.isInstance(error), error).toBe(true);
    expect(error.phase).toMatch(/request|response/);
    expect(await stage.stored("a")).toBeUndefined();
  });

  it.each(["resetResponseAt", "truncateResponseAt"])("during a download, again and again (%s)", async (fault) => {
    await stage.put("a", BODY);
    // Only the first response brings anything: then three without a byte are enough.
    stage.emulator.faults = ({ headers }) => ({ [fault]: headers["range"] ? 0 : 1_000_000 });
    const { Body } = await stage.client.send(new GetObjectCommand(at));
    const error = await rejection(Body.bytes());
    expect(TransportError.isInstance(error), error).toBe(true);
    expect(error.message).toContain(`${cloud.Bucket}/a`);
    const ranges = stage.emulator.requests.filter(({ operation }) => operation === "GetObject").length;
    expect(ranges).toBeGreaterThan(3);
    expect(ranges).toBeLessThan(20);
  });

  it("during a download without a length, where nothing tells the end but the end", async () => {
    const server = await startTcpServer((socket) => {
      socket.once("data", () => {
        socket.write('HTTP/1.1 200 OK\r\netag: "x"\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
        setImmediate(() => socket.end());
      });
    });
    const client = stage.connect({ endpoint: `http://127.0.0.1:${server.port}` });
    const { Body } = await client.send(new GetObjectCommand(at));
    expect(await rejection(Body.bytes())).toMatchObject({ name: "TransportError", phase: "body" });
    await server.close();
  });
});

describe.each(matrix)("documents that no service should send, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { ListObjectsCommand, ListBucketsCommand, InitiateMultipartUploadCommand } = cloud.commands;
  let server: TestServer | undefined;
  afterEach(() => server?.close());

  /** What a listing of this document gives. */
  async function list(document: string | Buffer, headers: Record<string, string> = {}) {
    await server?.close();
    server = await startHttpServer((request, response) => {
      void readBody(request).then(() =>
        response.writeHead(200, { "content-type": "application/xml", ...headers }).end(document),
      );
    });
    const client = stage.connect({
      endpoint: `http://127.0.0.1:${server.port}`,
      requestHandler: makeTransport(transport),
    });
    return client.send(new ListObjectsCommand({ Bucket: cloud.Bucket }));
  }
  const listing = (content: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>${content}</ListBucketResult>`;
  const object = (key: string): string =>
    `<Contents><Key>${key}</Key><LastModified>2024-05-06T12:00:00.000Z</LastModified><ETag>&quot;0&quot;</ETag><Size>1</Size></Contents>`;

  it("10,000 keys with control characters, 5,000 of them quoted", async () => {
    const written = Array.from({ length: 10_000 }, (_, index) => [
      `dir\u0001/${index}\u001f`,
      index % 2 ? `&quot;` : `&#34;`,
      `&#x7;&#8;&lt;&amp;`,
    ]);
    const { Contents } = await list(listing(written.map((parts) => object(parts.join(""))).join("")));
    expect(Contents).toHaveLength(10_000);
    expect(Contents.map(({ Key }) => Key)).toEqual(written.map(([first]) => `${first}"\u0007\b<&`));
    expect(Contents.every(({ ETag }) => ETag === '"0"')).toBe(true);
  });

  it("a DTD", async () => {
    const laughs = `<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>${listing(object("&b;")).slice(38)}`;
    const outside = `<!DOCTYPE x SYSTEM "file:///etc/passwd">${listing("").slice(38)}`;
    for (const document of [laughs, outside]) {
      const error = await rejection(list(document));
      expect(DecodeError.isInstance(error), error).toBe(true);
      expect(error.message).toContain("DOCTYPE");
    }
  });

  it("100,000 nested elements, known and unknown", async () => {
    for (const name of ["Contents", "x"]) {
      const document = listing(`<${name}>`.repeat(100_000) + `</${name}>`.repeat(100_000));
      expect(await rejection(list(document))).toMatchObject({
        name: "DecodeError",
        message: expect.stringContaining("deep"),
      });
    }
    const unclosed = listing("<Contents>".repeat(100_000));
    expect(await rejection(list(unclosed))).toMatchObject({ name: "DecodeError" });
  });

  it("__proto__ and its like as names of elements", async () => {
    const evil = ["__proto__", "constructor", "prototype", "toString"]
      .map((name) => `<${name}><polluted>yes</polluted><IsTruncated>true</IsTruncated></${name}>`)
      .join("");
    const output = await list(listing(evil + object("a").replace("<Key>", evil + "<Key>")));
    expect(output.Contents.map(({ Key }) => Key)).toEqual(["a"]);
    for (const value of [output, output.Contents[0]!, {}, Object]) {
      expect((value as { polluted?: string }).polluted).toBeUndefined();
      expect((value as { IsTruncated?: boolean }).IsTruncated).toBeUndefined();
    }
    expect(Object.getPrototypeOf(output)).toBe(Object.prototype);
    expect(Object.keys(output)).not.toContain("__proto__");
    expect(typeof output.toString).toBe("function");
  });

  it("an error document of the same kind", async () => {
    for (const document of [
      `<!DOCTYPE x [<!ENTITY a "lol">]><Error><Code>&a;</Code></Error>`,
      "<Error>".repeat(100_000),
      `<Error><__proto__><Code>x</Code></__proto__><Code>Real</Code></Error>`,
      "\0\0\0",
      "",
    ]) {
      await server?.close();
      server = await startHttpServer((_, response) => response.writeHead(404).end(document));
      const client = stage.connect({ endpoint: `http://127.0.0.1:${server.port}` });
      const error = await rejection(client.send(new ListBucketsCommand({})));
      expect(ServiceError.isInstance(error), error).toBe(true);
      expect(error.statusCode).toBe(404);
      expect(Object.getPrototypeOf(error.details)).toBe(Object.prototype);
      expect(({} as { Code?: string }).Code).toBeUndefined();
    }
  });

  it("what is no document at all", async () => {
    for (const document of [
      "",
      "   ",
      "hello",
      "<html><body>Sign in</body></html>",
      "<ListBucketResult>",
      Buffer.from([0xff, 0xfe, 0]),
    ]) {
      const error = await rejection(list(document));
      expect(DecodeError.isInstance(error), `${String(document)}: ${String(error)}`).toBe(true);
    }
    const client = stage.connect({ endpoint: `http://127.0.0.1:${server!.port}` });
    const initiating = client.send(new InitiateMultipartUploadCommand({ Bucket: cloud.Bucket, Key: "a" }));
    expect(await rejection(initiating)).toMatchObject({ name: "DecodeError" });
  });
});
