import type COS from "cos-nodejs-sdk-v5";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { awkwardKeys, bytes, dottedKey } from "./content.ts";
import { cosRegion as Region, cosSdk, cosVersions, emulatorForFile, loopbackAgent } from "./vendors.ts";

const Bucket = "addressed-1250000000";
const custom = "static.example.com";
const emulator = await emulatorForFile({
  buckets: { cos: [Bucket] },
  cnames: Object.fromEntries(
    [custom, "localhost"].map((host) => [host, { provider: "cos", bucket: Bucket, region: Region }]),
  ),
});
const { port } = emulator;
const agent = loopbackAgent();
const content = bytes(1000);
const at = (Key: string) => ({ Bucket, Region, Key });
/** Where plain fetch finds the bucket too. */
const here = { Domain: `localhost:${port}`, Ip: "" };

describe.each(cosVersions)("cos-nodejs-sdk-v5 %s", (_version, Constructor) => {
  describe("addresses", () => {
    test.each([
      ["another address for the host of the bucket", { Ip: `127.0.0.1:${port}` }],
      ["through a proxy", { Ip: "", Proxy: `http://127.0.0.1:${port}` }],
      [
        "the backup host, through a proxy",
        { Ip: "", Proxy: emulator.url, Domain: "{Bucket}.cos.{Region}.tencentcos.cn" },
      ],
      ["the global host, through a proxy", { Ip: "", Proxy: emulator.url, UseAccelerate: true }],
      ["a name below localhost", { Ip: "", Domain: `{Bucket}.localhost:${port}` }],
      ["a host of the bucket's own", { Ip: "", Domain: `${custom}:${port}` }],
      ["localhost", here],
    ])("%s", async (_address, options) => {
      const cos = cosSdk(Constructor, emulator, options);
      onLoopback(cos);
      const Key = "dir/a b+c 中.txt";
      await cos.putObject({ ...at(Key), Body: content });
      expect(((await cos.getObject(at(Key))).Body as Buffer).equals(content)).toBe(true);
      expect((await cos.getBucket({ Bucket, Region, Prefix: "dir/" })).Contents).toMatchObject([{ Key }]);
      await cos.deleteObject(at(Key));
      await expect(cos.getObject(at(Key))).rejects.toMatchObject({ code: "NoSuchKey" });
    });

    test("a host for the list of buckets", async () => {
      const cos = cosSdk(Constructor, emulator, { Ip: "", ServiceDomain: `127.0.0.1:${port}` });
      expect((await cos.getService()).Buckets.map(({ Name }) => Name)).toEqual([Bucket]);
    });
  });

  describe("signed URLs", () => {
    const cos = cosSdk(Constructor, emulator, here);
    /** Both forms: the second encodes the list of signed parameters once more. */
    const urls = async (params: COS.GetObjectUrlParams): Promise<string[]> => [
      cos.getObjectUrl(params, () => {}),
      await new Promise<string>((resolve, reject) => {
        cos.getObjectUrl(params, (error, data) => (error ? reject(error as unknown as Error) : resolve(data.Url)));
      }),
    ];
    beforeAll(async () => {
      await cos.putObject({ ...at("signed.txt"), Body: content });
    });

    test("GET and PUT", async () => {
      for (const url of await urls({ ...at("signed.txt"), Expires: 60 })) {
        const got = await fetch(url);
        expect(got.status).toBe(200);
        expect(Buffer.from(await got.arrayBuffer()).equals(content)).toBe(true);
      }
      for (const [i, url] of (await urls({ ...at("put by url"), Method: "PUT" })).entries()) {
        const headers = { "content-type": `text/x-${i}` };
        expect((await fetch(url, { method: "PUT", headers, body: content })).status).toBe(200);
        const put = await cos.getObject(at("put by url"));
        expect((put.Body as Buffer).equals(content)).toBe(true);
        expect(put.headers).toMatchObject(headers);
      }
    });

    test("with other headers in the answer", async () => {
      const Query = {
        "response-content-type": "text/html; charset=utf-8",
        "response-content-disposition": 'attachment; filename="a b+c.txt"',
        "response-cache-control": "max-age=1",
      };
      for (const url of await urls({ ...at("signed.txt"), Query })) {
        const got = await fetch(url);
        expect(got.status).toBe(200);
        for (const [name, value] of Object.entries(Query)) {
          expect(got.headers.get(name.slice("response-".length))).toBe(value);
        }
        await got.arrayBuffer();
        expect(await codeOf(url.replace("max-age%3D1", "max-age%3D2"))).toEqual([403, "SignatureDoesNotMatch"]);
      }
    });

    test("with signed headers", async () => {
      const Headers = { "x-cos-meta-a": "1 +中".slice(0, 3) };
      for (const url of await urls({ ...at("with headers"), Method: "PUT", Headers } as COS.GetObjectUrlParams)) {
        expect((await fetch(url, { method: "PUT", headers: Headers, body: "x" })).status).toBe(200);
        const other = { ...Headers, "x-cos-meta-a": "2" };
        expect(await codeOf(url, { method: "PUT", headers: other, body: "x" })).toEqual([403, "SignatureDoesNotMatch"]);
      }
      expect((await cos.headObject(at("with headers"))).headers).toMatchObject(Headers);
    });

    test("are good for one method, for one key, until they expire, with the right secret", async () => {
      for (const url of await urls(at("signed.txt"))) {
        expect(await codeOf(url, { method: "DELETE" })).toEqual([403, "SignatureDoesNotMatch"]);
        expect(await codeOf(url.replace("signed.txt", "other.txt"))).toEqual([403, "SignatureDoesNotMatch"]);
      }
      const expired = await fetch(cos.getObjectUrl({ ...at("signed.txt"), Expires: -10 }, () => {}));
      expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining("Request has expired")]);
      const wrong = cosSdk(Constructor, emulator, { ...here, SecretKey: "wrong" });
      expect(await codeOf(wrong.getObjectUrl(at("signed.txt"), () => {}))).toEqual([403, "SignatureDoesNotMatch"]);
      const unsigned = cos.getObjectUrl({ ...at("signed.txt"), Sign: false }, () => {});
      expect(await codeOf(unsigned)).toEqual([403, "AccessDenied"]);
    });

    test("of a signature in the query or in the header", async () => {
      const authorization = cos.getAuth({ Method: "get", ...at("signed.txt") } as COS.GetAuthParams);
      const url = `${emulator.url}/signed.txt`;
      const host = `${Bucket}.cos.${Region}.myqcloud.com`;
      for (const [target, headers] of [
        [`${url}?${authorization}`, {}],
        [`${url}?sign=${encodeURIComponent(authorization)}`, {}],
        [url, { authorization }],
      ] as const) {
        const [status, body] = await getVia(target, { host, ...headers });
        expect([status, body.length]).toEqual([200, 1000]);
      }
    });

    test.each(awkwardKeys)("for the key %j", async (Key) => {
      await cos.putObject({ ...at(Key), Body: content });
      for (const url of await urls(at(Key))) {
        const got = await fetch(url);
        expect([got.status, (await got.arrayBuffer()).byteLength]).toEqual([200, 1000]);
      }
    });

    test("at the host of the bucket", async () => {
      const Key = dottedKey;
      await cos.putObject({ ...at(Key), Body: content });
      const named = cosSdk(Constructor, emulator);
      const [, host, path] = /^http:\/\/([^/]+)(\/.*)$/.exec(named.getObjectUrl(at(Key), () => {}))!;
      expect(host).toBe(`${Bucket}.cos.${Region}.myqcloud.com`);
      const [status, body] = await getVia(emulator.url + path, { host: host! });
      expect([status, body.equals(content)]).toEqual([200, true]);
    });
  });
});

/** Lets the SDK find every host on loopback, through the hook it has for changing requests. */
function onLoopback(cos: COS): void {
  cos.on("before-send", (options: { agent?: unknown; proxy?: string }) => {
    if (options.proxy === undefined) options.agent = agent;
  });
}

async function codeOf(url: string, init?: RequestInit): Promise<[status: number, code: string | undefined]> {
  const response = await fetch(url, init);
  return [response.status, /<Code>(\w+)/.exec(await response.text())?.[1]];
}

/** GET of a URL as it is written, with a Host header of its own. */
async function getVia(
  url: string,
  headers: Record<string, string>,
): Promise<[status: number | undefined, body: Buffer]> {
  const path = url.slice(emulator.url.length);
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      buffer(response).then((body) => resolve([response.statusCode, body]), reject);
    })
      .on("error", reject)
      .end();
  });
}
