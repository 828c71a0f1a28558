import { COSClient, paginate } from "@cosmoss/client-cos";
import {
  DeleteBucketCommand,
  HeadBucketCommand,
  InitiateMultipartUploadCommand,
  ListBucketsCommand,
  PutBucketCommand,
  PutObjectCommand,
} from "@cosmoss/commands-cos";
import { describe, expect, it } from "vitest";
import { codeOf, element, NOON } from "../testing.ts";
import { Bucket, sendSigned, useCos } from "./testing.ts";

const cos = useCos({ buckets: {} });

describe("buckets of COS", () => {
  it("are made, told of, listed and deleted", async () => {
    const { $metadata } = await cos.client.send(
      new PutBucketCommand({ Bucket, ACL: "public-read", BucketAZConfig: "MAZ", Tagging: { team: "core" } }),
    );
    expect($metadata.httpStatusCode).toBe(200);
    expect(Buffer.from($metadata.requestId ?? "", "base64").toString()).toMatch(/^[0-9a-f]{8}_/);
    expect(await cos.client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({
      BucketRegion: "ap-guangzhou",
      BucketAZType: "MAZ",
    });
    expect(await cos.client.send(new ListBucketsCommand())).toMatchObject({
      IsTruncated: false,
      Owner: { ID: "qcs::cam::uin/1250000000:uin/1250000000", DisplayName: "1250000000" },
      Buckets: [{ Name: Bucket, Location: "ap-guangzhou", CreationDate: new Date(NOON), BucketType: "cos" }],
    });
    const { $metadata: deleted } = await cos.client.send(new DeleteBucketCommand({ Bucket }));
    expect(deleted.httpStatusCode).toBe(204);
    expect((await cos.client.send(new ListBucketsCommand())).Buckets).toEqual([]);
  });

  it("exist only once, and are deleted only when they are empty", async () => {
    await cos.client.send(new PutBucketCommand({ Bucket }));
    expect(await codeOf(cos.client.send(new PutBucketCommand({ Bucket })))).toBe("409 BucketAlreadyOwnedByYou");
    await cos.client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "a" }));
    expect(await codeOf(cos.client.send(new DeleteBucketCommand({ Bucket })))).toBe("409 BucketNotEmpty");
  });

  it("are not deleted while an upload is open", async () => {
    await cos.client.send(new PutBucketCommand({ Bucket }));
    await cos.client.send(new InitiateMultipartUploadCommand({ Bucket, Key: "a" }));
    expect(await codeOf(cos.client.send(new DeleteBucketCommand({ Bucket })))).toBe("409 BucketNotEmpty");
  });

  it("that do not exist are 404, a HEAD of them without a document", async () => {
    expect(await codeOf(cos.client.send(new DeleteBucketCommand({ Bucket })))).toBe("404 NoSuchBucket");
    expect(await codeOf(cos.client.send(new PutObjectCommand({ Bucket, Key: "a" })))).toBe("404 NoSuchBucket");
    expect(await codeOf(cos.client.send(new HeadBucketCommand({ Bucket })))).toBe("404 NotFound");
  });

  it.each([
    ["without an account number", "photos", "InvalidBucketName"],
    ["with capitals", "Photos-1250000000", "InvalidBucketName"],
    ["with a dash at the beginning", "-photos-1250000000", "InvalidBucketName"],
    ["with a dash at the end", "photos--1250000000", "InvalidBucketName"],
    ["too long", `${"p".repeat(50)}-1250000000`, "BucketNameTooLong"],
  ])("cannot have a name %s", async (_, name, code) => {
    const { status, text } = await sendSigned(cos.emulator, { method: "PUT", path: `/${name}/` });
    expect(status).toBe(400);
    expect(element(text, "Code")).toBe(code);
  });

  it.each([
    ["ACL", { ACL: "default" }],
    ["grantee", { GrantRead: "1001" }],
    ["zone configuration", { BucketAZConfig: "SAZ" }],
    ["architecture", { BucketArchConfig: "S3" }],
  ])("cannot have any %s", async (_, input) => {
    expect(await codeOf(cos.client.send(new PutBucketCommand({ Bucket, ...input })))).toBe("400 InvalidArgument");
    expect((await cos.client.send(new ListBucketsCommand())).Buckets).toEqual([]);
  });

  it("take grants to accounts", async () => {
    const grants = { GrantRead: 'id="1001", id="qcs::cam::uin/1:uin/2"', GrantFullControl: 'id="10002"' };
    await cos.client.send(new PutBucketCommand({ Bucket, ...grants }));
    expect((await cos.client.send(new ListBucketsCommand())).Buckets).toHaveLength(1);
  });

  it("are listed a page at a time and by region, tag and time", async () => {
    const other = new COSClient({ ...cos.emulator.cos, clock: cos.clock });
    for (const [i, name] of ["a-1250000000", "b-1250000000", "c-1250000000"].entries()) {
      await other.send(new PutBucketCommand({ Bucket: name, ...(i === 1 && { Tagging: { team: "x", "a b": "&=" } }) }));
      await cos.clock.advance(1000);
    }
    other.destroy();
    const names = async (input: ConstructorParameters<typeof ListBucketsCommand>[0]): Promise<string[]> => {
      const found: string[] = [];
      for await (const page of paginate(cos.client, ListBucketsCommand, input ?? {})) {
        found.push(...page.Buckets.map(({ Name }) => Name.slice(0, 1)));
      }
      return found;
    };
    const second = Math.floor((NOON + 1000) / 1000);
    expect(await names({ MaxKeys: 2 })).toEqual(["a", "b", "c"]);
    expect(await names({ Marker: "a-1250000000" })).toEqual(["b", "c"]);
    expect(await names({ Region: "ap-guangzhou" })).toHaveLength(3);
    expect(await names({ Region: "ap-beijing" })).toEqual([]);
    expect(await names({ TagKey: "a b", TagValue: "&=" })).toEqual(["b"]);
    expect(await names({ TagKey: "team", TagValue: "y" })).toEqual([]);
    expect(await names({ CreateTime: second, CreateRange: "lt" })).toEqual(["a"]);
    expect(await names({ CreateTime: second, CreateRange: "lte" })).toEqual(["a", "b"]);
    expect(await names({ CreateTime: second, CreateRange: "gt" })).toEqual(["c"]);
    expect(await names({ CreateTime: second, CreateRange: "gte" })).toEqual(["b", "c"]);
    expect(await codeOf(names({ CreateRange: "gt" }))).toBe("400 InvalidArgument");
    expect(await codeOf(names({ CreateTime: 1, CreateRange: "toString" }))).toBe("400 InvalidArgument");
    expect(await codeOf(names({ TagValue: "x" }))).toBe("400 InvalidArgument");
  });

  it("of another region are not in the list of a region's host", async () => {
    await cos.client.send(new PutBucketCommand({ Bucket }));
    await sendSigned(cos.emulator, { method: "PUT", host: "north-1250000000.cos.ap-beijing.myqcloud.com", path: "/" });
    const list = async (host: string): Promise<string[]> => {
      const { text } = await sendSigned(cos.emulator, { host, path: "/" });
      return Array.from(text.matchAll(/<Location>([^<]*)/g), ([, location = ""]) => location);
    };
    expect(await list("service.cos.myqcloud.com")).toEqual(["ap-beijing", "ap-guangzhou"]);
    expect(await list("cos.ap-beijing.myqcloud.com")).toEqual(["ap-beijing"]);
  });
});
