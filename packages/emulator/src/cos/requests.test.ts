import { connect } from "node:net";
import { COSClient } from "@cosmoss/client-cos";
import { GetObjectCommand, PutObjectCommand } from "@cosmoss/commands-cos";
import { SignerCOS } from "@cosmoss/signer-cos";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { formatTarget } from "@cosmoss/uri";
import { beforeEach, describe, expect, it } from "vitest";
import { codeOf, element, NOON, type RawResponse, refusalOf, sendTarget } from "../testing.ts";
import { Bucket, sendAnonymous, sendSigned, useCos } from "./testing.ts";

const HOST = `${Bucket}.cos.ap-guangzhou.myqcloud.com`;
const credentials = { accessKeyId: "AKIDtemporary", accessKeySecret: "secret+2", securityToken: "to/ken+1==" };

const main = { accessKeyId: "AKIDmain", accessKeySecret: "secret" };
const expired = { accessKeyId: "AKIDexpired", accessKeySecret: "secret", expiration: new Date(NOON - 1) };
const cos = useCos({ credentials: [main, credentials, expired] });
beforeEach(async () => {
  await cos.client.send(new PutObjectCommand({ Bucket, Key: "a b", Body: "hello" }));
});

const outcome = ({ status, text }: RawResponse): string => `${status} ${element(text, "Code") ?? text}`.trim();

describe("signatures of COS", () => {
  it("that do not match are refused with what was signed", async () => {
    const wrong = { accessKeyId: "AKIDmain", accessKeySecret: "wrong" };
    const response = await sendSigned(
      cos.emulator,
      { host: HOST, path: "/漢 &", query: { versionId: "null" } },
      { time: NOON, credentials: wrong },
    );
    expect(outcome(response)).toBe("403 SignatureDoesNotMatch");
    expect(element(response.text, "FormatString")).toBe(`get\n/漢 &amp;\nversionid=null\nhost=${HOST}\n`);
    const start = NOON / 1000 - 1;
    expect(element(response.text, "StringToSign")).toMatch(
      new RegExp(`^sha1\n${start};${start + 900}\n[0-9a-f]{40}\n$`),
    );
    expect(response.text).not.toContain("secret");
  });

  it("cover what they list, and only that", async () => {
    const request = { method: "GET", protocol: "http:", hostname: HOST, path: "/a%20b", query: {}, headers: {} };
    const signed: { headers: Record<string, string> } & typeof request = request;
    await new SignerCOS().sign(signed, { credentials: cos.emulator.credentials, time: NOON });
    const headers: Record<string, string> = { ...signed.headers, host: HOST };
    const send = async (target: string, extra = {}, method = "GET"): Promise<string> =>
      outcome(await sendTarget(cos.emulator.port, { method, target, headers: { ...headers, ...extra } }));
    expect(await send("/a%20b")).toBe("200 hello");
    expect(await send("/%61%20b?a=1")).toBe("200 hello");
    expect(await send("/a%20b", { "x-cos-unsigned": "1" })).toBe("200 hello");
    expect(await send("/a%20c")).toBe("403 SignatureDoesNotMatch");
    expect(await send("/a+b")).toBe("403 SignatureDoesNotMatch");
    expect(await send("/a%20b", {}, "DELETE")).toBe("403 SignatureDoesNotMatch");
    expect(await send("/a%20b", { host: "other-1250000000.cos.ap-guangzhou.myqcloud.com" })).toBe(
      "403 SignatureDoesNotMatch",
    );
  });

  it("of an unknown key, in a wrong form or twice are refused", async () => {
    const unknown = await sendSigned(
      cos.emulator,
      { path: `/${Bucket}/a b` },
      { time: NOON, credentials: { accessKeyId: "AKIDother", accessKeySecret: "secret" } },
    );
    expect(outcome(unknown)).toBe("403 InvalidAccessKeyId");
    for (const authorization of ["q-sign-algorithm=sha1&q-ak=AKIDmain", "q-sign-algorithm=sha256"]) {
      const request = { path: `/${Bucket}/a b`, headers: { authorization } };
      expect(outcome(await sendAnonymous(cos.emulator, request))).toBe("403 AccessDenied");
    }
    const url = await new SignerCOS().presign(
      { ...{ method: "GET", protocol: "http:", hostname: HOST, path: "/a%20b" }, query: {}, headers: {} },
      { credentials: cos.emulator.credentials, time: NOON, expiresIn: 60 },
    );
    expect(outcome(await sendTarget(cos.emulator.port, { target: `/a%20b?${url}`, headers: { host: HOST } }))).toBe(
      "200 hello",
    );
    const twice = await sendTarget(cos.emulator.port, {
      target: `/a%20b?${url}`,
      headers: { host: HOST, authorization: "q-sign-algorithm=sha1" },
    });
    expect(outcome(twice)).toBe("403 AccessDenied");
  });

  it("that are too early or too late are refused with the time", async () => {
    const late = await sendSigned(cos.emulator, { path: `/${Bucket}/a b` }, { time: NOON - 901_000 });
    expect(outcome(late)).toBe("403 AccessDenied");
    expect(element(late.text, "Message")).toBe("Request has expired");
    expect(element(late.text, "ServerTime")).toBe("2024-05-06T12:00:00.789Z");
    const early = await sendSigned(cos.emulator, { path: `/${Bucket}/a b` }, { time: NOON + 302_000 });
    expect(outcome(early)).toBe("403 RequestTimeTooSkewed");
    expect(element(early.text, "ServerTime")).toBe("2024-05-06T12:00:00.789Z");
    expect(early.headers["date"]).toBe("Mon, 06 May 2024 12:00:00 GMT");
  });

  it("are made right by a client whose clock is wrong", async () => {
    for (const offset of [-3_600_000, 3_600_000]) {
      const wrong = new COSClient({ ...cos.emulator.cos, clock: new FakeClock(NOON + offset) });
      const { Body } = await wrong.send(new GetObjectCommand({ Bucket, Key: "a b" }));
      expect(await Body.text()).toBe("hello");
      wrong.destroy();
    }
  });

  it("of temporary keys need their token", async () => {
    const ask = async (pair: typeof credentials | Omit<typeof credentials, "securityToken">): Promise<string> => {
      const other = new COSClient({ ...cos.emulator.cos, clock: cos.clock, credentials: pair });
      const sent = other.send(new GetObjectCommand({ Bucket, Key: "a b" })).then(({ Body }) => Body.text());
      return sent.catch(() => codeOf(sent)).finally(() => other.destroy());
    };
    const { securityToken: _, ...bare } = credentials;
    expect(await ask(credentials)).toBe("hello");
    expect(await ask(bare)).toBe("403 AccessDenied");
    expect(await ask({ ...credentials, securityToken: "other" })).toBe("403 AccessDenied");
    const expired = { accessKeyId: "AKIDexpired", accessKeySecret: "secret" };
    expect(
      outcome(await sendSigned(cos.emulator, { path: `/${Bucket}/a b` }, { time: NOON, credentials: expired })),
    ).toBe("400 ExpiredToken");
  });

  it("say nothing of secrets in errors", async () => {
    const other = new COSClient({
      ...cos.emulator.cos,
      clock: cos.clock,
      credentials: { ...credentials, accessKeySecret: "wrong" },
    });
    const error = await refusalOf(other.send(new GetObjectCommand({ Bucket, Key: "a b" })));
    other.destroy();
    expect(error.code).toBe("SignatureDoesNotMatch");
    expect(String(error)).not.toContain(credentials.securityToken);
  });
});

describe("hosts of COS", () => {
  it.each([
    ["of a bucket", HOST, ""],
    ["of the other domain", `${Bucket}.cos.ap-guangzhou.tencentcos.cn`, ""],
    ["of acceleration", `${Bucket}.cos.accelerate.myqcloud.com`, ""],
    ["of the internal network", `${Bucket}.cos-internal.ap-guangzhou.tencentcos.cn`, ""],
    ["of the old form", `${Bucket}.cn-south.myqcloud.com`, ""],
    ["below localhost", `${Bucket}.localhost`, ""],
    ["below localhost, with the service", `${Bucket}.cos.ap-guangzhou.localhost`, ""],
    ["of a region, with the bucket as path", "cos.ap-guangzhou.myqcloud.com", `/${Bucket}`],
    ["of this machine", "127.0.0.1", `/${Bucket}`],
    ["of this machine by name", "localhost", `/${Bucket}`],
  ])("%s lead to the object, with a port and without", async (_, host, prefix) => {
    for (const name of [host, `${host}:${cos.emulator.port}`]) {
      const response = await sendSigned(cos.emulator, { host: name, path: `${prefix}/a b` });
      expect(outcome(response)).toBe("200 hello");
    }
  });

  it("are taken from the target where a proxy is asked", async () => {
    const request = { method: "GET", protocol: "http:", hostname: HOST, path: "/a%20b", query: {}, headers: {} };
    const signed: { headers: Record<string, string> } & typeof request = request;
    await new SignerCOS().sign(signed, { credentials: cos.emulator.credentials, time: NOON });
    const response = await sendTarget(cos.emulator.port, {
      target: `http://${HOST}${formatTarget(signed.path, signed.query)}`,
      headers: { ...signed.headers, host: HOST },
    });
    expect(outcome(response)).toBe("200 hello");
  });

  it.each(["ci.ap-guangzhou", "pic.ap-guangzhou", "cos-website.ap-guangzhou"])(
    "of other products (%s) are not served",
    async (product) => {
      const host = `${Bucket}.${product}.myqcloud.com`;
      const response = await sendSigned(cos.emulator, { host, path: "/a b" });
      expect(outcome(response)).toBe("501 NotImplemented");
    },
  );

  it("may be used by the client below localhost", async () => {
    const local = new COSClient({
      ...cos.emulator.cos,
      ...{ clock: cos.clock, endpoint: `http://localhost:${cos.emulator.port}`, pathStyle: true },
    });
    const { Body } = await local.send(new GetObjectCommand({ Bucket, Key: "a b" }));
    expect(await Body.text()).toBe("hello");
    local.destroy();
  });
});

describe("targets of COS", () => {
  it.each(["///////", "/./", "/", "//"])("of nothing but slashes and dots are the bucket: %s", async (path) => {
    const response = await sendSigned(cos.emulator, { host: HOST, path });
    expect([response.status, element(response.text, "Name")]).toEqual([200, Bucket]);
    const put = await sendSigned(cos.emulator, { method: "PUT", host: HOST, path, body: "" });
    expect(outcome(put)).toBe("409 BucketAlreadyOwnedByYou");
  });

  it.each(["/abc/../", "///abc/.//def//../../", "/././///abc/.//def//../../", "/..", "/a/."])(
    "with other names in them are objects: %s",
    async (path) => {
      const put = await sendSigned(cos.emulator, { method: "PUT", host: HOST, path, body: path });
      expect(outcome(put)).toBe("200");
      const got = await sendSigned(cos.emulator, { host: HOST, path });
      expect(outcome(got)).toBe(`200 ${path}`);
      const list = await sendSigned(cos.emulator, { host: HOST, path: "/", query: { prefix: "" } });
      expect(list.text).toContain(`<Key>${path.slice(1)}</Key>`);
    },
  );

  it("that cannot be read are refused", async () => {
    const send = (target: string): Promise<RawResponse> =>
      sendTarget(cos.emulator.port, { target, headers: { host: HOST } });
    for (const target of ["/%zz", "/%ff", "/a?x=%zz", `http://${HOST}/%2`]) {
      const response = await send(target);
      expect(outcome(response)).toBe("400 InvalidURI");
      expect(response.headers["x-cos-request-id"]).toBeTruthy();
    }
  });

  it.each([
    ["GET", "/", { acl: null }, "501 NotImplemented"],
    ["PUT", "/", { versioning: "" }, "501 NotImplemented"],
    ["PUT", "/a b", { tagging: null }, "501 NotImplemented"],
    ["POST", "/a b", { restore: null }, "501 NotImplemented"],
    ["POST", "/a b", {}, "405 MethodNotAllowed"],
    ["DELETE", "/a b", { uploads: null }, "501 NotImplemented"],
    ["PUT", "/a b", { append: null, position: "0" }, "501 NotImplemented"],
  ] as const)("that the emulator does not serve are refused: %s %s %j", async (method, path, query, expected) => {
    const request = { host: HOST, method, path, query: query as Record<string, string | null> };
    expect(outcome(await sendSigned(cos.emulator, request))).toBe(expected);
  });

  it("asked for by a browser before it sends are forbidden, as there is no CORS configuration", async () => {
    const headers = { origin: "https://app.example", "access-control-request-method": "PUT" };
    const response = await sendAnonymous(cos.emulator, { host: HOST, method: "OPTIONS", path: "/a", headers });
    expect(outcome(response)).toBe("403 AccessForbidden");
  });
});

describe("requests of COS", () => {
  it("that put need a length or chunks", async () => {
    const { headers } = { headers: {} as Record<string, string> };
    const request = { method: "PUT", protocol: "http:", hostname: HOST, path: "/x", query: {}, headers };
    await new SignerCOS().sign(request, { credentials: cos.emulator.credentials, time: NOON });
    const head = `PUT /x HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nAuthorization: ${headers["authorization"]}\r\n`;
    expect(await exchange(`${head}\r\n`)).toMatch(/^HTTP\/1\.1 411 [^]*<Code>MissingContentLength</);
    expect(await exchange(`${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    const { Body } = await cos.client.send(new GetObjectCommand({ Bucket, Key: "x" }));
    expect(await Body.text()).toBe("abc");
  });

  it("are told to go on where they wait for that", async () => {
    const headers: Record<string, string> = {};
    const request = { method: "PUT", protocol: "http:", hostname: HOST, path: "/x", query: {}, headers };
    await new SignerCOS().sign(request, { credentials: cos.emulator.credentials, time: NOON });
    const head = `PUT /x HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n`;
    expect(await exchange(`${head}Authorization: ${headers["authorization"]}\r\n\r\n`, "abc")).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
  });

  it("with a large body are answered before it has come when they are refused", async () => {
    const body = Buffer.alloc(4 << 20, 1);
    const refused = await sendAnonymous(cos.emulator, { host: HOST, method: "PUT", path: "/x", body });
    expect(outcome(refused)).toBe("403 AccessDenied");
    const tooLarge = `PUT /x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${5 * 2 ** 30 + 1}\r\n`;
    const headers: Record<string, string> = {};
    const request = { method: "PUT", protocol: "http:", hostname: HOST, path: "/x", query: {}, headers };
    await new SignerCOS().sign(request, { credentials: cos.emulator.credentials, time: NOON });
    expect(
      await exchange(`${tooLarge}Authorization: ${headers["authorization"]}\r\n\r\n`, undefined, "</Error>"),
    ).toMatch(/^HTTP\/1\.1 400 [^]*<Code>EntityTooLarge</);
  });

  it("with too large a document are refused", async () => {
    const body = `<CreateBucketConfiguration>${" ".repeat(8 << 20)}</CreateBucketConfiguration>`;
    const response = await sendSigned(cos.emulator, { method: "PUT", path: "/new-1250000000/", body });
    expect(outcome(response)).toBe("400 XMLSizeLimit");
  });
});

/** Sends bytes as they are, `later` once an answer begins; resolves with all that comes back, until `end` or the end. */
function exchange(text: string, later?: string, end?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(cos.emulator.port, "127.0.0.1", () => socket.write(text));
    let received = "";
    socket.on("data", (chunk) => {
      if (received === "" && later !== undefined) socket.write(later);
      received += chunk.toString("latin1");
      if (end !== undefined && received.includes(end)) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(received));
  });
}
