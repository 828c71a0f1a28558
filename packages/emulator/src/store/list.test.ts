import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listPage, type ListOptions } from "./list.ts";
import { memoryStore } from "./memory.ts";
import type { Bucket } from "./store.ts";

const meta = { etag: "", lastModified: 0, type: "normal", storageClass: "", headers: {}, metadata: {} } as const;
const encode = (text: string): Buffer => Buffer.from(text);
const greater = (a: string, b: string): boolean => Buffer.compare(encode(a), encode(b)) > 0;

async function bucketOf(keys: readonly string[]): Promise<Bucket> {
  const store = memoryStore();
  const bucket = await store.createBucket("oss", { name: "b", createdAt: 0, attributes: {} });
  for (const key of keys) await bucket.put(key, store.stage(), () => meta);
  return bucket;
}

const show = (bucket: Bucket, options: Omit<ListOptions, "limit"> & { limit?: number }): unknown => {
  const page = listPage((scan) => bucket.objects(scan), { limit: 1000, ...options });
  return [page.items.map((item) => item.key), page.commonPrefixes, page.isTruncated, page.last];
};

describe("listPage", () => {
  const keys = ["a", "a/", "a/1", "a/2/x", "a/2/y", "b//c", "b/d", "c", "d/e"];

  test.each<[string, Parameters<typeof show>[1], unknown]>([
    ["all", {}, [keys, [], false, "d/e"]],
    ["delimiter", { delimiter: "/" }, [["a", "c"], ["a/", "b/", "d/"], false, "d/"]],
    ["empty delimiter means none", { delimiter: "" }, [keys, [], false, "d/e"]],
    ["below a prefix", { prefix: "a/", delimiter: "/" }, [["a/", "a/1"], ["a/2/"], false, "a/2/"]],
    [
      "a delimiter of two characters",
      { delimiter: "//" },
      [["a", "a/", "a/1", "a/2/x", "a/2/y", "b/d", "c", "d/e"], ["b//"], false, "d/e"],
    ],
    ["keys and prefixes count together", { delimiter: "/", limit: 2 }, [["a"], ["a/"], true, "a/"]],
    [
      "a marker that is a prefix skips its group",
      { delimiter: "/", after: "a/", limit: 2 },
      [["c"], ["b/"], true, "c"],
    ],
    ["a marker inside a group skips it too", { delimiter: "/", after: "a/1" }, [["c"], ["b/", "d/"], false, "d/"]],
    ["a marker before a group", { delimiter: "/", after: "a" }, [["c"], ["a/", "b/", "d/"], false, "d/"]],
    [
      "not truncated when what is left is only a skipped group",
      { after: "d/", delimiter: "/", limit: 1 },
      [[], [], false, undefined],
    ],
    ["exactly full is not truncated", { delimiter: "/", limit: 5 }, [["a", "c"], ["a/", "b/", "d/"], false, "d/"]],
    ["marker behind the prefix range", { prefix: "a/", after: "b" }, [[], [], false, undefined]],
    ["limit 0", { limit: 0 }, [[], [], false, undefined]],
  ])("%s", async (_, options, expected) => {
    expect(show(await bucketOf(keys), options)).toEqual(expected);
  });

  test("uploads: the id marker goes with the key marker; the last upload of a page is known", async () => {
    const bucket = await bucketOf([]);
    for (const [key, id] of [
      ["a", "1"],
      ["a", "2"],
      ["d/x", "3"],
      ["d/y", "4"],
      ["e", "5"],
    ] as const) {
      await bucket.createUpload({ key, id, initiated: 0, attributes: {} });
    }
    const page = (options: Omit<ListOptions, "limit" | "delimiter">): unknown => {
      const found = listPage((scan) => bucket.uploads(scan), { ...options, limit: 2, delimiter: "/" });
      return [
        found.items.map((one) => one.id),
        found.commonPrefixes,
        found.isTruncated,
        found.last,
        found.lastItem?.id,
      ];
    };
    expect(page({})).toEqual([["1", "2"], [], true, "a", "2"]);
    expect(page({ after: "a", afterId: "1" })).toEqual([["2"], ["d/"], true, "d/", undefined]);
    expect(page({ after: "a" })).toEqual([["5"], ["d/"], false, "e", "5"]);
    expect(page({ after: "d/" })).toEqual([["5"], [], false, "e", "5"]);
  });

  test("skips 10,000 keys below a common prefix with one scan", async () => {
    const bucket = await bucketOf(["z", ...Array.from({ length: 10_000 }, (_, i) => `dir/${i}`)]);
    let scans = 0;
    let seen = 0;
    const page = listPage(
      function* (options) {
        scans++;
        for (const item of bucket.objects(options)) {
          seen++;
          yield item;
        }
      },
      { delimiter: "/", limit: 1000 },
    );
    expect([page.items.map((item) => item.key), page.commonPrefixes]).toEqual([["z"], ["dir/"]]);
    expect({ scans, seen }).toEqual({ scans: 2, seen: 2 });
  });

  test("pages put together equal the plain definition", async () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "\u{1f600}", "\uff5e"), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(text, { maxLength: 40 }),
        fc.string({ unit: fc.constantFrom("a", "/"), maxLength: 2 }),
        fc.constantFrom("", "/", "b/"),
        fc.option(text, { nil: undefined }),
        fc.integer({ min: 1, max: 5 }),
        async (names, prefix, delimiter, after, limit) => {
          const entries = new Set<string>();
          for (const key of names) {
            if (!key.startsWith(prefix) || (after !== undefined && !greater(key, after))) continue;
            const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
            const entry = at < 0 ? `key ${key}` : `group ${key.slice(0, at + delimiter.length)}`;
            if (after === undefined || greater(entry.slice(entry.indexOf(" ") + 1), after)) entries.add(entry);
          }
          const bucket = await bucketOf(names);
          const found: string[] = [];
          let marker = after;
          for (let more = true; more;) {
            const page = listPage((scan) => bucket.objects(scan), {
              prefix,
              delimiter,
              limit,
              ...(marker !== undefined && { after: marker }),
            });
            const here = [
              ...page.items.map(({ key }) => `key ${key}`),
              ...page.commonPrefixes.map((one) => `group ${one}`),
            ];
            expect(here.length).toBeLessThanOrEqual(limit);
            if (page.isTruncated) expect(here).toHaveLength(limit);
            found.push(...here);
            marker = page.last;
            more = page.isTruncated;
          }
          expect(found.toSorted()).toEqual([...entries].toSorted());
        },
      ),
      { numRuns: 200 },
    );
  });
});
