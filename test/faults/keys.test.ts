import { request } from "node:http";
import { presign } from "@cosmoss/client-oss";
import { describe, expect, it } from "vitest";
import { cos, guardProcess, matrix, oss, rejection, useStage } from "./stage.ts";

const ASCII = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("");
const CONTROLS = Array.from({ length: 32 }, (_, index) => String.fromCharCode(index)).join("");

const KEYS: readonly string[] = [
  "plain.txt",
  "with space",
  " leading and trailing ",
  "a+b",
  "a%b",
  "a%2Fb",
  "a%2fb%20c",
  "%",
  "%zz",
  "%2e%2e",
  "a?b=c&d",
  "?acl",
  "?",
  "a#b",
  "#",
  "a//b",
  "a//",
  "a///b//c",
  "folder/",
  "!'()*~",
  "-._~",
  `x${ASCII}`,
  "a\\b",
  "a:b;c=d,e@f$g",
  "<&>\"'",
  "]]>",
  "emptyDir/?uploads",
  "中文/文件.txt",
  "e\u0301 and \u00e9",
  "😀/👩‍👩‍👧",
  "\u{10ffff}\uffff\ufffd",
  "\u2028\u00a0\u200b\ufeffx",
  `a${CONTROLS}b`,
  "\u007f",
  "\t",
  "line\r\nbreak",
  "a/.../b",
  "...x",
  ".hidden",
  "a/..b/c..",
];
/** Keys that a URL parser would change. */
const DOTTED: readonly string[] = ["a/./b", "a/../b", "a/..", "a/.", "../a", "./a", "a/.././../b", "a//../b"];
const SLASHED: readonly string[] = ["/a", "//a", "///", "/中"];
const BACKSLASHED: readonly string[] = ["\\a"];
const MERE_DOTS: readonly string[] = [".", "..", "...", "/", "./", "../..", "//"];
/** What XML cannot say, not even as a reference. */
const NO_XML = /[\ufffe\uffff]/;

/** Sends a request target as it is. */
function plainGet(url: string): Promise<string> {
  const [, host = "", port = "", target = ""] = /^http:\/\/([^:/]+):(\d+)(.*)$/s.exec(url) ?? [];
  return new Promise((resolve, reject) => {
    request({ host, port, path: target, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });
}

guardProcess();

describe.each(matrix)("keys, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { Bucket, commands } = cloud;
  const slashed = cloud === cos ? [...SLASHED.filter((key) => /[^/]/.test(key)), ...BACKSLASHED] : [];
  const dotted =
    transport === "fetch" ? [] : [...DOTTED, ...(cloud === oss ? MERE_DOTS.filter((key) => key[0] === ".") : [])];
  const taken = [...KEYS, ...slashed, ...dotted];

  const refused: [reason: RegExp, keys: readonly string[]][] = [
    [/OSS takes none that begins with .*; give another$/, cloud === oss ? [...SLASHED, ...BACKSLASHED, "/", "//"] : []],
    [/COS takes it for the bucket itself; give another$/, cloud === cos ? MERE_DOTS : []],
    [
      /fetch would change the path .*; give another/,
      transport === "fetch" ? [...DOTTED, ...(cloud === oss ? [".", "..", "./", "../.."] : [])] : [],
    ],
    [/surrogate/, ["\ud800", "a\udfffb"]],
  ];

  it("arrive exactly as given, whatever is done to them", async () => {
    const at = (Key: string) => ({ Bucket, Key });
    const { client, emulator } = stage;
    await Promise.all(
      taken.map(async (key) => {
        const text = `content of ${JSON.stringify(key)}`;
        await stage.put(key, text);
        expect(String(await stage.get(key)), JSON.stringify(key)).toBe(text);
        const head = await client.send(new commands.HeadObjectCommand(at(key)));
        expect(head.ContentLength).toBe(Buffer.byteLength(text));
        const { url } = await presign(client, new commands.GetObjectCommand(at(key)));
        expect(await plainGet(url), url).toBe(text);
        if (!DOTTED.includes(key) && !/^[./]+$/.test(key)) {
          // A URL parser reads the link as it is meant.
          expect(await (await fetch(url)).text(), url).toBe(text);
          expect(new URL(url).hash).toBe("");
        }
        await client.send(new commands.CopyObjectCommand({ ...at(`copies/${key}`), CopySource: at(key) }));
        expect(String(await stage.get(`copies/${key}`))).toBe(text);
      }),
    );
    // What the service saw, which knows nothing of how it was written here.
    expect(new Set(emulator.requests.map(({ key }) => key))).toEqual(
      new Set(taken.flatMap((key) => [key, `copies/${key}`])),
    );

    const listed = await client.send(new commands.ListObjectsCommand({ Bucket, MaxKeys: 1000 }));
    const all = taken.flatMap((key) => [key, `copies/${key}`]);
    expect(listed.Contents.map(({ Key }) => Key).sort()).toEqual([...all].sort());
    // In pages of one, so that every key is a marker once.
    let Marker: string | undefined = "copies/";
    const paged: string[] = [];
    while (Marker !== undefined) {
      const page: typeof listed = await client.send(
        new commands.ListObjectsCommand({ Bucket, MaxKeys: 1, Marker, Prefix: "copies/" }),
      );
      paged.push(...page.Contents.map(({ Key }) => Key));
      Marker = page.IsTruncated ? page.NextMarker : undefined;
    }
    expect(paged.sort()).toEqual(all.filter((key) => paged.includes(key)).sort());
    expect(paged).toHaveLength(taken.length);

    // One by one, and many at once.
    const isSingle = (key: string, index: number): boolean => index % 2 === 0 || NO_XML.test(key);
    await Promise.all(taken.filter(isSingle).map((key) => client.send(new commands.DeleteObjectCommand(at(key)))));
    const Objects = taken.filter((key, index) => !isSingle(key, index)).map((Key) => ({ Key }));
    const { Deleted } = await client.send(new commands.DeleteMultipleObjectsCommand({ Bucket, Objects }));
    // COS writes line breaks into its answer as they are, where XML takes every kind of them for "\n".
    const echo = (key: string): string => (cloud === cos ? key.replace(/\r\n?/g, "\n") : key);
    expect(Deleted.map(({ Key }) => Key).sort()).toEqual(Objects.map(({ Key }) => echo(Key)).sort());
    const left = await client.send(new commands.ListObjectsCommand({ Bucket, MaxKeys: 1000 }));
    expect(left.Contents.map(({ Key }) => Key).sort()).toEqual(taken.map((key) => `copies/${key}`).sort());
  });

  it("arrive exactly as given in multipart uploads", async () => {
    const { client } = stage;
    // The answers of COS have the key as it is.
    const keys = taken.filter((key) => cloud === oss || !(NO_XML.test(key) || key.includes("\r")));
    await Promise.all(
      keys.map(async (Key) => {
        const upload = await client.send(new commands.InitiateMultipartUploadCommand({ Bucket, Key }));
        expect(upload.Key).toBe(Key);
        const at = { Bucket, Key, UploadId: upload.UploadId };
        const { ETag } = await client.send(new commands.UploadPartCommand({ ...at, PartNumber: 1, Body: "part" }));
        expect((await client.send(new commands.ListPartsCommand(at))).Key).toBe(Key);
        const Parts = [{ PartNumber: 1, ETag }];
        expect((await client.send(new commands.CompleteMultipartUploadCommand({ ...at, Parts }))).Key).toBe(Key);
        expect(String(await stage.get(Key))).toBe("part");
        await client.send(new commands.InitiateMultipartUploadCommand({ Bucket, Key }));
      }),
    );
    const { Uploads } = await client.send(new commands.ListMultipartUploadsCommand({ Bucket, MaxUploads: 1000 }));
    expect(Uploads.map(({ Key }) => Key).sort()).toEqual([...keys].sort());
  });

  it("are refused with a reason, before anything is sent", async () => {
    const { client } = stage;
    for (const [reason, keys] of refused) {
      for (const Key of keys) {
        for (const command of [
          new commands.PutObjectCommand({ Bucket, Key, Body: "x" }),
          new commands.GetObjectCommand({ Bucket, Key }),
          new commands.DeleteObjectCommand({ Bucket, Key }),
        ]) {
          const sending = client.send(command as InstanceType<typeof commands.GetObjectCommand>);
          const error = await rejection(sending.then(() => JSON.stringify(Key)));
          expect(error, JSON.stringify(Key)).toMatchObject({
            name: "ConfigError",
            message: expect.stringMatching(reason),
          });
        }
      }
    }
    const Objects = ["ok", "not\uffffok"].map((Key) => ({ Key }));
    const error = await rejection(client.send(new commands.DeleteMultipleObjectsCommand({ Bucket, Objects })));
    expect(error.message).toBe("Objects[1].Key cannot be written as XML: it contains U+FFFF");
    expect(stage.emulator.requests).toEqual([]);
  });
});
