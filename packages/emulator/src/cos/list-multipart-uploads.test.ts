import { paginate } from "@cosmoss/client-cos";
import {
  InitiateMultipartUploadCommand,
  type InitiateMultipartUploadInput,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsInput,
  type ListMultipartUploadsOutput,
} from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { element, NOON } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const Key = "big/漢 &.txt";

const cos = useCos();

async function initiate(input: Partial<InitiateMultipartUploadInput> = {}): Promise<string> {
  const { UploadId } = await cos.client.send(new InitiateMultipartUploadCommand({ Bucket, Key, ...input }));
  return UploadId;
}
const listUploads = (input: Partial<ListMultipartUploadsInput> = {}): Promise<ListMultipartUploadsOutput> =>
  cos.client.send(new ListMultipartUploadsCommand({ Bucket, ...input }));

describe("open uploads of COS", () => {
  it("are listed by key and in the order in which they began", async () => {
    const ids: Record<string, string[]> = { "b/1": [], a: [], "b/2": [], c: [] };
    for (const name of ["b/1", "a", "b/2", "c", "a", "a"]) {
      ids[name]!.push(await initiate({ Key: name, StorageClass: name === "c" ? "ARCHIVE" : "STANDARD" }));
    }
    const { Uploads, ...page } = await listUploads();
    expect(Uploads.map(({ Key: name, UploadId }) => [name, UploadId])).toEqual([
      ...ids["a"]!.map((id) => ["a", id]),
      ["b/1", ids["b/1"]![0]],
      ["b/2", ids["b/2"]![0]],
      ["c", ids["c"]![0]],
    ]);
    expect(Uploads[5]).toEqual({
      Key: "c",
      UploadId: ids["c"]![0],
      StorageClass: "ARCHIVE",
      Initiated: new Date(NOON),
      Owner: { ID: "qcs::cam::uin/1250000000:uin/1250000000", DisplayName: "1250000000" },
      Initiator: { ID: "qcs::cam::uin/1250000000:uin/1250000000", DisplayName: "1250000000" },
    });
    expect(page).toMatchObject({
      Bucket,
      Prefix: "",
      KeyMarker: "",
      UploadIdMarker: "",
      MaxUploads: 1000,
      IsTruncated: false,
    });

    const grouped = await listUploads({ Delimiter: "/", Prefix: "" });
    expect([grouped.Uploads.length, grouped.CommonPrefixes]).toEqual([4, [{ Prefix: "b/" }]]);
    expect((await listUploads({ Prefix: "b/" })).Uploads).toHaveLength(2);
    expect((await listUploads({ KeyMarker: "a" })).Uploads).toHaveLength(3);
    expect((await listUploads({ KeyMarker: "a", UploadIdMarker: ids["a"]![0]! })).Uploads).toHaveLength(5);
    expect((await listUploads({ UploadIdMarker: ids["c"]![0]! })).Uploads).toHaveLength(6);
    const first = await listUploads({ MaxUploads: 2 });
    expect(first).toMatchObject({ NextKeyMarker: "a", NextUploadIdMarker: ids["a"]![1], IsTruncated: true });
    for (const MaxUploads of [1, 2, 3]) {
      for (const Delimiter of ["", "/"]) {
        const found: string[] = [];
        for await (const one of paginate(cos.client, ListMultipartUploadsCommand, { Bucket, MaxUploads, Delimiter })) {
          found.push(...one.Uploads.map(({ UploadId }) => UploadId), ...one.CommonPrefixes.map(({ Prefix }) => Prefix));
        }
        expect(found).toHaveLength(Delimiter ? 5 : 6);
        expect(new Set(found).size).toBe(found.length);
      }
    }
  });

  it("are not listed with arguments that mean nothing", async () => {
    for (const [query, code] of [
      [{ "max-uploads": "1001" }, "InvalidArgument"],
      [{ "encoding-type": "base64" }, "InvalidArgument"],
      [{ delimiter: "//" }, "InvalidDelimiter"],
    ] as const) {
      const request = { path: `/${Bucket}/`, query: { uploads: null, ...query } as Record<string, string | null> };
      const { status, text } = await sendSigned(cos.emulator, request);
      expect([status, element(text, "Code")]).toEqual([400, code]);
    }
  });
});
