import { ServiceError } from "@cosmoss/client-oss";
import { describe, expect, it } from "vitest";
import { element, NOON, type RawResponse, sendTarget } from "../testing.ts";
import { sendAnonymous, sendPresigned, sendSigned, type Signing, useOss } from "./testing.ts";

const TEMPORARY = {
  accessKeyId: "STS.temporary",
  accessKeySecret: "temporary-secret",
  securityToken: "token-of-it",
  expiration: new Date(NOON + 3_600_000),
};
const MAIN = { accessKeyId: "main", accessKeySecret: "main-secret" };

const oss = useOss({ credentials: [MAIN, TEMPORARY] });
const at = { bucket: "photos", key: "ü/a b+c" };
const put = { ...at, method: "PUT", body: "x", headers: { "content-type": "text/plain", "x-oss-meta-a": "ü" } };
// Header values go out as bytes.
put.headers["x-oss-meta-a"] = Buffer.from("ü").toString("latin1");

/** Status and code. */
const brief = ({ status, text }: RawResponse) => [status, element(text, "Code")];

describe.each(["v1", "v4"] as const)("signatures %s of OSS", (version) => {
  const signing: Signing = { version, time: NOON };

  it("are accepted in the header and in the query", async () => {
    expect((await sendSigned(oss.emulator, put, signing)).status).toBe(200);
    expect((await sendPresigned(oss.emulator, put, signing)).status).toBe(200);
    expect((await sendSigned(oss.emulator, at, { ...signing, credentials: TEMPORARY })).text).toBe("x");
    expect((await sendPresigned(oss.emulator, at, { ...signing, credentials: TEMPORARY })).text).toBe("x");
    expect((await sendSigned(oss.emulator, {}, signing)).status).toBe(200);
    expect((await sendSigned(oss.emulator, { bucket: "photos", query: { "list-type": "2" } }, signing)).status).toBe(
      200,
    );
  });

  it("are accepted on the hosts of the service and on a name before localhost", async () => {
    for (const host of ["photos.oss-cn-hangzhou.aliyuncs.com", "photos.localhost", "photos.oss.localhost:1"]) {
      expect(brief(await sendSigned(oss.emulator, { ...put, host }, signing))).toEqual([200, undefined]);
      expect((await sendPresigned(oss.emulator, { ...at, host }, signing)).text).toBe("x");
    }
  });

  it("tell an unknown key", async () => {
    const credentials = { accessKeyId: "nobody", accessKeySecret: "x" };
    for (const send of [sendSigned, sendPresigned]) {
      const answer = await send(oss.emulator, at, { ...signing, credentials });
      expect(brief(answer)).toEqual([403, "InvalidAccessKeyId"]);
      expect(element(answer.text, "OSSAccessKeyId")).toBe("nobody");
      expect(answer.headers["x-oss-ec"]).toBe("0002-00000902");
    }
  });

  it("say what was signed here when they do not match", async () => {
    const credentials = { ...MAIN, accessKeySecret: "wrong" };
    for (const send of [sendSigned, sendPresigned]) {
      const answer = await send(oss.emulator, put, { ...signing, credentials });
      expect(brief(answer)).toEqual([403, "SignatureDoesNotMatch"]);
      const text = element(answer.text, "StringToSign") ?? "";
      expect(text).toContain(version === "v1" ? "PUT\n\ntext/plain\n" : "OSS4-HMAC-SHA256\n20240506T120000Z\n");
      if (version === "v1") expect(text).toContain("x-oss-meta-a:ü\n/photos/ü/a b+c");
      else expect(element(answer.text, "CanonicalRequest")).toContain("PUT\n/photos/%C3%BC/a%20b%2Bc\n");
      const bytes = Buffer.from((element(answer.text, "StringToSignBytes") ?? "").replaceAll(" ", ""), "hex");
      expect(bytes.toString()).toBe(text);
      expect(element(answer.text, "SignatureProvided")).toBeTruthy();
      expect(element(answer.text, "OSSAccessKeyId")).toBe("main");
    }
  });

  it("do not cover another request", async () => {
    for (const changed of [
      { ...put, method: "DELETE" },
      { ...put, headers: { ...put.headers, "x-oss-meta-b": "1" } },
      { ...put, key: "ü/a b c" },
      { ...put, query: { "response-expires": "1" } },
    ]) {
      const { target, headers } = await signed(version);
      const path = `/photos/${encodeURIComponent(changed.key)}`.replaceAll("%2F", "/");
      const query = "query" in changed ? "?response-expires=1" : "";
      const more = { ...headers, ...changed.headers };
      expect(target).toMatch(/^\/photos\//);
      expect(
        brief(await sendTarget(oss.emulator.port, { method: changed.method, target: path + query, headers: more })),
      ).toEqual([403, "SignatureDoesNotMatch"]);
    }
  });

  it("must have been made within 15 minutes", async () => {
    for (const off of [-900_000, 900_000]) {
      const edge = await sendSigned(oss.emulator, put, { ...signing, time: NOON + off + (off < 0 ? 1000 : 0) });
      expect(edge.status).toBe(200);
      const answer = await sendSigned(oss.emulator, put, { ...signing, time: NOON + off + Math.sign(off) * 2000 });
      expect(brief(answer)).toEqual([403, "RequestTimeTooSkewed"]);
      expect(element(answer.text, "MaxAllowedSkewMilliseconds")).toBe("900000");
      expect(element(answer.text, "ServerTime")).toBe("2024-05-06T12:00:00.789Z");
      expect(element(answer.text, "RequestTime")).toBe(new Date(NOON + off + Math.sign(off) * 2000).toISOString());
      expect(answer.headers["date"]).toBe("Mon, 06 May 2024 12:00:00 GMT");
    }
  });

  it("in a query end", async () => {
    await sendSigned(oss.emulator, put, signing);
    expect((await sendPresigned(oss.emulator, at, { ...signing, expiresIn: 60, time: NOON - 59_000 })).status).toBe(
      200,
    );
    const answer = await sendPresigned(oss.emulator, at, { ...signing, expiresIn: 60, time: NOON - 61_000 });
    expect(brief(answer)).toEqual([403, "AccessDenied"]);
    expect(element(answer.text, "Message")).toBe("Request has expired.");
  });

  it("of temporary keys need their token, as long as it lasts", async () => {
    const { securityToken, ...without } = TEMPORARY;
    for (const credentials of [without, { ...TEMPORARY, securityToken: `${securityToken}x` }]) {
      expect(brief(await sendSigned(oss.emulator, at, { ...signing, credentials }))).toEqual([
        403,
        "AccessKeyIdAndSecurityTokenNotMatch",
      ]);
    }
    await oss.clock.advance(3_600_000);
    const late = { ...signing, time: oss.clock.now(), credentials: TEMPORARY };
    expect(brief(await sendSigned(oss.emulator, at, late))).toEqual([403, "SecurityTokenExpired"]);
  });
});

describe("requests that cannot be authenticated", () => {
  const send = (target: string, headers: Record<string, string> = {}) =>
    sendTarget(oss.emulator.port, { target, headers: { host: "photos.oss-cn-hangzhou.aliyuncs.com", ...headers } });
  const V4 = "OSS4-HMAC-SHA256 Credential=main/20240506/cn-hangzhou/oss/aliyun_v4_request";

  it.each<[string, string, Record<string, string>, string, string?]>([
    ["no date", "/k", { authorization: "OSS main:x" }, "403 AccessDenied", "OSS authentication requires a valid Date."],
    [
      "half a query",
      "/k?OSSAccessKeyId=main&Expires=1",
      {},
      "403 AccessDenied",
      "Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.",
    ],
    [
      "no number",
      "/k?OSSAccessKeyId=main&Expires=soon&Signature=x",
      {},
      "403 AccessDenied",
      "Invalid date (should be seconds since epoch).",
    ],
    ["half a header", "/k", { authorization: "OSS main" }, "400 InvalidArgument"],
    ["half a V4 header", "/k", { authorization: V4 }, "400 InvalidArgument"],
    [
      "a header and a query",
      "/k?OSSAccessKeyId=main&Expires=1&Signature=x",
      { authorization: "OSS main:x" },
      "400 InvalidArgument",
    ],
    [
      "an additional header that is not there",
      "/k",
      { authorization: `${V4},AdditionalHeaders=host-x,Signature=${"0".repeat(64)}`, "x-oss-date": "20240506T120000Z" },
      "400 InvalidArgument",
    ],
  ])("%s", async (_, target, headers, expected, message) => {
    const answer = await send(target, headers);
    expect(brief(answer).join(" ")).toBe(expected);
    if (message !== undefined) expect(element(answer.text, "Message")).toBe(message);
  });

  it("are refused with the region of another bucket", async () => {
    const request = { ...at, host: "photos.oss-cn-hangzhou.aliyuncs.com" };
    const answer = await sendSigned(oss.emulator, request, { time: NOON, region: "cn-beijing" });
    expect(brief(answer)).toEqual([400, "InvalidArgument"]);
    const elsewhere = { ...at, host: "photos.oss-cn-beijing.aliyuncs.com" };
    const wrong = await sendSigned(oss.emulator, elsewhere, { time: NOON, region: "cn-beijing" });
    expect(brief(wrong)).toEqual([403, "AccessDenied"]);
    expect(element(wrong.text, "Endpoint")).toBe("photos.oss-cn-hangzhou.aliyuncs.com");
  });

  it("are refused with the bucket in the path of a host of the service", async () => {
    const target = "/photos/k";
    const answer = await sendTarget(oss.emulator.port, { target, headers: { host: "oss-cn-hangzhou.aliyuncs.com" } });
    expect(brief(answer)).toEqual([403, "SecondLevelDomainForbidden"]);
  });

  it("are answered though their body was not read", async () => {
    const body = Buffer.alloc(3 << 20);
    const answer = await sendAnonymous(oss.emulator, { ...at, method: "PUT", body });
    expect(brief(answer)).toEqual([403, "AccessDenied"]);
  });
});

describe("HEAD", () => {
  it("carries the error in a header", async () => {
    const { status, text, headers } = await sendSigned(oss.emulator, { ...at, method: "HEAD" });
    expect([status, text]).toEqual([404, ""]);
    const document = Buffer.from(String(headers["x-oss-err"]), "base64").toString();
    expect(element(document, "Code")).toBe("NoSuchKey");
    expect(element(document, "Key")).toBe(at.key);
    expect(headers["x-oss-ec"]).toBe("0026-00000001");
    expect(ServiceError.isInstance(document)).toBe(false);
  });
});

/** A signed request to put the object, taken apart. */
async function signed(version: "v1" | "v4"): Promise<{ target: string; headers: Record<string, string> }> {
  const { SignerV1, SignerV4 } = await import("@cosmoss/signer-oss");
  const host = `127.0.0.1:${oss.emulator.port}`;
  const request = {
    method: "PUT",
    protocol: "http:",
    hostname: "127.0.0.1",
    path: "/photos/%C3%BC/a%20b%2Bc",
    headers: { ...put.headers, host },
  };
  const signer = version === "v1" ? new SignerV1({}) : new SignerV4({ region: "cn-hangzhou" });
  await signer.sign(request, { ...at, credentials: MAIN, time: NOON });
  return { target: request.path, headers: request.headers };
}
