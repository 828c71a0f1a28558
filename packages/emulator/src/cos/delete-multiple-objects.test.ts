import { DeleteMultipleObjectsCommand } from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf, element, refusalOf } from "../testing.ts";
import { Bucket, md5, sendSigned, textObjects, useCos } from "./testing.ts";

const cos = useCos();

const { put, get } = textObjects(cos);

describe("several objects of COS", () => {
  it("are deleted at once, those that do not exist too, in the order of the request", async () => {
    await put("a & <b>", "1");
    await put("漢\u0001", "2");
    const Objects = [{ Key: "漢\u0001" }, { Key: "none" }, { Key: "a & <b>" }];
    const { Deleted, Errors } = await cos.client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects }));
    expect([Deleted, Errors]).toEqual([Objects, []]);
    expect(await codeOf(get("a & <b>"))).toBe("404 NoSuchKey");
    expect(await codeOf(get("漢\u0001"))).toBe("404 NoSuchKey");
  });

  it("are deleted quietly but for the errors", async () => {
    await put("a", "1");
    const { Deleted, Errors } = await cos.client.send(
      new DeleteMultipleObjectsCommand({ Bucket, Objects: [{ Key: "a" }, { Key: "b", VersionId: "v1" }], Quiet: true }),
    );
    expect(Deleted).toEqual([]);
    expect(Errors).toEqual([
      { Key: "b", VersionId: "v1", Code: "NoSuchVersion", Message: "The specified version does not exist." },
    ]);
    expect(await codeOf(get("a"))).toBe("404 NoSuchKey");
  });

  it("are at most a thousand", async () => {
    const Objects = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
    const error = await refusalOf(cos.client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects })));
    expect(error.code).toBe("MalformedXML");
    expect(error.message).toContain("delete key size is greater than 1000");
    const all = await cos.client.send(new DeleteMultipleObjectsCommand({ Bucket, Objects: Objects.slice(1) }));
    expect(all.Deleted).toHaveLength(1000);
  });

  it.each([
    ["no digest", "<Delete><Object><Key>a</Key></Object></Delete>", undefined, "InvalidRequest"],
    ["another digest", "<Delete><Object><Key>a</Key></Object></Delete>", md5("b").toString("base64"), "InvalidDigest"],
    ["no objects", "<Delete></Delete>", "", "MalformedXML"],
    ["another root", "<Remove><Object><Key>a</Key></Object></Remove>", "", "MalformedXML"],
    ["broken XML", "<Delete><Object>", "", "MalformedXML"],
    ["no body", "", "", "MalformedXML"],
  ])("are not deleted with %s", async (_, body, digest, code) => {
    await put("a", "1");
    const sent = digest === "" ? md5(body).toString("base64") : digest;
    const { status, text } = await sendSigned(cos.emulator, {
      ...{ method: "POST", path: `/${Bucket}/`, query: { delete: null }, body },
      headers: sent === undefined ? {} : { "content-md5": sent },
    });
    expect([status, element(text, "Code")]).toEqual([400, code]);
    if (digest === undefined) {
      expect(element(text, "Message")).toBe("Missing required header for this request: Content-MD5");
    }
    expect(await get("a")).toBe("1");
  });
});
