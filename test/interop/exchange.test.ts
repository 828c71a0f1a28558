import { beforeAll, describe, expect, test } from "vitest";
import { awkwardKeys, bytes, dottedKey } from "./content.ts";
import { oursOnCos, oursOnOss, type Page, type Party, theirsOnCos, theirsOnOss } from "./parties.ts";
import { cosVersions, emulatorForFile, folderForFile } from "./vendors.ts";

const ossBucket = "exchange";
const cosBucket = "exchange-1250000000";
const forOss = await emulatorForFile({ buckets: { oss: [ossBucket] } });
const forCos = await emulatorForFile({
  buckets: { cos: [cosBucket] },
  cnames: { localhost: { provider: "cos", bucket: cosBucket } },
});
const folder = folderForFile();

interface Pair {
  ours: Party;
  theirs: Party;
  /** Keys that their client can send. */
  keys: readonly string[];
}

const pairs: readonly (readonly [name: string, pair: Pair])[] = [
  ...(
    [
      ["V4", "V4"],
      ["V4", "V1"],
      ["V1", "V1"],
      ["V1", "V4"],
    ] as const
  ).map(([mine, other]): [string, Pair] => [
    `ours, ${mine}, and ali-oss, ${other}`,
    {
      ours: oursOnOss(forOss, ossBucket, mine),
      theirs: theirsOnOss(forOss, ossBucket, other),
      keys: awkwardKeys,
    },
  ]),
  ...cosVersions.map(([version, COS]): [string, Pair] => [
    `ours and cos-nodejs-sdk-v5 ${version}`,
    {
      ours: oursOnCos(forCos, cosBucket),
      theirs: theirsOnCos(COS, forCos, cosBucket, folder),
      keys: [...awkwardKeys, dottedKey],
    },
  ]),
];

const small = bytes(1000);
const large = bytes(5 * 1024 * 1024, 2);

describe.each(pairs)("%s", (name, { ours, theirs, keys }) => {
  const directions = [
    ["theirs reads what ours wrote", ours, theirs],
    ["ours reads what theirs wrote", theirs, ours],
  ] as const;
  // Pairs share a bucket.
  const folder = name.replaceAll(/\W/g, "");

  describe.each(directions)("%s", (direction, writer, reader) => {
    const key = `${folder}/${direction.replaceAll(/\W/g, "")}`;

    test.each([
      ["an empty object", Buffer.alloc(0)],
      ["a small one", small],
      ["5 MiB", large],
    ])("%s", async (_size, content) => {
      await writer.put(key, content, "text/x-exchange", { from: "writer", "b-2": "a, b" });
      expect(Buffer.compare(await reader.get(key), content)).toBe(0);
      const description = await reader.describe(key);
      expect(description).toMatchObject({
        length: content.length,
        contentType: "text/x-exchange",
        metadata: { from: "writer", "b-2": "a, b" },
        crc64: expect.stringMatching(/^\d+$/),
      });
      expect(description).toEqual(await writer.describe(key));
    });

    test("5 MiB in parts", async () => {
      await writer.putInParts(key, large);
      expect(Buffer.compare(await reader.get(key), large)).toBe(0);
      const description = await reader.describe(key);
      expect(description.etag).toMatch(/-3"$/);
      expect(description).toEqual(await writer.describe(key));
    });

    test.each(keys)("the key %j", async (key) => {
      await writer.put(key, small);
      expect(Buffer.compare(await reader.get(key), small)).toBe(0);
      await reader.copy(`${folder}copy`, key);
      expect(Buffer.compare(await writer.get(`${folder}copy`), small)).toBe(0);
      await reader.delete([key]);
      await expect(writer.get(key)).rejects.toMatchObject({ code: "NoSuchKey" });
    });

    test("through signed URLs", async () => {
      await writer.put(key, small);
      const got = await fetch(await reader.sign("GET", key));
      expect(got.status).toBe(200);
      expect(Buffer.from(await got.arrayBuffer()).equals(small)).toBe(true);
      const put = await fetch(await writer.sign("PUT", key), { method: "PUT", body: large });
      expect(put.status).toBe(200);
      expect(Buffer.compare(await reader.get(key), large)).toBe(0);
      const refused = await fetch(await writer.sign("GET", key), { method: "PUT", body: small });
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("SignatureDoesNotMatch")]);
    });
  });

  describe("both list the same", () => {
    const names = ["1", "2+ 3", "dir/a", "dir/b&<>", "dir/deep/c", "end ", "中/1", "中/2"];
    const all = names.map((name) => `${folder}/list/${name}`);
    beforeAll(async () => {
      await Promise.all(all.map((key, i) => (i % 2 ? ours : theirs).put(key, bytes(i, i))));
    });

    test.each([
      ["everything", { delimiter: "", max: 100 }, 1],
      ["a page at a time", { delimiter: "", max: 3 }, 3],
      ["folded by a delimiter", { delimiter: "/", max: 100 }, 1],
      ["folded, a page at a time", { delimiter: "/", max: 2 }, 3],
    ])("%s", async (_what, how, count) => {
      const query = { prefix: `${folder}/list/`, ...how };
      const pages = [await pagesOf(ours, query), await pagesOf(theirs, query)] as const;
      expect(pages[0]).toEqual(pages[1]);
      expect(pages[0]).toHaveLength(count);
      const found = pages[0].flatMap(({ objects, prefixes }) => [...objects.map(({ key }) => key), ...prefixes]);
      const expected = how.delimiter ? new Set(all.map((key) => key.replace(/(list\/[^/]+\/).*/, "$1"))) : new Set(all);
      expect(new Set(found)).toEqual(expected);
    });
  });
});

async function pagesOf(party: Party, query: { prefix: string; delimiter: string; max: number }): Promise<Page[]> {
  const pages: Page[] = [];
  let marker: string | undefined = "";
  do {
    const page = await party.list({ ...query, marker });
    pages.push(page);
    marker = page.next;
  } while (marker !== undefined);
  return pages;
}
