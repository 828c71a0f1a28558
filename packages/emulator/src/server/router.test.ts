import * as cosCommands from "@cosmoss/commands-cos";
import * as ossCommands from "@cosmoss/commands-oss";
import type { AnyMember, AnyOperation } from "@cosmoss/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SUBRESOURCES } from "../oss/subresources.ts";
import { type Routable, Router } from "./router.ts";

interface Value {
  readonly operation: AnyOperation;
}
const operationsOf = (commands: object): Value[] =>
  Object.entries(commands).flatMap(([name, value]) =>
    /^_[A-Z]/.test(name) && typeof value === "object" && "http" in value
      ? [{ operation: value as unknown as AnyOperation }]
      : [],
  );
const oss = operationsOf(ossCommands);
const router = new Router(oss, SUBRESOURCES);

/** `"PUT object uploadId=1 partNumber=2 | x-oss-copy-source"`: method, target, query, headers. */
function request(line: string): Routable {
  const [first = "", headers = ""] = line.split(" | ");
  const [method = "", target, ...query] = first.split(" ");
  return {
    method,
    target: target as Routable["target"],
    query: query.map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return { name, value };
    }),
    headers: Object.fromEntries(headers.split(" ").map((name) => [name, "x"])),
  };
}
function find(line: string): string | undefined {
  const found = router.find(request(line));
  if (!found) return undefined;
  return "operation" in found ? found.operation.name : JSON.stringify(found);
}

describe("the router", () => {
  it.each([
    ["GET service", "ListBuckets"],
    ["GET service prefix=a max-keys=1", "ListBuckets"],
    ["PUT bucket", "PutBucket"],
    ["GET bucket", "ListObjects"],
    ["GET bucket prefix=a unknown=1 security-token=t", "ListObjects"],
    ["GET bucket list-type=2", "ListObjectsV2"],
    ["GET bucket encoding-type=url list-type=2", "ListObjectsV2"],
    ["GET bucket list-type=1", "ListObjects"],
    ["GET bucket bucketInfo", "GetBucketInfo"],
    ["GET bucket uploads", "ListMultipartUploads"],
    ["POST bucket delete", "DeleteMultipleObjects"],
    ["PUT object", "PutObject"],
    ["PUT object | x-oss-copy-source", "CopyObject"],
    ["PUT object uploadId=1 partNumber=2", "UploadPart"],
    ["PUT object uploadId=1 partNumber=2 | x-oss-copy-source", "UploadPartCopy"],
    ["GET object", "GetObject"],
    ["GET object versionId=1 response-expires=0 x-oss-process=x", "GetObject"],
    ["GET object uploadId=1", "ListParts"],
    ["HEAD object", "HeadObject"],
    ["DELETE object", "DeleteObject"],
    ["DELETE object uploadId=1", "AbortMultipartUpload"],
    ["POST object uploads", "InitiateMultipartUpload"],
    ["POST object uploadId=1", "CompleteMultipartUpload"],
    ["POST object append position=0", "AppendObject"],
    ["DELETE bucket", "DeleteBucket"],
  ])("%s is %s", (line, name) => {
    expect(find(line)).toBe(name);
  });

  it.each([
    ["GET object acl", '{"unsupported":"acl"}'],
    ["GET bucket lifecycle", '{"unsupported":"lifecycle"}'],
    ["PUT bucket uploads", '{"unsupported":"uploads"}'],
    ["POST object delete", '{"unsupported":"delete"}'],
    ["POST object append", '{"missing":"position"}'],
    ["PUT object uploadId=1", '{"missing":"partNumber"}'],
    ["PUT object partNumber=1", '{"missing":"uploadId"}'],
    ["PUT object uploads", '{"unsupported":"uploads"}'],
  ])("%s is none: %s", (line, expected) => {
    expect(find(line)).toBe(expected);
  });

  it.each(["POST object", "PATCH object", "PUT service", "HEAD bucket", "HEAD service", "get bucket"])(
    "%s is nothing",
    (line) => {
      expect(find(line)).toBeUndefined();
    },
  );

  it("does not count a header that is empty", () => {
    const found = router.find({ ...request("PUT object"), headers: { "x-oss-copy-source": "" } });
    expect(found).toMatchObject({ operation: { name: "PutObject" } });
  });

  it.each([
    ["OSS", oss],
    ["COS", operationsOf(cosCommands)],
  ])("finds every operation of %s, in whatever order they are given", (_, operations) => {
    expect(operations.length).toBeGreaterThan(18);
    fc.assert(
      fc.property(fc.shuffledSubarray(operations, { minLength: operations.length }), (values) => {
        const shuffled = new Router(values, SUBRESOURCES);
        for (const { operation } of operations) {
          expect(shuffled.find(minimal(operation))).toEqual({ operation });
        }
      }),
      { numRuns: 20 },
    );
  });
});

/** The least that a request for an operation has. */
function minimal({ http: [method, target, query], input }: AnyOperation): Routable {
  const members = (Object.entries(input) as [string, AnyMember][]).filter(([, { required }]) => required);
  const names = (where: AnyMember["in"]) =>
    members.filter(([, member]) => member.in === where).map(([name, member]) => member.name ?? name);
  return {
    method,
    target,
    query: [
      ...[...new URLSearchParams(query ?? "")].map(([name, value]) => ({ name, value })),
      ...names("query").map((name) => ({ name, value: "1" })),
    ],
    headers: Object.fromEntries(names("header").map((name) => [name, "x"])),
  };
}
