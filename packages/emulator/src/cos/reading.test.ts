import { crc64 } from "@cosmoss/checksum";
import { GetObjectCommand, type GetObjectInput, HeadObjectCommand } from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf, element, NOON, refusalOf } from "../testing.ts";
import { Bucket, md5, sendAnonymous, sendSigned, textObjects, useCos } from "./testing.ts";

const cos = useCos();

const { put, get } = textObjects(cos);

describe("ranges of COS", () => {
  it.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=8-", "89", "bytes 8-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=5-99", "56789", "bytes 5-9/10"],
    ["bytes=0-1,4-5", "0123456789", undefined],
    ["lines=0-1", "0123456789", undefined],
  ])("give for %s %j", async (Range, text, shown) => {
    await put("a", "0123456789");
    const { $metadata, Body, ContentRange, HashCrc64ecma } = await cos.client.send(
      new GetObjectCommand({ Bucket, Key: "a", Range }),
    );
    expect(await Body.text()).toBe(text);
    expect([$metadata.httpStatusCode, ContentRange]).toEqual([shown === undefined ? 200 : 206, shown]);
    expect(HashCrc64ecma).toBe(crc64(Buffer.from("0123456789")));
  });

  it("are refused where there is nothing", async () => {
    await put("a", "0123456789");
    await put("empty", "");
    const error = await refusalOf(get("a", { Range: "bytes=10-" }));
    expect([error.statusCode, error.code]).toEqual([416, "InvalidRange"]);
    expect(error.$response?.headers["content-range"]).toBe("bytes */10");
    expect(await codeOf(get("empty", { Range: "bytes=0-" }))).toBe("416 InvalidRange");
  });
});

describe("conditions of COS", () => {
  const etag = `"${md5("a").toString("hex")}"`;
  const before = new Date(NOON - 1000);
  const same = new Date(NOON);

  it.each<[Partial<GetObjectInput>, string]>([
    [{ IfMatch: etag }, "200"],
    [{ IfMatch: etag.slice(1, -1) }, "200"],
    [{ IfMatch: "*" }, "200"],
    [{ IfMatch: '"other"' }, "412 PreconditionFailed"],
    [{ IfNoneMatch: etag }, "304 NotModified"],
    [{ IfNoneMatch: '"other"' }, "200"],
    [{ IfModifiedSince: same }, "304 NotModified"],
    [{ IfModifiedSince: before }, "200"],
    [{ IfUnmodifiedSince: same }, "200"],
    [{ IfUnmodifiedSince: before }, "412 PreconditionFailed"],
    [{ IfMatch: etag, IfUnmodifiedSince: before }, "200"],
    [{ IfNoneMatch: '"other"', IfModifiedSince: same }, "200"],
    [{ IfMatch: etag, IfNoneMatch: etag }, "304 NotModified"],
  ])("answer to %j with %s, GET and HEAD alike", async (conditions, expected) => {
    await put("a", "a");
    const got = get("a", conditions).then(() => "200");
    const head = cos.client.send(new HeadObjectCommand({ Bucket, Key: "a", ...conditions })).then(() => "200");
    expect(await (expected === "200" ? got : codeOf(got))).toBe(expected);
    expect(await (expected === "200" ? head : codeOf(head))).toBe(expected);
  });

  it("do not matter where there is no object", async () => {
    expect(await codeOf(get("none", { IfMatch: '"x"' }))).toBe("404 NoSuchKey");
  });

  it("answer with 304 without a body but with the id of the request", async () => {
    await put("a", "a");
    const { status, headers, text } = await sendSigned(cos.emulator, {
      path: `/${Bucket}/a`,
      headers: { "if-none-match": etag },
    });
    expect([status, text, headers["etag"], headers["content-length"]]).toEqual([304, "", etag, undefined]);
    expect(headers["x-cos-request-id"]).toBeTruthy();
  });
});

describe("overridden response headers of COS", () => {
  it("take the place of stored ones", async () => {
    await put("a", "a", { CacheControl: "no-cache", ContentType: "text/plain" });
    const got = await cos.client.send(
      new GetObjectCommand({
        ...{ Bucket, Key: "a" },
        ResponseContentType: "text/html",
        ResponseContentLanguage: "zh",
        ResponseExpires: "now",
        ResponseCacheControl: "max-age=1",
        ResponseContentDisposition: "inline; filename*=UTF-8''%E6%BC%A2",
        ResponseContentEncoding: "identity",
      }),
    );
    await got.Body.cancel();
    expect(got).toMatchObject({
      ContentType: "text/html",
      ContentLanguage: "zh",
      Expires: "now",
      CacheControl: "max-age=1",
      ContentDisposition: "inline; filename*=UTF-8''%E6%BC%A2",
      ContentEncoding: "identity",
    });
  });

  it("need a signature", async () => {
    await put("a", "a", { ACL: "public-read" });
    const ask = { path: `/${Bucket}/a`, query: { "response-content-type": "text/html" } };
    const { status, text } = await sendAnonymous(cos.emulator, ask);
    expect([status, element(text, "Code")]).toEqual([400, "InvalidRequest"]);
  });
});
