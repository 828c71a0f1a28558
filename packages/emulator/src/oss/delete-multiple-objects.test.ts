import { createHash } from "node:crypto";
import { DeleteMultipleObjectsCommand, HeadObjectCommand, PutObjectCommand } from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { codeOf, element, type RawResponse } from "../testing.ts";
import { sendSigned, useOss } from "./testing.ts";

const Bucket = "photos";
const KEYS = ["a", " b ", "c&<>\"'ü", "\u0001"];

const oss = useOss();
const objects = (keys: readonly string[]) => keys.map((Key) => ({ Key }));

function post(body: string, headers: Record<string, string> = { "content-md5": md5(body) }): Promise<RawResponse> {
  const request = { method: "POST", bucket: Bucket, query: { delete: null }, headers, body };
  return sendSigned(oss.emulator, request);
}
const md5 = (text: string): string => createHash("md5").update(text).digest("base64");

describe("DeleteMultipleObjects of OSS", () => {
  it("deletes what is there and says so of all", async () => {
    for (const Key of KEYS) await oss.client.send(new PutObjectCommand({ Bucket, Key }));
    const { Deleted } = await oss.client.send(
      new DeleteMultipleObjectsCommand({ Bucket, Objects: objects([...KEYS, "none"]) }),
    );
    expect(Deleted).toEqual(objects([...KEYS, "none"]));
    for (const Key of KEYS) {
      expect(await codeOf(oss.client.send(new HeadObjectCommand({ Bucket, Key })))).toBe("404 NoSuchKey");
    }
  });

  it("is quiet when asked", async () => {
    await oss.client.send(new PutObjectCommand({ Bucket, Key: "a" }));
    const body = "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>";
    const { status, text, headers } = await post(body);
    expect([status, text, headers["content-length"]]).toEqual([200, "", "0"]);
    expect(await codeOf(oss.client.send(new HeadObjectCommand({ Bucket, Key: "a" })))).toBe("404 NoSuchKey");
  });

  it("takes a thousand keys", async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `<&"'>${i}`);
    const send = (all: readonly string[]) =>
      oss.client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects: objects(all) }));
    expect((await send(keys)).Deleted).toEqual(objects(keys));
    expect(await codeOf(send([...keys, "one more"]))).toBe("400 MalformedXML");
  });

  it("reads control characters that XML does not have", async () => {
    await oss.client.send(new PutObjectCommand({ Bucket, Key: "\u0001" }));
    const body = "<Delete><Object><Key>&#x01;</Key></Object></Delete>";
    expect(element((await post(body)).text, "Key")).toBe("\u0001");
    expect(await codeOf(oss.client.send(new HeadObjectCommand({ Bucket, Key: "\u0001" })))).toBe("404 NoSuchKey");
  });

  it.each<[string, string, string, Record<string, string>?]>([
    ["no digest", "<Delete/>", "MissingArgument", {}],
    ["another digest", "<Delete/>", "InvalidDigest", { "content-md5": md5("") }],
    ["another root", "<Remove/>", "MalformedXML"],
    ["no objects", "<Delete><Quiet>true</Quiet></Delete>", "MalformedXML"],
    ["an empty key", "<Delete><Object><Key></Key></Object></Delete>", "MalformedXML"],
    ["no XML", "delete it", "MalformedXML"],
    ["nothing", "", "MalformedXML"],
    ["too much", `<Delete>${" ".repeat(2 * 1024 ** 2)}</Delete>`, "EntityTooLarge"],
    ["a version", "<Delete><Object><Key>a</Key><VersionId>1</VersionId></Object></Delete>", "InvalidArgument"],
  ])("refuses %s", async (_, body, code, headers) => {
    const { status, text } = await post(body, headers);
    expect([status, element(text, "Code")]).toEqual([400, code]);
  });
});
