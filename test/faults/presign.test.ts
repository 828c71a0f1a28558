import { COSPresigner } from "@cosmoss/client-cos/presign";
import { OSSPresigner } from "@cosmoss/client-oss/presign";
import { presign, type PresignedRequest, type PresignOptions } from "@cosmoss/client-oss";
import type { Command, SigningConfig } from "@cosmoss/core";
import { SignerV1 } from "@cosmoss/signer-oss/v1";
import type { Credentials } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { type Cloud, clouds, cos, guardProcess, HastyClock, oss, pattern, rejection, useStage } from "./stage.ts";

guardProcess();

type Presigner = { readonly config: SigningConfig };

/** Follows a link as anyone would, with nothing but `fetch`. */
function follow({ url, method, headers, body }: PresignedRequest, payload?: string | Buffer): Promise<Response> {
  const content = body ?? payload;
  return fetch(url, { method, headers, ...(content !== undefined && { body: content as BodyInit }) });
}

const element = (document: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(document)![1]!;

const variants: { name: string; cloud: Cloud; options: () => object }[] = [
  { name: "oss V4", cloud: oss, options: () => ({}) },
  { name: "oss V1", cloud: oss, options: () => ({ signer: new SignerV1({}) }) },
  { name: "cos", cloud: cos, options: () => ({}) },
];

describe.each(variants)("links to everything, $name", ({ cloud, options }) => {
  const stage = useStage(cloud);
  const { commands } = cloud;

  it("each command: signed here, carried out by fetch", async () => {
    const { endpoint, region, credentials } = stage.emulator[cloud.name];
    const Presigner = cloud === oss ? OSSPresigner : COSPresigner;
    const presigner = new Presigner({ endpoint, region, credentials, ...options() });
    const untried = new Set(Object.keys(commands).filter((name) => name.endsWith("Command")));
    /** Signs a command by its name, follows the link, and gives the document of the answer. */
    async function go(name: string, input: object, payload?: string | Buffer): Promise<string> {
      untried.delete(name);
      const Class = (commands as unknown as Record<string, new (input: object) => Command<any, any>>)[name]!;
      const response = await follow(await presign(presigner, new Class(input)), payload);
      const text = await response.text();
      expect(response.ok, `${name}: ${response.status} ${text}`).toBe(true);
      return text;
    }
    const Bucket = cloud === oss ? "another" : "another-1250000000";
    const at = { Bucket, Key: "Ordner/a b+c%/é?.txt" };
    const bytes = pattern(150_000);

    await go("PutBucketCommand", { Bucket });
    await go(cloud === oss ? "GetBucketInfoCommand" : "HeadBucketCommand", { Bucket });
    expect(await go("ListBucketsCommand", {})).toContain(Bucket);
    await go("PutObjectCommand", { ...at, Metadata: { who: "zoë" }, Tagging: { tag: "1" } }, bytes);
    expect((await stage.client.send(new commands.HeadObjectCommand(at))).Metadata).toEqual({ who: "zoë" });
    await go("HeadObjectCommand", at);
    expect(await go("GetObjectTaggingCommand", at)).toContain("<Key>tag</Key>");
    const link = await presign(presigner, new commands.GetObjectCommand({ ...at, Range: "bytes=10-19" }));
    expect(Buffer.from(await (await follow(link)).arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    await go("GetObjectCommand", {
      ...at,
      ResponseContentType: "text/html",
      ResponseContentDisposition: 'attachment; filename="x y"',
    });
    await go("AppendObjectCommand", { Bucket, Key: "log", Position: 0 }, bytes);
    await go("CopyObjectCommand", { Bucket, Key: "copy", CopySource: at });
    expect(await go("ListObjectsCommand", { Bucket, Prefix: "Ordner/", Delimiter: "/" })).toContain("CommonPrefixes");
    if (cloud === oss) await go("ListObjectsV2Command", { Bucket, StartAfter: "a b" });
    const parts = { Bucket, Key: "parts/ü" };
    const UploadId = element(await go("InitiateMultipartUploadCommand", parts), "UploadId");
    await go("UploadPartCommand", { ...parts, UploadId, PartNumber: 1 }, bytes);
    const copied = await go("UploadPartCopyCommand", { ...parts, UploadId, PartNumber: 2, CopySource: at });
    expect(copied).toContain("ETag");
    const { Parts } = await stage.client.send(new commands.ListPartsCommand({ ...parts, UploadId }));
    await go("ListPartsCommand", { ...parts, UploadId });
    await go("ListMultipartUploadsCommand", { Bucket });
    const chosen = (cloud === oss ? Parts : Parts.slice(0, 1)).map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    await go("CompleteMultipartUploadCommand", { ...parts, UploadId, Parts: chosen });
    const second = element(await go("InitiateMultipartUploadCommand", parts), "UploadId");
    await go("AbortMultipartUploadCommand", { ...parts, UploadId: second });
    await go("DeleteMultipleObjectsCommand", {
      Bucket,
      Objects: [{ Key: "copy" }, { Key: "log" }, { Key: parts.Key }],
    });
    await go("DeleteObjectCommand", at);
    await go("DeleteBucketCommand", { Bucket });
    expect([...untried]).toEqual([]);
    expect(stage.emulator.requests.filter(({ status }) => status! >= 300)).toEqual([]);
  });

  it("gives the service's own error where there is one", async () => {
    const client = stage.connect(options());
    const missing = await follow(
      await presign(client, new commands.GetObjectCommand({ Bucket: cloud.Bucket, Key: "missing" })),
    );
    expect([missing.status, element(await missing.text(), "Code")]).toEqual([404, "NoSuchKey"]);
    const wrong = stage.connect({
      ...options(),
      credentials: { ...stage.emulator.credentials, accessKeySecret: "wrong" },
    });
    const refused = await follow(
      await presign(wrong, new commands.GetObjectCommand({ Bucket: cloud.Bucket, Key: "a" })),
    );
    expect([refused.status, element(await refused.text(), "Code")]).toEqual([403, "SignatureDoesNotMatch"]);
  });
});

/** The end that is signed in a URL, in milliseconds since the epoch. */
function endOf(url: string): number {
  const query = new URL(url).searchParams;
  const seconds = query.get("Expires") ?? query.get("q-sign-time")?.split(";")[1];
  if (seconds !== undefined) return Number(seconds) * 1000;
  const begin = query.get("x-oss-date")!.replace(/(....)(..)(..T..)(..)/, "$1-$2-$3:$4:");
  return Date.parse(begin) + Number(query.get("x-oss-expires")) * 1000;
}

describe.each(variants)("what a link is good for, $name", ({ name, cloud, options }) => {
  const clock = new HastyClock();
  const temporary: Credentials = { accessKeyId: "temporary", accessKeySecret: "secret", securityToken: "to+ken/==" };
  const stage = useStage(cloud, "node:http", {
    clock,
    credentials: [{ accessKeyId: "emulator", accessKeySecret: "emulator-secret" }, temporary],
  });
  const { GetObjectCommand, PutObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const sign = (credentials?: object, limits?: PresignOptions, command: Command<any, any> = new GetObjectCommand(at)) =>
    presign(
      stage.connect({
        ...options(),
        clock,
        ...(credentials && { credentials: credentials as Credentials }),
      }) as Presigner,
      command,
      limits,
    );

  it("a time: the one asked for, or that of the token when that ends first", async () => {
    clock.offset = 0;
    await stage.put("a", "hello");
    const now = clock.now();
    for (const [expiresIn, lifetime, seconds] of [
      [undefined, undefined, 900],
      [60, undefined, 60],
      [60, 600, 60],
      [600, 60, 60],
      [undefined, 300, 300],
    ] as const) {
      clock.offset = 0;
      const expiration = lifetime === undefined ? {} : { expiration: new Date(now + lifetime * 1000) };
      const credentials = lifetime === undefined ? undefined : { ...temporary, ...expiration };
      const link = await sign(credentials, expiresIn === undefined ? undefined : { expiresIn });
      const left = (link.expiresAt.getTime() - now) / 1000;
      expect(left).toBeGreaterThan(seconds - 2);
      expect(left).toBeLessThanOrEqual(seconds + 2);
      expect(link.expiresAt.getTime()).toBeLessThanOrEqual(expiration.expiration?.getTime() ?? Infinity);
      expect(endOf(link.url)).toBe(link.expiresAt.getTime());
      expect(await (await follow(link)).text()).toBe("hello");
      clock.offset = (seconds - 10) * 1000;
      expect((await follow(link)).status).toBe(200);
      clock.offset = (seconds + 10) * 1000;
      const late = await follow(link);
      expect([late.status, element(await late.text(), "Code")]).toEqual([403, "AccessDenied"]);
    }
    clock.offset = 0;
    for (const [credentials, limits] of [
      [{ ...temporary, expiration: new Date(now - 1000) }, undefined],
      [undefined, { expiresIn: 0 }],
      [undefined, { expiresIn: 1.5 }],
      [undefined, { expiresIn: NaN }],
      ...(name === "oss V4" ? [[undefined, { expiresIn: 604_801 }]] : []),
    ] as [object | undefined, PresignOptions | undefined][]) {
      expect(await rejection(sign(credentials, limits))).toMatchObject({ name: "ConfigError" });
    }
  });

  it("a content type: the one that was asked for, and on COS any when none was", async () => {
    clock.offset = 0;
    const any = await sign(undefined, undefined, new PutObjectCommand(at));
    expect(Object.keys(any.headers).filter((header) => header === "content-type")).toEqual([]);
    // OSS takes the content type of every request into account, so that such a link is for requests without one.
    if (cloud === cos) {
      const response = await fetch(any.url, {
        method: any.method,
        headers: { ...any.headers, "content-type": "image/x" },
        body: "x",
      });
      expect(response.status, await response.text()).toBe(200);
      expect((await follow(any, "text, for which fetch adds a type")).status).toBe(200);
    }
    expect((await follow(any, Buffer.from("x"))).status).toBe(200);
    const png = await sign(undefined, undefined, new PutObjectCommand({ ...at, ContentType: "image/png" }));
    expect(png.headers["content-type"]).toBe("image/png");
    expect((await follow(png, "x")).status).toBe(200);
    const other = await fetch(png.url, {
      method: png.method,
      headers: { ...png.headers, "content-type": "text/html" },
      body: "x",
    });
    expect([other.status, element(await other.text(), "Code")]).toEqual([403, "SignatureDoesNotMatch"]);
  });

  it("one request: no other method, key, bucket, time or header", async () => {
    clock.offset = 0;
    await stage.put("a", "hello");
    const link = await sign();
    const changed = [
      [link.url, "DELETE"],
      [link.url.replace("/a?", "/b?"), "GET"],
      [link.url.replace(/signature=(.)/i, (_, first: string) => `Signature=${first === "0" ? "1" : "0"}`), "GET"],
      [
        link.url.replace(
          /(x-oss-date=\d{7})\d|(q-sign-time=\d+%3B\d*)\d|(Expires=\d*)\d/,
          (all: string) => all.slice(0, -1) + ((Number(all.at(-1)) + 1) % 10),
        ),
        "GET",
      ],
    ] as const;
    for (const [url, method] of changed) {
      expect(url === link.url && method === "GET").toBe(false);
      const { status } = await fetch(url, { method });
      expect([400, 403], `${method} ${url}`).toContain(status);
    }
    const tagged = await sign(undefined, undefined, new PutObjectCommand({ ...at, Metadata: { one: "1" } }));
    const other = { ...tagged.headers, [`${cloud.headerPrefix}meta-one`]: "2" };
    expect((await fetch(tagged.url, { method: "PUT", headers: other, body: Buffer.from("x") })).status).toBe(403);
  });
});

describe.each(clouds)("links of $name that cannot be", (cloud) => {
  const stage = useStage(cloud);

  it("are refused here, without a request", async () => {
    const { GetObjectCommand } = cloud.commands;
    const anonymous = stage.connect({ credentials: "anonymous" });
    for (const [client, input] of [
      [anonymous, { Bucket: cloud.Bucket, Key: "a" }],
      [stage.client, { Bucket: "", Key: "a" }],
      [stage.client, { Bucket: cloud.Bucket, Key: "" }],
    ] as const) {
      expect(await rejection(presign(client, new GetObjectCommand(input)))).toMatchObject({ name: "ConfigError" });
    }
    expect(stage.emulator.requests).toEqual([]);
  });
});
