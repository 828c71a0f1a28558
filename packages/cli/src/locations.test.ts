import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  directoryPrefix,
  parseBucket,
  parseInBucket,
  parseLocation,
  parseObject,
  parseRemote,
  textOf,
  urlOf,
} from "./locations.ts";
import { UsageError } from "./problems.ts";

describe("parseLocation", () => {
  it.each([
    "a%20b",
    "a%",
    "what?x=1",
    "a#b",
    "two words",
    "猫/😀.jpg",
    "a//b",
    "a/",
    "../x",
    "a:b",
    "oss://nested",
    " ",
    "a\nb",
  ])("takes the key %j as it stands", (key) => {
    expect(parseLocation(`oss://photos/${key}`)).toEqual({ kind: "remote", provider: "oss", bucket: "photos", key });
  });

  it("takes any key as it stands, and writes it so", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("oss" as const, "cos" as const), (key, provider) => {
        const url = `${provider}://photos-1250000000/${key}`;
        const location = parseLocation(url);
        expect(location).toEqual({ kind: "remote", provider, bucket: "photos-1250000000", key });
        if (key !== "") expect(textOf(location)).toBe(url);
      }),
    );
  });

  it("tells services, buckets and keys apart", () => {
    expect(parseLocation("cos://")).toEqual({ kind: "remote", provider: "cos", bucket: "", key: "" });
    expect(parseLocation("oss://photos")).toEqual({ kind: "remote", provider: "oss", bucket: "photos", key: "" });
    expect(parseLocation("oss://photos/")).toEqual({ kind: "remote", provider: "oss", bucket: "photos", key: "" });
    expect(parseLocation("OSS://photos/A")).toEqual({ kind: "remote", provider: "oss", bucket: "photos", key: "A" });
  });

  it.each(["a.txt", "./oss://x", "C:\\photos", "C://photos", "/abs", "oss:/x", "~/x", "--"])(
    "takes %j for a path",
    (path) => {
      expect(parseLocation(path)).toEqual({ kind: "local", path });
    },
  );

  it("takes - for a stream", () => {
    expect(parseLocation("-")).toEqual({ kind: "stream" });
    expect(textOf({ kind: "stream" })).toBe("-");
  });

  it.each([
    ["s3://bucket/key", /there is no s3:\/\//],
    ["https://x/y", /there is no https:\/\//],
    ["oss:///key", /names no bucket/],
    ["", /is empty/],
  ])("refuses %j", (text, message) => {
    expect(() => parseLocation(text)).toThrow(UsageError);
    expect(() => parseLocation(text)).toThrow(message);
  });
});

describe("what a command needs", () => {
  it("is in a cloud", () => {
    expect(() => parseRemote("a.txt")).toThrow(/is not in a cloud/);
    expect(() => parseRemote("-")).toThrow(/is not in a cloud/);
    expect(parseRemote("oss://").bucket).toBe("");
  });

  it("is a bucket", () => {
    expect(parseBucket("oss://photos/").bucket).toBe("photos");
    expect(() => parseBucket("oss://photos/a")).toThrow(/is no bucket/);
    expect(() => parseBucket("oss://")).toThrow(/is no bucket/);
  });

  it("is in a bucket", () => {
    expect(parseInBucket("oss://photos").key).toBe("");
    expect(() => parseInBucket("oss://")).toThrow(/names no bucket/);
  });

  it("is an object", () => {
    expect(parseObject("oss://photos/a").key).toBe("a");
    expect(() => parseObject("oss://photos/")).toThrow(/names no object/);
  });
});

it("a directory is what begins with its name and a slash", () => {
  expect(["", "a", "a/", "a/b"].map(directoryPrefix)).toEqual(["", "a/", "a/", "a/b/"]);
});

it("a bucket is written without a slash", () => {
  expect(urlOf({ provider: "oss", bucket: "photos", key: "" })).toBe("oss://photos");
});
