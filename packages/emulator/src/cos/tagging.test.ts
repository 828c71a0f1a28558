import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectInput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  InitiateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf } from "../testing.ts";
import { Bucket, sendAnonymous, sendSigned, useCos } from "./testing.ts";

const at = { Bucket, Key: "a b/漢?+" };
const TAGS = { team: "core", "a b": "1+1=2", 漢: "", z: "/._:-" };

const cos = useCos();
const put = (Tagging?: Record<string, string>) =>
  cos.client.send(new PutObjectCommand({ ...at, Body: "x", ...(Tagging && { Tagging }) }));
const tags = async (Key = at.Key, VersionId?: string) => {
  const input = { ...at, Key, ...(VersionId !== undefined && { VersionId }) };
  const { TagSet } = await cos.client.send(new GetObjectTaggingCommand(input));
  return TagSet;
};
const asTagSet = (given: Record<string, string>) => Object.entries(given).map(([Key, Value]) => ({ Key, Value }));

describe("the tags of an object of COS", () => {
  it("are those that it was put with, in their order", async () => {
    await put(TAGS);
    expect(await tags()).toEqual(asTagSet(TAGS));
    expect(await tags(at.Key, "null")).toEqual(asTagSet(TAGS));
    expect((await cos.client.send(new HeadObjectCommand(at))).TaggingCount).toBe(4);
  });

  it("are none where it was put without", async () => {
    await put(TAGS);
    await put();
    expect(await tags()).toEqual([]);
    const { text } = await sendSigned(cos.emulator, { path: `/${Bucket}/${at.Key}`, query: { tagging: null } });
    expect(text).toContain("<TagSet");
  });

  it("are those that its upload began with", async () => {
    const { UploadId } = await cos.client.send(new InitiateMultipartUploadCommand({ ...at, Tagging: TAGS }));
    const part = { ...at, UploadId, PartNumber: 1 };
    const { ETag } = await cos.client.send(new UploadPartCommand({ ...part, Body: "x" }));
    await cos.client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, Parts: [{ PartNumber: 1, ETag }] }));
    expect(await tags()).toEqual(asTagSet(TAGS));
  });

  it.each<[Partial<CopyObjectInput>, Record<string, string>]>([
    [{}, TAGS],
    [{ Tagging: { other: "1" } }, TAGS],
    [{ MetadataDirective: "Replaced" }, TAGS],
    [{ TaggingDirective: "Copy", Tagging: { other: "1" } }, TAGS],
    [{ TaggingDirective: "Replaced", Tagging: { other: "1" } }, { other: "1" }],
    [{ TaggingDirective: "Replaced" }, {}],
  ])("of a copy made with %j", async (input, expected) => {
    await put(TAGS);
    await cos.client.send(new CopyObjectCommand({ ...at, Key: "copy", CopySource: at, ...input }));
    expect(await tags("copy")).toEqual(asTagSet(expected));
  });

  it("are none of a copy of an object without", async () => {
    await put();
    await cos.client.send(new CopyObjectCommand({ ...at, Key: "copy", CopySource: at, Tagging: { other: "1" } }));
    expect(await tags("copy")).toEqual([]);
  });

  it("are refused of what is not there, and to who has not signed", async () => {
    expect(await codeOf(tags("none"))).toBe("404 NoSuchKey");
    await put();
    expect(await codeOf(tags(at.Key, "v1"))).toBe("404 NoSuchVersion");
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "open", Body: "x", ACL: "public-read" }));
    const open = { path: `/${Bucket}/open` };
    expect((await sendAnonymous(cos.emulator, open)).status).toBe(200);
    expect((await sendAnonymous(cos.emulator, { ...open, query: { tagging: null } })).status).toBe(403);
  });
});
