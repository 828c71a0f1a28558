import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { _COS_ERRORS } from "./cos-error-codes.ts";
import {
  type CosErrorCode,
  cosFailure,
  type OssErrorCode,
  ossFailure,
  renderFailure,
  ServiceFailure,
} from "./errors.ts";
import { _OSS_ERRORS } from "./oss-error-codes.ts";
import { cosRequestId, ossRequestId } from "./request-id.ts";

const parse = (xml: string): unknown => {
  expect(XMLValidator.validate(xml)).toBe(true);
  return (new XMLParser({ parseTagValue: false, trimValues: false }).parse(xml) as { Error: unknown }).Error;
};
const oss = { requestId: "6639D0A1B2C3D4E5F6071829", host: "b.oss-cn-hangzhou.aliyuncs.com" };
const cos = {
  requestId: "NjYz",
  host: "b-125.cos.ap-beijing.myqcloud.com",
  resource: "b-125.cos.ap-beijing.myqcloud.com/k",
  traceId: "OGVm",
};

describe("OSS", () => {
  test("the document, with its own elements before the EC", () => {
    const failure = ossFailure("NoSuchKey", { fields: { Key: `a<&>"'b` }, headers: { "x-oss-delete-marker": "true" } });
    const { status, headers, body } = renderFailure(failure, { ...oss, method: "GET" });
    expect(status).toBe(404);
    expect(headers).toEqual({
      "content-type": "application/xml",
      "content-length": String(Buffer.byteLength(body)),
      "x-oss-ec": "0026-00000001",
      "x-oss-delete-marker": "true",
    });
    expect(
      Object.entries(parse(body) as object).filter(([, value]) => typeof value === "string" && value.trim() !== ""),
    ).toEqual([
      ["Code", "NoSuchKey"],
      ["Message", "The specified key does not exist."],
      ["RequestId", oss.requestId],
      ["HostId", oss.host],
      ["Key", `a<&>"'b`],
      ["EC", "0026-00000001"],
      ["RecommendDoc", "https://api.aliyun.com/troubleshoot?q=0026-00000001"],
    ]);
  });

  test("HEAD: no body, the document in x-oss-err", () => {
    const { headers, body } = renderFailure(ossFailure("NoSuchKey"), { ...oss, method: "HEAD" });
    expect(body).toBe("");
    expect(Object.keys(headers).toSorted()).toEqual(["x-oss-ec", "x-oss-err"]);
    const document = Buffer.from(headers["x-oss-err"] ?? "", "base64").toString();
    expect(parse(document)).toMatchObject({ Code: "NoSuchKey", HostId: oss.host });
    expect(document).toBe(renderFailure(ossFailure("NoSuchKey"), { ...oss, method: "GET" }).body);
  });

  test("message, status and EC of an occurrence win; without EC there is no header", () => {
    const failure = ossFailure("InvalidArgument", { message: "No such bucket storage class exists", ec: "1-2" });
    expect(failure).toBeInstanceOf(ServiceFailure);
    expect(failure).toMatchObject({
      code: "InvalidArgument",
      status: 400,
      message: "No such bucket storage class exists",
      ec: "1-2",
    });
    const plain = renderFailure(ossFailure("InvalidArgument"), { ...oss, method: "GET" });
    expect(plain.headers).not.toHaveProperty("x-oss-ec");
    expect(parse(plain.body)).not.toHaveProperty("EC");
  });
});

describe("COS", () => {
  test("the document", () => {
    const failure = cosFailure("RequestTimeTooSkewed", { fields: { ServerTime: "2024-05-06T07:08:09.000Z" } });
    const { status, headers, body } = renderFailure(failure, { ...cos, method: "PUT" });
    expect(status).toBe(403);
    expect(headers).toEqual({
      "content-type": "application/xml",
      "content-length": String(Buffer.byteLength(body)),
      "x-cos-trace-id": "OGVm",
    });
    expect(Object.entries(parse(body) as object)).toEqual([
      ["Code", "RequestTimeTooSkewed"],
      ["Message", expect.any(String)],
      ["ServerTime", "2024-05-06T07:08:09.000Z"],
      ["Resource", cos.resource],
      ["RequestId", "NjYz"],
      ["TraceId", "OGVm"],
    ]);
    expect(body).not.toMatch(/&#|\n/);
  });

  test("HEAD has no body and no document anywhere", () => {
    const { status, headers, body } = renderFailure(cosFailure("NoSuchKey"), { ...cos, method: "HEAD" });
    expect({ status, headers, body }).toEqual({ status: 404, headers: { "x-cos-trace-id": "OGVm" }, body: "" });
  });
});

test("every code renders as well-formed XML with an error status", () => {
  const failures = [
    ...Object.keys(_OSS_ERRORS).map((code) => ossFailure(code as OssErrorCode)),
    ...Object.keys(_COS_ERRORS).map((code) => cosFailure(code as CosErrorCode)),
  ];
  for (const failure of failures) {
    const { status, body } = renderFailure(failure, { ...cos, method: "GET" });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(parse(body)).toMatchObject({ Code: failure.code, Message: failure.message });
  }
});

test("request ids have the form of their service", () => {
  let turn = 0;
  const random = (): number => (turn = (turn + 0.37) % 1);
  const now = Date.UTC(2024, 4, 7, 7, 8, 17);
  const id = ossRequestId(now, random);
  expect(id).toMatch(/^6639D361[0-9A-F]{16}$/);
  expect(ossRequestId(now, random)).not.toBe(id);
  expect(Buffer.from(cosRequestId(now, random), "base64").toString()).toMatch(
    /^6639d361_[0-9a-f]{8}_[0-9a-f]{4}_[0-9a-f]{6}$/,
  );
  expect(ossRequestId(now, () => 0)).toHaveLength(24);
});
