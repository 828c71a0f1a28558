import { paginate } from "@cosmoss/client-oss";
import {
  ListObjectsCommand,
  type ListObjectsInput,
  ListObjectsV2Command,
  type ListObjectsV2Input,
  PutObjectCommand,
} from "@cosmoss/commands-oss";
import { describe, expect, it } from "vitest";
import { codeOf, element, NOON } from "../testing.ts";
import { sendSigned, useOss } from "./testing.ts";

const Bucket = "photos";
const KEYS = ["a.txt", "b/1", "b/2", "b/c/3", "d e+f%&<>\"'", "ü", "\uff5e", "😀"];

const oss = useOss();
async function fill(keys: readonly string[] = KEYS): Promise<void> {
  await Promise.all(keys.map((Key) => oss.client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }))));
}
const list = (more: Partial<ListObjectsInput> = {}) => oss.client.send(new ListObjectsCommand({ Bucket, ...more }));
const list2 = (more: Partial<ListObjectsV2Input> = {}) =>
  oss.client.send(new ListObjectsV2Command({ Bucket, ...more }));

interface Listed {
  readonly Contents: readonly { readonly Key: string }[];
  readonly CommonPrefixes: readonly { readonly Prefix: string }[];
}
const names = ({ Contents, CommonPrefixes }: Listed) => [
  ...Contents.map(({ Key }) => Key),
  ...CommonPrefixes.map(({ Prefix }) => Prefix),
];

describe("ListObjects of OSS", () => {
  it("gives keys in the order of their UTF-8", async () => {
    await fill();
    const page = await list();
    expect(names(page)).toEqual(KEYS);
    expect(page).toMatchObject({
      Name: Bucket,
      Prefix: "",
      Marker: "",
      MaxKeys: 100,
      Delimiter: "",
      IsTruncated: false,
    });
    expect(page).not.toHaveProperty("NextMarker");
    expect(page.Contents[0]).toEqual({
      Key: "a.txt",
      LastModified: new Date(NOON),
      ETag: '"9DD4E461268C8034F5C8564E155C67A6"',
      Type: "Normal",
      Size: 1,
      StorageClass: "Standard",
      Owner: { ID: "1250000000", DisplayName: "1250000000" },
    });
  });

  it("groups, filters and goes on", async () => {
    await fill();
    expect(names(await list({ Delimiter: "/", MaxKeys: 2 }))).toEqual(["a.txt", "b/"]);
    expect(await list({ Delimiter: "/", MaxKeys: 2 })).toMatchObject({ IsTruncated: true, NextMarker: "b/" });
    expect(names(await list({ Delimiter: "/", Marker: "b/", MaxKeys: 1 }))).toEqual([KEYS[4]]);
    expect(names(await list({ Prefix: "b/", Delimiter: "/" }))).toEqual(["b/1", "b/2", "b/c/"]);
    expect(names(await list({ Marker: "b/1", Prefix: "b/" }))).toEqual(["b/2", "b/c/3"]);
    expect(names(await list({ Prefix: "none" }))).toEqual([]);
    const seen: string[] = [];
    for await (const page of paginate(oss.client, ListObjectsCommand, { Bucket, MaxKeys: 3 })) {
      seen.push(...names(page));
    }
    expect(seen).toEqual(KEYS);
  });

  it("writes names as asked", async () => {
    await fill(["a b/\u0001ü"]);
    const send = (query: Record<string, string | null>) => sendSigned(oss.emulator, { bucket: Bucket, query });
    const encoded = (await send({ "encoding-type": "URL", prefix: "a ", delimiter: "/" })).text;
    expect(element(encoded, "EncodingType")).toBe("url");
    expect(encoded).toContain("<Prefix>a%20</Prefix>");
    expect(encoded).toContain("<Delimiter>%2F</Delimiter>");
    expect(encoded).toContain("<CommonPrefixes><Prefix>a%20b%2F</Prefix></CommonPrefixes>");
    const plain = (await send({})).text;
    expect(element(plain, "EncodingType")).toBeUndefined();
    expect(element(plain, "Key")).toBe("a b/\u0001ü");
  });

  it.each(["0", "1001", "-1", "x", "", "1.5"])("refuses max-keys=%s", async (value) => {
    for (const more of [{}, { "list-type": "2" }]) {
      const request = { bucket: Bucket, query: { ...more, "max-keys": value } };
      const { status, text } = await sendSigned(oss.emulator, request);
      expect([status, element(text, "Code"), element(text, "ArgumentName")]).toEqual([
        400,
        "InvalidArgument",
        "max-keys",
      ]);
    }
  });

  it("refuses long parameters", async () => {
    const long = "x".repeat(1024);
    for (const more of [{ Prefix: long }, { Delimiter: long }, { Marker: long }]) {
      expect(await codeOf(list(more))).toBe("400 InvalidArgument");
    }
  });

  it("gives 1,000 keys at once", async () => {
    const keys = Array.from({ length: 1001 }, (_, i) => `k${String(i).padStart(4, "0")}`);
    await fill(keys);
    expect(names(await list({ MaxKeys: 1000 }))).toEqual(keys.slice(0, 1000));
    expect((await list()).Contents).toHaveLength(100);
  });
});

describe("ListObjectsV2 of OSS", () => {
  it("counts, and tells owners only when asked", async () => {
    await fill();
    const page = await list2({ Delimiter: "/", StartAfter: "a.txt" });
    expect(names(page)).toEqual([...KEYS.slice(4), "b/"]);
    expect(page).toMatchObject({ KeyCount: 5, MaxKeys: 100, StartAfter: "a.txt", IsTruncated: false });
    expect(page).not.toHaveProperty("NextContinuationToken");
    expect(page.Contents[0]).not.toHaveProperty("Owner");
    expect((await list2({ FetchOwner: true })).Contents[0]?.Owner).toEqual({
      ID: "1250000000",
      DisplayName: "1250000000",
    });
    expect((await list2({ FetchOwner: false })).Contents[0]).not.toHaveProperty("Owner");
  });

  it("goes on from a token, wherever it began", async () => {
    await fill();
    const first = await list2({ MaxKeys: 2, StartAfter: "b/1" });
    const token = first.NextContinuationToken ?? "";
    expect(names(first)).toEqual(["b/2", "b/c/3"]);
    const second = await list2({ MaxKeys: 2, StartAfter: "z", ContinuationToken: token });
    expect(names(second)).toEqual(KEYS.slice(4, 6));
    expect(second).toMatchObject({ ContinuationToken: token });
    const seen: string[] = [];
    for await (const page of paginate(oss.client, ListObjectsV2Command, { Bucket, MaxKeys: 1, Delimiter: "/" })) {
      seen.push(...names(page));
    }
    expect(seen).toEqual(["a.txt", "b/", ...KEYS.slice(4)]);
  });

  it.each(["x", "", "CgJiMS0t", "Yi8x"])("refuses the token %j", async (ContinuationToken) => {
    expect(await codeOf(list2({ ContinuationToken }))).toBe("400 InvalidArgument");
  });
});
