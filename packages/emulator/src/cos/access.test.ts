import { presign } from "@cosmoss/client-cos";
import { GetObjectCommand, PutObjectCommand } from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { element } from "../testing.ts";
import { Bucket, sendAnonymous, sendSigned, textObjects, useCos } from "./testing.ts";

const cos = useCos();

const { put } = textObjects(cos);

describe("access to COS without a signature", () => {
  const ask = async (method: string, path: string, query = {}, headers = {}): Promise<string> => {
    const body = method === "PUT" || method === "POST" ? "" : undefined;
    const { status, text } = await sendAnonymous(cos.emulator, {
      ...{ method, query, headers, path: `/${path}` },
      ...(body !== undefined && { body }),
    });
    return `${status} ${element(text, "Code") ?? ""}`.trim();
  };

  it("is denied to what is private", async () => {
    await put("a", "a");
    await put("closed", "a", { ACL: "private" });
    expect(await ask("GET", `${Bucket}/a`)).toBe("403 AccessDenied");
    expect(await ask("HEAD", `${Bucket}/a`)).toBe("403");
    expect(await ask("GET", `${Bucket}/none`)).toBe("403 AccessDenied");
    expect(await ask("PUT", `${Bucket}/a`)).toBe("403 AccessDenied");
    expect(await ask("GET", `${Bucket}/`)).toBe("403 AccessDenied");
    expect(await ask("PUT", "new-1250000000/")).toBe("403 AccessDenied");
    expect(await ask("GET", "none-1250000000/a")).toBe("404 NoSuchBucket");
    expect((await sendAnonymous(cos.emulator, { path: "/", host: "service.cos.myqcloud.com" })).status).toBe(403);
  });

  it("goes by the object's ACL, and then by that of the bucket", async () => {
    await put("open", "a", { ACL: "public-read" });
    expect(await ask("GET", `${Bucket}/open`)).toBe("200");
    expect(await ask("HEAD", `${Bucket}/open`)).toBe("200");
    expect(await ask("DELETE", `${Bucket}/open`)).toBe("403 AccessDenied");
    const create = { method: "PUT", path: "/public-1250000000/", headers: { "x-cos-acl": "public-read" } };
    await sendSigned(cos.emulator, create);
    for (const ACL of ["default", "private"]) {
      await cos.client.send(new PutObjectCommand({ Bucket: "public-1250000000", Key: ACL, ACL }));
    }
    expect(await ask("GET", "public-1250000000/default")).toBe("200");
    expect(await ask("GET", "public-1250000000/none")).toBe("404 NoSuchKey");
    expect(await ask("GET", "public-1250000000/private")).toBe("403 AccessDenied");
    expect(await ask("GET", "public-1250000000/")).toBe("200");
    expect(await ask("HEAD", "public-1250000000/")).toBe("200");
    expect(await ask("PUT", "public-1250000000/x")).toBe("403 AccessDenied");
  });

  it("may write to a bucket that all may write to, but not decide who may read it or copy what is closed", async () => {
    const create = { method: "PUT", path: "/free-1250000000/", headers: { "x-cos-acl": "public-read-write" } };
    await sendSigned(cos.emulator, create);
    await put("closed", "a");
    await put("open", "a", { ACL: "public-read" });
    const from = (key: string): object => ({ "x-cos-copy-source": `${Bucket}.cos.ap-guangzhou.myqcloud.com/${key}` });
    expect(await ask("PUT", "free-1250000000/x")).toBe("200");
    expect(await ask("PUT", "free-1250000000/x", {}, { "x-cos-acl": "private" })).toBe("403 AccessDenied");
    expect(await ask("PUT", "free-1250000000/x", {}, from("open"))).toBe("200");
    expect(await ask("PUT", "free-1250000000/x", {}, from("closed"))).toBe("403 AccessDenied");
    expect(await ask("DELETE", "free-1250000000/x")).toBe("204");
    expect(await ask("DELETE", "free-1250000000/")).toBe("403 AccessDenied");
  });
});

describe("presigned URLs of COS", () => {
  it("get, put and delete with nothing but fetch", async () => {
    const url = async (command: Parameters<typeof presign>[1]): Promise<[string, RequestInit]> => {
      const signed = await presign(cos.client, command, { expiresIn: 60 });
      return [signed.url, { method: signed.method, headers: signed.headers }];
    };
    const [putUrl, putInit] = await url(new PutObjectCommand({ Bucket, Key: "a b", ContentType: "text/x" }));
    expect((await fetch(putUrl, { ...putInit, body: "hello" })).status).toBe(200);
    const [getUrl, getInit] = await url(new GetObjectCommand({ Bucket, Key: "a b", ResponseCacheControl: "no-store" }));
    const got = await fetch(getUrl, getInit);
    expect([await got.text(), got.headers.get("content-type"), got.headers.get("cache-control")]).toEqual([
      "hello",
      "text/x",
      "no-store",
    ]);
    await cos.clock.advance(61_000);
    const late = await fetch(getUrl, getInit);
    expect([late.status, element(await late.text(), "Message")]).toEqual([403, "Request has expired"]);
  });
});
