import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { OSSClient } from "@cosmoss/client-oss";
import { PutObjectCommand } from "@cosmoss/commands-oss/put-object";
import { beforeAll, describe, expect, test } from "vitest";
import { awkwardKeys, bytes, dottedKey } from "./content.ts";
import { aliOss, emulatorForFile, loopbackAgent } from "./vendors.ts";

const bucket = "addressed";
const cname = "static.example.com";
const emulator = await emulatorForFile({
  buckets: { oss: [bucket] },
  cnames: { [cname]: { provider: "oss", bucket } },
});
const agent = loopbackAgent();
const content = bytes(1000);
const signings = [
  ["V1", { authorizationV4: false }],
  ["V4", { authorizationV4: true }],
] as const;

/** How ali-oss can be told where the service is. */
const addresses = [
  ["the host of the bucket", { endpoint: `http://oss-cn-hangzhou.aliyuncs.com:${emulator.port}`, agent }],
  ["the internal host", { endpoint: `http://oss-cn-hangzhou-internal.aliyuncs.com:${emulator.port}`, agent }],
  ["a name below localhost", { endpoint: `http://oss-cn-hangzhou.localhost:${emulator.port}`, agent }],
  ["a host of the bucket's own", { endpoint: `http://${cname}:${emulator.port}`, cname: true, agent }],
  ["the path, at localhost", { endpoint: `http://localhost:${emulator.port}`, sldEnable: true }],
  ["an IP address", {}],
] as const;

describe.each(signings)("addresses, %s", (_version, signing) => {
  test.each(addresses)("%s", async (_address, options) => {
    const oss = aliOss(emulator, { bucket, ...options, ...signing });
    const key = "dir/a b+c 中.txt";
    await oss.put(key, content);
    expect((await oss.get(key)).content.equals(content)).toBe(true);
    const { objects } = await oss.list({ prefix: "dir/" });
    expect(objects.map(({ name }) => name)).toEqual([key]);
    await oss.delete(key);
    await expect(oss.get(key)).rejects.toMatchObject({ code: "NoSuchKey" });
  });
});

test.each(signings)("the list of buckets, %s", async (_version, signing) => {
  for (const [, options] of addresses.filter(([name]) => !name.includes("own"))) {
    const { buckets } = await aliOss(emulator, { ...options, ...signing }).listBuckets();
    expect(buckets?.map(({ name }) => name)).toEqual([bucket]);
  }
});

describe("signed URLs, fetched from the path", () => {
  const oss = aliOss(emulator, { bucket, endpoint: `http://localhost:${emulator.port}`, sldEnable: true });
  beforeAll(async () => {
    await oss.put("signed.txt", content);
  });

  test("V1: GET and PUT", async () => {
    const got = await fetch(oss.signatureUrl("signed.txt", { expires: 60 }));
    expect(got.status).toBe(200);
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true);

    const headers = { "Content-Type": "text/x-note" };
    const url = await oss.asyncSignatureUrl("put by url", { method: "PUT", ...headers });
    expect((await fetch(url, { method: "PUT", headers, body: content })).status).toBe(200);
    const put = await oss.get("put by url");
    expect(put.content.equals(content)).toBe(true);
    expect(put.res.headers["content-type"]).toBe("text/x-note");
    // The type is signed: another one is another request.
    const other = await fetch(url, { method: "PUT", headers: { "Content-Type": "text/plain" }, body: content });
    expect([other.status, await other.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
  });

  test("V4: GET and PUT", async () => {
    const got = await fetch(await oss.signatureUrlV4("GET", 60, undefined, "signed.txt"));
    expect(got.status).toBe(200);
    expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true);

    const headers = { "content-type": "text/x-note", "cache-control": "no-cache" };
    const url = await oss.signatureUrlV4("PUT", 60, { headers }, "put by V4", ["cache-control"]);
    expect((await fetch(url, { method: "PUT", headers, body: content })).status).toBe(200);
    expect((await oss.head("put by V4")).res.headers).toMatchObject(headers);
    const other = await fetch(url, { method: "PUT", headers: { ...headers, "cache-control": "" }, body: content });
    expect([other.status, await other.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
  });

  test("with other headers in the answer", async () => {
    const response = {
      "content-type": "text/html; charset=utf-8",
      "content-disposition": 'attachment; filename="a b+c.txt"',
      "cache-control": "max-age=1",
    };
    const queries = Object.fromEntries(Object.entries(response).map(([name, value]) => [`response-${name}`, value]));
    for (const url of [
      oss.signatureUrl("signed.txt", { response: { ...response } }),
      await oss.signatureUrlV4("GET", 60, { queries }, "signed.txt"),
    ]) {
      const got = await fetch(url);
      expect(got.status).toBe(200);
      for (const [name, value] of Object.entries(response)) expect(got.headers.get(name)).toBe(value);
      await got.arrayBuffer();
      const forged = await fetch(url.replace("max-age%3D1", "max-age%3D2"));
      expect([forged.status, await forged.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
    }
  });

  test("are good for one method, for one key, until they expire, with the right secret", async () => {
    const get = oss.signatureUrl("signed.txt");
    const getV4 = await oss.signatureUrlV4("GET", 60, undefined, "signed.txt");
    const code = async (url: string, init?: RequestInit): Promise<[number, string | undefined]> => {
      const response = await fetch(url, init);
      return [response.status, /<Code>(\w+)/.exec(await response.text())?.[1]];
    };
    for (const url of [get, getV4]) {
      expect(await code(url, { method: "DELETE" })).toEqual([403, "SignatureDoesNotMatch"]);
      expect(await code(url.replace("signed.txt", "other.txt"))).toEqual([403, "SignatureDoesNotMatch"]);
    }
    expect(await code(oss.signatureUrl("signed.txt", { expires: -10 }))).toEqual([403, "AccessDenied"]);
    const wrong = aliOss(emulator, {
      bucket,
      endpoint: `http://localhost:${emulator.port}`,
      sldEnable: true,
      accessKeySecret: "wrong",
    });
    expect(await code(wrong.signatureUrl("signed.txt"))).toEqual([403, "SignatureDoesNotMatch"]);
    const unsigned = `${emulator.url}/${bucket}/signed.txt`;
    expect(await code(unsigned)).toEqual([403, "AccessDenied"]);
  });

  test.each(awkwardKeys)("for the key %j", async (key) => {
    await oss.put(key, content);
    for (const url of [oss.signatureUrl(key), await oss.signatureUrlV4("GET", 60, undefined, key)]) {
      const got = await fetch(url);
      expect([got.status, (await got.arrayBuffer()).byteLength]).toEqual([200, 1000]);
    }
  });
});

describe("signed URLs, at hosts of the bucket", () => {
  const ours = new OSSClient(emulator.oss);

  test.each(addresses.slice(0, 4))("%s", async (_address, options) => {
    const oss = aliOss(emulator, { bucket, ...options });
    const key = dottedKey;
    await ours.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
    for (const url of [oss.signatureUrl(key), await oss.signatureUrlV4("GET", 60, undefined, key)]) {
      const [status, body] = await getVia(url);
      expect(status).toBe(200);
      expect(body.equals(content)).toBe(true);
    }
  });

  test("not with an IP address", () => {
    expect(() => aliOss(emulator, { bucket }).signatureUrl("x")).toThrow(
      "can not get the object URL when endpoint is IP",
    );
  });
});

/** GET of a URL as it is written, whose host is on loopback. */
async function getVia(url: string): Promise<[status: number | undefined, body: Buffer]> {
  const [, host, path] = /^http:\/\/([^/]+)(\/.*)$/.exec(url)!;
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: emulator.port, path, headers: { host }, agent: false }, (response) => {
      buffer(response).then((body) => resolve([response.statusCode, body]), reject);
    })
      .on("error", reject)
      .end();
  });
}
