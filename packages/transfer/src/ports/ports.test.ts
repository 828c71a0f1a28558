import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { crc64 } from "@cosmoss/checksum";
import type { Client, ClientOptions } from "@cosmoss/core";
import { ConfigError, DecodeError, ServiceError } from "@cosmoss/errors";
import { type Emulator, startEmulator } from "@cosmoss/emulator";
import type { HttpHandler, HttpResponse, Pluggable } from "@cosmoss/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cosPort } from "../cos.ts";
import { ossPort } from "../oss.ts";
import { TransferPool } from "../pool/pool.ts";
import type { PortableAttributes, TransferPort } from "./port.ts";

const BUCKETS = { oss: "photos", cos: "photos-1250000000" };
const ATTRIBUTES = {
  ContentType: "text/x-thing; charset=utf-8",
  CacheControl: "max-age=60",
  ContentDisposition: 'attachment; filename="ü.txt"',
  ContentEncoding: "identity",
  Expires: "Wed, 21 Oct 2037 07:28:00 GMT",
  Metadata: { author: "Zoë 漢", "x-1": "" },
  Tagging: { team: "core", "a b": "1+1=2", none: "" },
} satisfies PortableAttributes;
const { Tagging: TAGS, ...HEADERS } = ATTRIBUTES;

let emulator: Emulator;
const clients: Client[] = [];
beforeEach(async () => {
  emulator = await startEmulator({ buckets: { oss: [BUCKETS.oss], cos: [BUCKETS.cos] } });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await emulator.close();
});

type Provider = "oss" | "cos";

function connect(provider: Provider, options: Partial<ClientOptions> = {}): Client {
  const client =
    provider === "oss"
      ? new OSSClient({ ...emulator.oss, maxAttempts: 1, ...options })
      : new COSClient({ ...emulator.cos, maxAttempts: 1, ...options });
  clients.push(client);
  return client;
}
function portOf(client: Client, provider: Provider): TransferPort {
  return (provider === "oss" ? ossPort(client) : cosPort(client)) as TransferPort;
}

/** Pages of two, whatever is asked for. */
const smallPages: Pluggable<any, any> = {
  applyToStack(stack) {
    stack.add(
      (next, context) => (args) => {
        const limit = { Parts: "MaxParts", MultipartUploads: "MaxUploads" };
        const kind = /^List(.*?)(?:V2)?Command$/.exec(String(context["commandName"]))?.[1];
        const member = kind && (limit[kind as keyof typeof limit] ?? "MaxKeys");
        return next(member ? { ...args, input: { ...args.input, [member]: 2 } } : args);
      },
      { step: "initialize", name: "smallPages" },
    );
  },
};

/** The transport of a client, but for what it changes in the answers. */
function answering({ config }: Client, change: (response: HttpResponse) => void): HttpHandler {
  return {
    async handle(request, options) {
      const answer = await config.requestHandler.handle(request, options);
      change(answer.response);
      return answer;
    },
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!ServiceError.isInstance(error)) throw new Error("the service did not refuse", { cause: error });
  return `${error.statusCode} ${error.code}`;
}

describe.each<Provider>(["oss", "cos"])("a port of %s", (provider) => {
  const Bucket = BUCKETS[provider];
  const Key = "ä b/1+1?.txt";
  const at = { Bucket, Key };
  const language = provider === "oss" ? { ContentLanguage: "de" } : {};
  let client: Client;
  let port: TransferPort;
  let partSize: number;
  beforeEach(() => {
    client = connect(provider);
    port = portOf(client, provider);
    partSize = port.limits.minPartSize;
  });

  const put = (text: string, attributes: object = {}, where = at) =>
    port.put(where, text, Buffer.byteLength(text), attributes);
  const textOf = async (where = at) => (await port.get(where)).body.text();
  const bytes = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + seed) & 255);

  it("lets bytes take longer than a client's limits, which count for everything else", async () => {
    const hurried = connect(provider, { attemptTimeoutMs: 20, totalTimeoutMs: 40 });
    const own = portOf(hurried, provider);
    const upload = await port.initiate(at, {});
    emulator.faults = () => ({ latencyMs: 150 });
    await own.put(at, "hello", 5, {});
    await own.uploadPart(upload, 1, "hello", 5);
    expect(await (await own.get(at)).body.text()).toBe("hello");
    await expect(own.head(at)).rejects.toMatchObject({ name: "TimeoutError", timeout: "attempt" });
    emulator.faults = undefined;
    await port.abort(upload);
  });

  /** An upload with these parts. */
  const begin = async (parts: readonly Uint8Array[], attributes: object = {}, where = at) => {
    const upload = await port.initiate(where, attributes);
    const sent = await Promise.all(
      parts.map(async (part, i) => ({
        PartNumber: i + 1,
        ...(await port.uploadPart(upload, i + 1, part, part.length)),
      })),
    );
    return { upload, parts: sent };
  };

  it("stores objects with all that goes along, and gives it back", async () => {
    const given = { ...ATTRIBUTES, ...language, Metadata: { Author: "Zoë 漢", "X-1": "" } };
    const { ETag, ...rest } = await put("hello", given);
    expect(ETag).toMatch(/^"5d41402abc4b2a76b9719d911017c592"$/i);
    expect(rest).toEqual({ HashCrc64ecma: crc64(Buffer.from("hello")) });
    const object = {
      ...at,
      ...(provider === "cos" && { Region: "ap-guangzhou" }),
      Size: 5,
      ETag,
      HashCrc64ecma: crc64(Buffer.from("hello")),
      LastModified: expect.any(Date),
      attributes: { ...HEADERS, ...language },
      tagCount: 3,
    };
    expect(await port.head(at)).toEqual(object);
    const got = await port.get(at);
    expect(got.object).toEqual(object);
    expect(await got.body.text()).toBe("hello");
    expect(await port.tags(at)).toEqual(TAGS);
  });

  it("says no more of an object than there is", async () => {
    await put("", {}, { Bucket, Key: "plain.bin" });
    const { attributes, tagCount, Size } = await port.head({ Bucket, Key: "plain.bin" });
    expect([attributes, tagCount, Size]).toEqual([{ ContentType: "application/octet-stream" }, 0, 0]);
    expect(await port.tags({ Bucket, Key: "plain.bin" })).toEqual({});
  });

  it("stores streams of a known length, and refuses one of another length", async () => {
    async function* pieces() {
      yield Buffer.from("one,");
      yield Buffer.from("two");
    }
    await port.put(at, pieces(), 7, {});
    expect(await textOf()).toBe("one,two");
    await expect(port.put(at, pieces(), 8, {})).rejects.toThrow("length");
    expect(await textOf()).toBe("one,two");
  });

  it("rejects as the client does for what is not there", async () => {
    // COS gives no reason for a HEAD.
    expect(await codeOf(port.head(at))).toBe(provider === "oss" ? "404 NoSuchKey" : "404 NotFound");
    expect(await codeOf(port.get(at))).toBe("404 NoSuchKey");
    expect(await codeOf(port.tags(at))).toBe("404 NoSuchKey");
    expect(await codeOf(port.copy(at, { Bucket, Key: "copy" }))).toBe("404 NoSuchKey");
    await expect(port.head({ Bucket, Key: "" })).rejects.toBeInstanceOf(ConfigError);
  });

  it("gets ranges, as long as the object is the same", async () => {
    const { ETag: IfMatch } = await put("0123456789");
    const { object, body } = await port.get({ ...at, range: [2, 4], IfMatch });
    expect([await body.text(), object.Size, object.ETag]).toEqual(["234", 10, IfMatch]);
    expect(object.HashCrc64ecma).toBe(crc64(Buffer.from("0123456789")));
    expect(await (await port.get({ ...at, range: [8, 99] })).body.text()).toBe("89");
    expect(await codeOf(port.get({ ...at, range: [10, 11] }))).toBe("416 InvalidRange");
    await put("another");
    expect(await codeOf(port.get({ ...at, range: [2, 4], IfMatch }))).toBe("412 PreconditionFailed");
    expect(await codeOf(port.get({ ...at, IfMatch }))).toBe("412 PreconditionFailed");
  });

  it("lets the client take up a body that breaks off", async () => {
    const content = bytes(200_000);
    await port.put(at, content, content.length, {});
    let count = 0;
    emulator.faults = () => (count++ === 0 ? { truncateResponseAt: 50_000 } : undefined);
    const { body } = await port.get({ ...at, range: [10, 150_009] });
    expect(Buffer.compare(await body.bytes(), content.subarray(10, 150_010))).toBe(0);
    expect(count).toBe(2);
  });

  it("does not take the whole for a range, nor an answer without what it needs", async () => {
    await put("0123456789");
    const without = (header: string) =>
      portOf(
        connect(provider, {
          requestHandler: answering(client, ({ headers }) => delete headers[header]),
        }),
        provider,
      );
    await expect(without("content-range").get({ ...at, range: [2, 4] })).rejects.toBeInstanceOf(DecodeError);
    await expect(without("etag").head(at)).rejects.toThrow(/no ETag; in a browser/);
    await expect(without("etag").put(at, "x", 1, {})).rejects.toThrow(/no ETag/);
    await expect(without("content-length").head(at)).rejects.toThrow(/no Content-Length/);
    // No CRC-64, no member.
    const answer = await without(`x-${provider}-hash-crc64ecma`).put(at, "x", 1, {});
    expect(Object.keys(answer)).toEqual(["ETag"]);
  });

  it("stores objects in parts, with all that goes along", async () => {
    const content = [bytes(partSize, 1), bytes(partSize, 2), bytes(3, 3)];
    const ContentDisposition = 'attachment; filename="ü.txt"';
    const { upload, parts } = await begin(content, { ...ATTRIBUTES, ...language, ContentDisposition });
    expect(upload).toEqual({ ...at, UploadId: expect.any(String) });
    expect(parts.map(({ HashCrc64ecma }) => HashCrc64ecma)).toEqual(content.map((part) => crc64(part)));
    const { ETag } = await port.complete(upload, parts, {});
    expect(ETag).toMatch(/-3"$/);
    const object = await port.head(at);
    expect(object).toMatchObject({ ETag, Size: 2 * partSize + 3, tagCount: 3 });
    expect(object.attributes).toEqual({ ...HEADERS, ...language, ContentDisposition });
    expect(await port.tags(at)).toEqual(TAGS);
    expect(object.HashCrc64ecma).toBe(crc64(Buffer.concat(content)));
  });

  it("lists parts and uploads, page by page", async () => {
    client.use(smallPages);
    const five = [1, 2, 3, 4, 5].map((length) => bytes(length));
    const { upload, parts } = await begin(five);
    const others = ["ä b/2", "ä b/2", "ä b/3", "z"];
    for (const name of others) await begin([], {}, { Bucket, Key: name });
    emulator.clearRequests();
    expect(await all(port.listParts(upload))).toEqual(
      parts.map(({ PartNumber, ETag }, i) => ({ PartNumber, ETag, Size: i + 1 })),
    );
    expect(emulator.requests).toHaveLength(3);
    const uploads = await all(port.listUploads({ Bucket, Prefix: "ä b/" }));
    expect(uploads.map((one) => one.Key)).toEqual([Key, "ä b/2", "ä b/2", "ä b/3"]);
    expect(uploads[0]).toEqual({ Key, UploadId: upload.UploadId, Initiated: expect.any(Date) });
    expect(await all(port.listUploads({ Bucket }))).toHaveLength(5);
    await port.abort(upload);
    expect(await codeOf(all(port.listParts(upload)))).toBe("404 NoSuchUpload");
    expect(await codeOf(port.abort(upload))).toBe("404 NoSuchUpload");
    expect(await codeOf(port.complete(upload, parts, {}))).toBe("404 NoSuchUpload");
  });

  it("goes on with the parts that the service still has", async () => {
    const { upload } = await begin([bytes(1), bytes(2), bytes(3)]);
    expect(await emulator.loseParts({ provider, ...at, PartNumbers: [2] })).toBe(1);
    expect((await all(port.listParts(upload))).map(({ PartNumber }) => PartNumber)).toEqual([1, 3]);
  });

  it("does not overwrite where that is forbidden, in one request or in parts", async () => {
    const ForbidOverwrite = { ForbidOverwrite: true };
    await put("first", ForbidOverwrite);
    expect(await codeOf(put("second", ForbidOverwrite))).toBe("409 FileAlreadyExists");
    expect(await codeOf(port.initiate(at, ForbidOverwrite))).toBe("409 FileAlreadyExists");
    expect(await codeOf(port.copy(at, at, ForbidOverwrite))).toBe("409 FileAlreadyExists");
    const { upload, parts } = await begin([bytes(5)]);
    expect(await codeOf(port.complete(upload, parts, ForbidOverwrite))).toBe("409 FileAlreadyExists");
    expect(await textOf()).toBe("first");
    await port.complete(upload, parts, {});
    expect((await port.head(at)).Size).toBe(5);
  });

  it("makes objects public, in one request, in parts and as a copy", async () => {
    const attributes = provider === "oss" ? { ObjectAcl: "public-read" } : { ACL: "public-read" };
    const isPublic = async (name: string) => (await fetch(`${emulator.url}/${Bucket}/${name}`)).status === 200;
    await put("x", attributes, { Bucket, Key: "put" });
    const { upload, parts } = await begin([bytes(5)], attributes, { Bucket, Key: "parts" });
    await port.complete(upload, parts, attributes);
    await port.copy({ Bucket, Key: "put" }, { Bucket, Key: "copy" }, attributes);
    await port.copy({ Bucket, Key: "put" }, { Bucket, Key: "own" });
    expect(await Promise.all(["put", "parts", "copy", "own"].map(isPublic))).toEqual([true, true, true, false]);
  });

  it("copies on the server, as it is or with other attributes", async () => {
    const { ETag } = await put("hello", { ...ATTRIBUTES, ...language });
    const target = { Bucket, Key: "copy" };
    expect(await port.copy({ ...at, IfMatch: ETag }, target)).toEqual({
      ETag,
      HashCrc64ecma: crc64(Buffer.from("hello")),
    });
    expect(await textOf(target)).toBe("hello");
    expect((await port.head(target)).attributes).toEqual({ ...HEADERS, ...language });
    expect(await port.tags(target)).toEqual(TAGS);
    await port.copy(at, target, { ContentType: "text/css", Tagging: { only: "1" } });
    expect((await port.head(target)).attributes).toEqual({ ContentType: "text/css" });
    expect(await port.tags(target)).toEqual({ only: "1" });
    await port.copy(at, target, { ContentType: "text/css" });
    expect(await port.tags(target)).toEqual({});
    expect(await codeOf(port.copy({ ...at, IfMatch: '"x"' }, target))).toBe("412 PreconditionFailed");
  });

  it("copies ranges into parts, as long as the source is the same", async () => {
    const content = bytes(partSize + 1000);
    const { ETag: IfMatch } = await port.put(at, content, content.length, {});
    const upload = await port.initiate({ Bucket, Key: "copy" }, {});
    const ranges = [
      [0, partSize - 1],
      [partSize, partSize + 999],
    ] as const;
    const parts = [];
    for (const [i, range] of ranges.entries()) {
      const { ETag, ...rest } = await port.copyPart(upload, i + 1, { ...at, range, IfMatch });
      const crc = crc64(content.subarray(range[0], range[1] + 1));
      expect(rest).toEqual(provider === "oss" ? {} : { HashCrc64ecma: crc });
      parts.push({ PartNumber: i + 1, ETag });
    }
    expect(await codeOf(port.copyPart(upload, 3, { ...at, range: [0, 1], IfMatch: '"x"' }))).toBe(
      "412 PreconditionFailed",
    );
    await port.complete(upload, parts, {});
    expect((await port.head({ Bucket, Key: "copy" })).HashCrc64ecma).toBe(crc64(content));
  });

  it("lists objects in the order of their UTF-8 bytes, page by page", async () => {
    client.use(smallPages);
    // In UTF-16 the last two would be the other way round.
    const names = ["p/ +%&<>", "p/a", "p/a/", "p/ü\u0001", "p/\uffee", "p/\u{1f600}"];
    for (const name of [...names].reverse()) await put(name, {}, { Bucket, Key: name });
    await put("other", {}, { Bucket, Key: "other" });
    emulator.clearRequests();
    const listed = await all(port.list({ Bucket, Prefix: "p/" }));
    expect(listed.map((object) => object.Key)).toEqual(names);
    expect(emulator.requests).toHaveLength(3);
    expect(listed[1]).toEqual({ Key: "p/a", Size: 3, ETag: expect.any(String), LastModified: expect.any(Date) });
    expect((await port.head({ Bucket, Key: "p/a" })).ETag).toBe(listed[1]!.ETag);
    expect(await all(port.list({ Bucket }))).toHaveLength(7);
    expect(await all(port.list({ Bucket, Prefix: "none" }))).toEqual([]);
  });

  it("asks for a thousand objects at a time", async () => {
    await Promise.all(Array.from({ length: 130 }, (_, i) => put("x", {}, { Bucket, Key: `k${i}` })));
    emulator.clearRequests();
    expect(await all(port.list({ Bucket }))).toHaveLength(130);
    expect(emulator.requests).toHaveLength(1);
  });

  it("deletes one and many, whether they are there or not", async () => {
    const names = ["a", "b<&>", "ü +%", "c"];
    for (const name of names) await put("x", {}, { Bucket, Key: name });
    await port.delete({ Bucket, Key: "a" });
    await port.delete({ Bucket, Key: "a" });
    expect(await port.deleteMany(Bucket, ["a", "b<&>", "ü +%"])).toEqual([]);
    expect((await all(port.list({ Bucket }))).map((object) => object.Key)).toEqual(["c"]);
    emulator.clearRequests();
    expect(await port.deleteMany(Bucket, [])).toEqual([]);
    expect(emulator.requests).toEqual([]);
  });

  it("tells which of many could not be deleted", async () => {
    const xml =
      provider === "oss"
        ? "<DeleteResult><EncodingType>url</EncodingType><Deleted><Key>a+%C3%BC</Key></Deleted></DeleteResult>"
        : "<DeleteResult><Error><Key>locked</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    const requestHandler: HttpHandler = {
      handle: async () => ({ response: { statusCode: 200, headers: {}, body: new Response(xml).body } }),
    };
    const failures = await portOf(connect(provider, { requestHandler }), provider).deleteMany(Bucket, [
      "a ü",
      "locked",
    ]);
    expect(failures).toMatchObject([
      provider === "oss"
        ? { Key: "locked", Code: "NotDeleted" }
        : { Key: "locked", Code: "AccessDenied", Message: "no" },
    ]);
  });

  it("ends with the signal that it is given", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await put("x");
    const upload = { ...at, UploadId: "u" };
    const options = { signal };
    emulator.clearRequests();
    for (const call of [
      () => port.head(at, options),
      () => port.tags(at, options),
      () => port.get(at, options),
      () => port.put(at, "x", 1, {}, options),
      () => port.copy(at, { Bucket, Key: "copy" }, {}, options),
      () => port.initiate(at, {}, options),
      () => port.uploadPart(upload, 1, "x", 1, options),
      () => port.copyPart(upload, 1, { ...at, range: [0, 0] }, options),
      () => all(port.listParts(upload, options)),
      () => all(port.listUploads({ Bucket }, options)),
      () => port.complete(upload, [], {}, options),
      () => port.abort(upload, options),
      () => all(port.list({ Bucket }, options)),
      () => port.delete(at, options),
      () => port.deleteMany(Bucket, ["a"], options),
    ]) {
      await expect(call(), call.toString()).rejects.toThrow("enough");
    }
    expect(emulator.requests).toEqual([]);
  });

  it("takes clock and checking from its client, and the pool that it is given", () => {
    expect(port).toMatchObject({ provider, clock: client.config.clock, checksum: true });
    expect(port.pool).toBeInstanceOf(TransferPool);
    const pool = new TransferPool();
    const make = provider === "oss" ? ossPort : cosPort;
    const other = make(connect(provider, { checksum: false }), { pool, random: () => 0.25 });
    expect([other.checksum, other.pool, other.random()]).toEqual([false, pool, 0.25]);
    expect(port.random()).toBeLessThan(1);
  });

  it("is none of the other provider's client", () => {
    const make = provider === "oss" ? cosPort : ossPort;
    expect(() => make(client)).toThrow(ConfigError);
  });
});

describe("the tags of an object without", () => {
  const answer = (statusCode: number, xml: string) => {
    const handle: HttpHandler["handle"] = async () => ({
      response: { statusCode, headers: {}, body: new Response(xml).body },
    });
    return cosPort(connect("cos", { requestHandler: { handle } })).tags({ Bucket: BUCKETS.cos, Key: "a" });
  };

  it("are none, whichever way COS says so", async () => {
    expect(await answer(200, "<Tagging><TagSet/></Tagging>")).toEqual({});
    expect(await answer(404, "<Error><Code>NoSuchTagSet</Code></Error>")).toEqual({});
    await expect(answer(404, "<Error><Code>NoSuchBucket</Code></Error>")).rejects.toMatchObject({
      code: "NoSuchBucket",
    });
  });
});

describe("attributes of an object of the other provider", () => {
  it("are taken along, and what has no place is named", async () => {
    const [oss, cos] = [ossPort(connect("oss")), cosPort(connect("cos"))];
    const source = { Bucket: BUCKETS.oss, Key: "a" };
    const target = { Bucket: BUCKETS.cos, Key: "a" };
    await oss.put(source, "x", 1, { ...ATTRIBUTES, ContentLanguage: "de" });
    const there = cos.adopt({ ...(await oss.head(source)).attributes, Tagging: await oss.tags(source) });
    expect(there).toEqual({ attributes: ATTRIBUTES, dropped: ["ContentLanguage"] });
    await cos.put(target, "x", 1, { ...there.attributes, Metadata: { ...ATTRIBUTES.Metadata, a_b: "1" } });
    const back = oss.adopt({ ...(await cos.head(target)).attributes, Tagging: await cos.tags(target) });
    expect(back).toEqual({ attributes: ATTRIBUTES, dropped: ["Metadata.a_b"] });
    await oss.put(source, "x", 1, back.attributes);
    expect((await oss.head(source)).attributes).toEqual(HEADERS);
  });

  it("are none where there are none", () => {
    const cos = cosPort(connect("cos"));
    expect(cos.adopt({})).toEqual({ attributes: {}, dropped: [] });
    expect(cos.adopt({ Metadata: {}, Tagging: {} })).toEqual({ attributes: {}, dropped: [] });
    expect(cos.adopt({ Metadata: { "A-b": "1", ü: "2" } })).toEqual({
      attributes: { Metadata: { "a-b": "1" } },
      dropped: ["Metadata.ü"],
    });
  });
});
