import { mkdtemp, rm } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { COSClient } from "@cosmoss/client-cos";
import { ConfigError, OSSClient, presign, TransportError } from "@cosmoss/client-oss";
import * as cos from "@cosmoss/commands-cos";
import * as oss from "@cosmoss/commands-oss";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { Clock } from "@cosmoss/types";
import { afterEach, describe, expect, it } from "vitest";
import { sendSigned } from "./oss/testing.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "./start-emulator.ts";

const COS_BUCKET = "photos-1250000000";
const open: { close?(): Promise<void>; destroy?(): void }[] = [];

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  open.push(emulator);
  return emulator;
}
function ossClient(emulator: Emulator, more: object = {}): OSSClient {
  const client = new OSSClient({ ...emulator.oss, maxAttempts: 1, ...more });
  open.push(client);
  return client;
}
function cosClient(emulator: Emulator, more: object = {}): COSClient {
  const client = new COSClient({ ...emulator.cos, maxAttempts: 1, ...more });
  open.push(client);
  return client;
}
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) {
    one.destroy?.();
    await one.close?.();
  }
});

describe("an emulator", () => {
  it("starts quickly and is ready for both services", async () => {
    const began = performance.now();
    const emulator = await start({ buckets: { oss: ["photos"], cos: [COS_BUCKET] } });
    console.log(`started in ${(performance.now() - began).toFixed(1)} ms`);
    expect(emulator.url).toBe(`http://127.0.0.1:${emulator.port}`);
    expect(emulator.oss).toEqual({
      endpoint: emulator.url,
      region: "cn-hangzhou",
      credentials: emulator.credentials,
    });
    await ossClient(emulator).send(new oss.PutObjectCommand({ Bucket: "photos", Key: "a", Body: "of OSS" }));
    await cosClient(emulator).send(new cos.PutObjectCommand({ Bucket: COS_BUCKET, Key: "a", Body: "of COS" }));
    const ofOss = await ossClient(emulator).send(new oss.GetObjectCommand({ Bucket: "photos", Key: "a" }));
    expect(await ofOss.Body.text()).toBe("of OSS");
    const ofCos = await cosClient(emulator).send(new cos.GetObjectCommand({ Bucket: COS_BUCKET, Key: "a" }));
    expect(await ofCos.Body.text()).toBe("of COS");
    expect(emulator.requests.map(({ provider, operation }) => `${provider} ${operation}`)).toEqual([
      "oss PutObject",
      "cos PutObject",
      "oss GetObject",
      "cos GetObject",
    ]);
  });

  it("tells the services apart by signature, even for a bucket of the same name", async () => {
    const emulator = await start({ buckets: { oss: [COS_BUCKET], cos: [COS_BUCKET] } });
    await ossClient(emulator).send(new oss.PutObjectCommand({ Bucket: COS_BUCKET, Key: "only-oss" }));
    await cosClient(emulator).send(new cos.PutObjectCommand({ Bucket: COS_BUCKET, Key: "only-cos" }));
    const inOss = await ossClient(emulator).send(new oss.ListObjectsCommand({ Bucket: COS_BUCKET }));
    const inCos = await cosClient(emulator).send(new cos.ListObjectsCommand({ Bucket: COS_BUCKET }));
    expect([inOss.Contents.map(({ Key }) => Key), inCos.Contents.map(({ Key }) => Key)]).toEqual([
      ["only-oss"],
      ["only-cos"],
    ]);
  });

  it("knows the ways to say a bucket", async () => {
    const emulator = await start({
      buckets: { oss: ["photos"] },
      cnames: { "static.example.com": { provider: "oss", bucket: "photos" } },
      localDomains: ["localhost", "emulator.test"],
    });
    const text = (host?: string) =>
      sendSigned(
        emulator,
        { bucket: "photos", key: "a", ...(host !== undefined && { host }) },
        { time: Date.now() },
      ).then((answer) => answer.text);
    await ossClient(emulator).send(new oss.PutObjectCommand({ Bucket: "photos", Key: "a", Body: "found" }));
    for (const host of [
      undefined,
      "photos.localhost",
      `photos.localhost:${emulator.port}`,
      "photos.oss.localhost",
      "photos.oss-cn-hangzhou.localhost",
      "photos.emulator.test",
      "static.example.com",
      "photos.oss-cn-hangzhou.aliyuncs.com",
      "photos.oss-cn-hangzhou-internal.aliyuncs.com",
      "photos.oss-accelerate.aliyuncs.com",
    ]) {
      expect([host, await text(host)]).toEqual([host, "found"]);
    }
    const virtual = ossClient(emulator, { endpoint: `http://localhost:${emulator.port}`, pathStyle: false });
    const { url } = await presign(virtual, new oss.GetObjectCommand({ Bucket: "photos", Key: "a" }), { expiresIn: 60 });
    expect(url).toContain(`http://photos.localhost:${emulator.port}/a?`);
  });

  it("has the clock that it is given", async () => {
    const clock = new FakeClock(Date.UTC(2030, 0, 1));
    const emulator = await start({ clock, buckets: { oss: ["photos"] } });
    const client = ossClient(emulator, { clock });
    await client.send(new oss.PutObjectCommand({ Bucket: "photos", Key: "a" }));
    const { LastModified } = await client.send(new oss.HeadObjectCommand({ Bucket: "photos", Key: "a" }));
    expect(LastModified).toEqual(new Date(Date.UTC(2030, 0, 1)));
    // A client that goes by another clock learns the right one.
    const late = ossClient(emulator, { maxAttempts: 3, clock: new FakeClock(Date.UTC(2024, 0, 1)) });
    await late.send(new oss.HeadObjectCommand({ Bucket: "photos", Key: "a" }));
    expect(emulator.requests.slice(-2).map(({ status }) => status)).toEqual([403, 200]);
  });

  it("knows the keys that it is given, and no others", async () => {
    const credentials = [
      { accessKeyId: "one", accessKeySecret: "secret-1" },
      { accessKeyId: "two", accessKeySecret: "secret-2", securityToken: "token-2" },
    ];
    const emulator = await start({ credentials, buckets: { oss: ["photos"], cos: [COS_BUCKET] } });
    expect(emulator.credentials).toBe(credentials[0]);
    for (const pair of credentials) {
      await ossClient(emulator, { credentials: pair }).send(new oss.ListBucketsCommand());
      await cosClient(emulator, { credentials: pair }).send(new cos.ListBucketsCommand());
    }
    const other = { accessKeyId: "emulator", accessKeySecret: "emulator-secret" };
    await expect(ossClient(emulator, { credentials: other }).send(new oss.ListBucketsCommand())).rejects.toMatchObject({
      code: "InvalidAccessKeyId",
    });
    await expect(cosClient(emulator, { credentials: other }).send(new cos.ListBucketsCommand())).rejects.toMatchObject({
      code: "InvalidAccessKeyId",
    });
    await expect(startEmulator({ credentials: [] })).rejects.toBeInstanceOf(ConfigError);
  });

  it("logs requests without what must not be seen", async () => {
    const emulator = await start({ buckets: { oss: ["photos"] }, logLimit: 3 });
    const client = ossClient(emulator);
    await client.send(new oss.PutObjectCommand({ Bucket: "photos", Key: "ü", Body: "12345" }));
    const { Body } = await client.send(new oss.GetObjectCommand({ Bucket: "photos", Key: "ü" }));
    await Body.bytes();
    await client.send(new oss.HeadObjectCommand({ Bucket: "photos", Key: "none" })).catch(() => undefined);
    expect(emulator.requests).toEqual([
      entry({ operation: "PutObject", method: "PUT", key: "ü", path: "/photos/%C3%BC", requestBytes: 5 }),
      entry({ operation: "GetObject", method: "GET", key: "ü", path: "/photos/%C3%BC", responseBytes: 5 }),
      entry({
        operation: "HeadObject",
        method: "HEAD",
        key: "none",
        path: "/photos/none",
        status: 404,
        code: "NoSuchKey",
      }),
    ]);
    const { url } = await presign(client, new oss.GetObjectCommand({ Bucket: "photos", Key: "ü" }), { expiresIn: 60 });
    await (await fetch(url)).text();
    expect(emulator.requests).toHaveLength(3);
    expect(emulator.requests[2]?.connection).not.toBe(emulator.requests[1]?.connection);
    expect(JSON.stringify(emulator.requests)).not.toMatch(/signature|credential|secret/i);
    emulator.clearRequests();
    expect(emulator.requests).toEqual([]);
  });

  it("answers a presigned URL of either service to anybody", async () => {
    const emulator = await start({ buckets: { oss: ["photos"], cos: [COS_BUCKET] } });
    const put = await presign(
      ossClient(emulator),
      new oss.PutObjectCommand({ Bucket: "photos", Key: "a b", ContentType: "text/plain" }),
      { expiresIn: 60 },
    );
    expect((await fetch(put.url, { method: put.method, headers: put.headers, body: "hello" })).status).toBe(200);
    const get = await presign(ossClient(emulator), new oss.GetObjectCommand({ Bucket: "photos", Key: "a b" }), {
      expiresIn: 60,
    });
    const answer = await fetch(get.url);
    expect([await answer.text(), answer.headers.get("content-type")]).toEqual(["hello", "text/plain"]);
    const cosPut = await presign(cosClient(emulator), new cos.PutObjectCommand({ Bucket: COS_BUCKET, Key: "a b" }), {
      expiresIn: 60,
    });
    expect((await fetch(cosPut.url, { method: "PUT", headers: cosPut.headers, body: "hello" })).status).toBe(200);
  });
});

describe("an emulator with a directory", () => {
  it("still has everything after it was started again", async () => {
    const directory = await mkdtemp(join(tmpdir(), "cosmoss-"));
    const options: EmulatorOptions = { directory, buckets: { oss: ["photos"], cos: [COS_BUCKET] } };
    const at = { Bucket: "photos", Key: "a" };
    const first = await startEmulator(options);
    const client = new OSSClient(first.oss);
    await client.send(new oss.PutBucketCommand({ Bucket: "made-later", Acl: "public-read", StorageClass: "IA" }));
    await client.send(
      new oss.PutObjectCommand({ ...at, Body: Buffer.alloc(300_000, "x"), Metadata: { a: "1" }, Tagging: { t: "1" } }),
    );
    const described = await client.send(new oss.HeadObjectCommand(at));
    const { UploadId } = await client.send(new oss.InitiateMultipartUploadCommand({ ...at, StorageClass: "IA" }));
    const { ETag } = await client.send(new oss.UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: "part" }));
    client.destroy();
    await first.close();

    const second = ossClient(await start(options));
    const { Buckets } = await second.send(new oss.ListBucketsCommand());
    expect(Buckets.map(({ Name, StorageClass }) => [Name, StorageClass])).toEqual([
      ["made-later", "IA"],
      ["photos", "Standard"],
    ]);
    const { $metadata: _, ...before } = described;
    expect(await second.send(new oss.HeadObjectCommand(at))).toMatchObject(before);
    const { Body } = await second.send(new oss.GetObjectCommand(at));
    expect(await Body.bytes()).toHaveLength(300_000);
    await second.send(new oss.CompleteMultipartUploadCommand({ ...at, UploadId, Parts: [{ PartNumber: 1, ETag }] }));
    expect(await second.send(new oss.HeadObjectCommand(at))).toMatchObject({ ContentLength: 4, StorageClass: "IA" });
    for (const one of open.splice(0).toReversed()) await (one.close?.() ?? one.destroy?.());
    await rm(directory, { recursive: true });
  });

  it("does not share it", async () => {
    const directory = await mkdtemp(join(tmpdir(), "cosmoss-"));
    await start({ directory });
    await expect(startEmulator({ directory })).rejects.toThrow(directory);
    await open.pop()?.close?.();
    await rm(directory, { recursive: true });
  });
});

describe("the end of an emulator", () => {
  it("is refused the port of another, and leaves its directory free", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const directory = await mkdtemp(join(tmpdir(), "cosmoss-"));
    await expect(startEmulator({ port, directory })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await new Promise((resolve) => other.close(resolve));
    const emulator = await startEmulator({ port, directory });
    expect(emulator.port).toBe(port);
    await emulator.close();
    await rm(directory, { recursive: true });
  });

  it("leaves no handle, whatever was going on", async () => {
    while (sockets() > 0) await turn(); // Of the tests before.
    const timers = new Set<unknown>();
    const clock: Clock = {
      now: () => Date.now(),
      setTimeout(callback, ms) {
        const timer = setTimeout(callback, ms);
        timers.add(timer);
        return timer;
      },
      clearTimeout(timer) {
        timers.delete(timer);
        clearTimeout(timer as NodeJS.Timeout);
      },
    };
    const emulator = await startEmulator({ clock });
    const client = new OSSClient({ ...emulator.oss, maxAttempts: 1 });
    const at = { Bucket: "photos", Key: "a" };
    await client.send(new oss.PutBucketCommand({ Bucket: "photos", Acl: "public-read-write" }));
    await client.send(new oss.PutObjectCommand({ ...at, Body: Buffer.alloc(1 << 20) }));
    // An upload that has come halfway, one that is stalled, a download that nobody reads, a request that waits, and a connection without one.
    const upload = connect(emulator.port, "127.0.0.1");
    upload.on("error", () => undefined);
    upload.write("PUT /a HTTP/1.1\r\nHost: photos.localhost\r\nContent-Length: 10\r\n\r\n12345");
    const stalled = connect(emulator.port, "127.0.0.1");
    stalled.on("error", () => undefined);
    stalled.write("PUT /a HTTP/1.1\r\nHost: photos.localhost\r\nX-Stall: 1\r\nContent-Length: 10\r\n\r\n12345");
    const idle = connect(emulator.port, "127.0.0.1");
    idle.on("error", () => undefined);
    emulator.faults = ({ method, headers }) => {
      if (headers["x-stall"]) return { stallRequestAt: 5 };
      return method === "HEAD" ? { latencyMs: 3_600_000 } : { stallResponseAt: 1000 };
    };
    const waiting = client.send(new oss.HeadObjectCommand(at)).catch((error: unknown) => error);
    const { Body } = await client.send(new oss.GetObjectCommand(at));
    while (timers.size < 2) await turn();
    expect(sockets()).toBeGreaterThan(5);
    await emulator.close();
    expect(timers.size).toBe(0);
    expect(await waiting).toBeInstanceOf(TransportError);
    await Body.cancel();
    client.destroy();
    upload.destroy();
    stalled.destroy();
    idle.destroy();
    while (sockets() > 0) await turn(); // That would never end.
    await expect(fetch(emulator.url)).rejects.toThrow("fetch failed");
    await emulator.close();
  });
});

/** A log entry that differs from an ordinary one in these. */
function entry(more: object): object {
  return {
    provider: "oss",
    bucket: "photos",
    status: 200,
    code: undefined,
    requestBytes: 0,
    responseBytes: 0,
    connection: 1,
    ...more,
  };
}

/** Sockets and servers of this process that are open. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
}
