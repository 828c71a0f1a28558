import { paginate } from "@cosmoss/client-cos";
import {
  ListObjectsCommand,
  type ListObjectsInput,
  type ListObjectsOutput,
  PutObjectCommand,
} from "@cosmoss/commands-cos";
import { beforeEach, describe, expect, it } from "vitest";
import { codeOf, element, NOON } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const KEYS = ["a", "b/", "b/1", "b/2/x", "b/2/y", "c\u0001\r\n", "c d+&<>\"'%", "z", "\uffee", "😀"];

const cos = useCos({ buckets: { cos: [Bucket, "empty-1250000000"] } });
beforeEach(async () => {
  for (const Key of KEYS.toReversed()) {
    const StorageClass = Key === "z" ? "ARCHIVE" : "STANDARD";
    await cos.client.send(new PutObjectCommand({ Bucket, Key, Body: "abc", StorageClass }));
  }
});

const list = (input: Partial<ListObjectsInput> = {}): Promise<ListObjectsOutput> =>
  cos.client.send(new ListObjectsCommand({ Bucket, ...input }));
const found = ({ Contents, CommonPrefixes }: ListObjectsOutput): string[] => [
  ...Contents.map(({ Key }) => Key),
  ...CommonPrefixes.map(({ Prefix }) => Prefix),
];

describe("listings of COS", () => {
  it("name all objects in the order of their UTF-8 bytes", async () => {
    const output = await list();
    expect(found(output)).toEqual(KEYS);
    expect(output).toMatchObject({ Name: Bucket, Prefix: "", Marker: "", MaxKeys: 1000, IsTruncated: false });
    expect([output.NextMarker, output.Delimiter]).toEqual([undefined, undefined]);
    expect(output.Contents[7]).toEqual({
      Key: "z",
      LastModified: new Date(NOON),
      ETag: '"900150983cd24fb0d6963f7d28e17f72"',
      Size: 3,
      StorageClass: "ARCHIVE",
      Owner: { ID: "1250000000", DisplayName: "1250000000" },
    });
  });

  it.each<[Partial<ListObjectsInput>, string[]]>([
    [{ Prefix: "b/" }, ["b/", "b/1", "b/2/x", "b/2/y"]],
    [{ Prefix: "none" }, []],
    [{ Delimiter: "/" }, ["a", ...KEYS.slice(5), "b/"]],
    [{ Delimiter: "/", Prefix: "b/" }, ["b/", "b/1", "b/2/"]],
    [{ Delimiter: "/", Prefix: "b" }, ["b/"]],
    [{ Delimiter: "+" }, [...KEYS.slice(0, 6), ...KEYS.slice(7), "c d+"]],
    [{ Marker: "b/2/x" }, KEYS.slice(4)],
    [{ Marker: "b/2" }, KEYS.slice(3)],
    [{ Marker: "b/", Delimiter: "/" }, KEYS.slice(5)],
    [{ Marker: "b/1", Delimiter: "/" }, KEYS.slice(5)],
    [{ Marker: "😀" }, []],
  ])("with %j are as they should", async (input, expected) => {
    expect(found(await list(input))).toEqual(expected);
  });

  it("go on where a page ended, for any size of page", async () => {
    for (const Delimiter of [undefined, "/"]) {
      const all = found(await list({ ...(Delimiter && { Delimiter }) })).toSorted();
      for (let MaxKeys = 1; MaxKeys <= KEYS.length; MaxKeys++) {
        const pages: string[] = [];
        const input = { Bucket, MaxKeys, ...(Delimiter && { Delimiter }) };
        for await (const page of paginate(cos.client, ListObjectsCommand, input)) {
          expect(found(page).length).toBeLessThanOrEqual(MaxKeys);
          expect(page.IsTruncated).toBe(page.NextMarker !== undefined);
          pages.push(...found(page));
        }
        expect(pages.toSorted()).toEqual(all);
      }
    }
  });

  it("tell the region, and are empty for an empty bucket", async () => {
    const { headers, text } = await sendSigned(cos.emulator, { path: "/empty-1250000000/" });
    expect(headers["x-cos-bucket-region"]).toBe("ap-guangzhou");
    expect(text).toBe(
      "<?xml version='1.0' encoding='utf-8' ?><ListBucketResult><Name>empty-1250000000</Name><Prefix></Prefix>" +
        "<Marker></Marker><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>",
    );
  });

  it("escape names by percent only when asked to, and otherwise with named entities alone", async () => {
    const plain = await sendSigned(cos.emulator, { path: `/${Bucket}/`, query: { prefix: "c" } });
    expect(plain.text).toContain("<Key>c d+&amp;&lt;&gt;&quot;&apos;%</Key>");
    expect(plain.text).toContain("<Key>c\u0001\r\n</Key>");
    expect(plain.text).not.toContain("EncodingType");
    const query = { prefix: "b/2", delimiter: "/", "encoding-type": "url", marker: "b/ü" };
    const escaped = await sendSigned(cos.emulator, { path: `/${Bucket}/`, query });
    expect(element(escaped.text, "EncodingType")).toBe("url");
    expect(element(escaped.text, "Marker")).toBe("b/%C3%BC");
    const all = await sendSigned(cos.emulator, { path: `/${Bucket}/`, query: { "encoding-type": "url" } });
    expect(all.text).toContain("<Key>c%20d%2B%26%3C%3E%22%27%25</Key>");
    expect(all.text).toContain("<Key>b/2/x</Key>");
    expect(all.text).toContain("<Key>c%01%0D%0A</Key>");
  });

  it("are refused for arguments that mean nothing", async () => {
    expect(await codeOf(list({ Delimiter: "ab" }))).toBe("400 InvalidDelimiter");
    for (const query of [{ "max-keys": "1001" }, { "max-keys": "ten" }, { "encoding-type": "base64" }]) {
      const { status, text } = await sendSigned(cos.emulator, {
        path: `/${Bucket}/`,
        query: query as Record<string, string>,
      });
      expect([status, element(text, "Code")]).toEqual([400, "InvalidArgument"]);
    }
  });

  it("do not mind parameters that they do not know", async () => {
    const request = { path: `/${Bucket}/`, query: { a: "1", prefix: "z" } };
    const { status, text } = await sendSigned(cos.emulator, request);
    expect([status, element(text, "Key")]).toEqual([200, "z"]);
  });
});
