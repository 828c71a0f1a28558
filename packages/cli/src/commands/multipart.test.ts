import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { InitiateMultipartUploadCommand as InitiateOnCOS } from "@cosmoss/commands-cos";
import { InitiateMultipartUploadCommand as InitiateOnOSS } from "@cosmoss/commands-oss";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { beforeEach, describe, expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const NOON = Date.UTC(2024, 4, 6, 12);
const DAY = 86_400_000;
const clock = new FakeClock(NOON);
const world = useWorld({ clock });

const clouds = [
  {
    bucket: "oss://photos",
    begin: async (Key: string) => {
      const client = new OSSClient({ ...world.emulator.oss, clock });
      const { UploadId } = await client.send(new InitiateOnOSS({ Bucket: "photos", Key }));
      client.destroy();
      return UploadId;
    },
  },
  {
    bucket: "cos://photos-1250000000",
    begin: async (Key: string) => {
      const client = new COSClient({ ...world.emulator.cos, clock });
      const { UploadId } = await client.send(new InitiateOnCOS({ Bucket: "photos-1250000000", Key }));
      client.destroy();
      return UploadId;
    },
  },
];

describe.each(clouds)("in $bucket", ({ bucket, begin }) => {
  let ids: string[];
  beforeEach(async () => {
    ids = [await begin("a b%?#.iso"), await begin("p/1"), await begin("p/2")];
  });

  it("ls lists uploads", async () => {
    const [time] = [
      new Date(clock.now())
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z/, "Z"),
    ];
    expect(await world.lines("multipart", "ls", bucket)).toEqual([
      `${time}  ${ids[0]}  ${bucket}/a b%?#.iso`,
      `${time}  ${ids[1]}  ${bucket}/p/1`,
      `${time}  ${ids[2]}  ${bucket}/p/2`,
    ]);
    expect(await world.lines("multipart", "ls", `${bucket}/p/2`)).toHaveLength(1);
    const [record] = await world.lines("multipart", "ls", "--json", bucket);
    expect(JSON.parse(record!)).toMatchObject({ url: `${bucket}/a b%?#.iso`, uploadId: ids[0] });
  });

  it("abort takes those of an object, or one of them", async () => {
    const second = await begin("a b%?#.iso");
    expect(await world.lines("multipart", "abort", `${bucket}/a b%?#.iso`, "--upload-id", second)).toEqual([
      `aborted ${bucket}/a b%?#.iso (${second})`,
    ]);
    expect(await world.lines("multipart", "ls", bucket)).toHaveLength(3);
    expect(await world.lines("multipart", "abort", `${bucket}/a b%?#.iso`)).toHaveLength(1);
    expect(await world.lines("multipart", "ls", bucket)).toHaveLength(2);
    const none = await world.run(["multipart", "abort", `${bucket}/p`]);
    expect([none.code, none.stderr]).toEqual([
      3,
      `cosmoss: multipart abort ${bucket}/p: no such upload is under way; see what is with cosmoss multipart ls\n`,
    ]);
  });

  it("abort -r takes all below, those that are old enough, after a question", async () => {
    expect((await world.run(["multipart", "abort", "-r", bucket])).code).toBe(2);
    expect((await world.run(["multipart", "abort", bucket])).code).toBe(2);
    await clock.advance(2 * DAY);
    await begin("p/new");
    expect(await world.lines("multipart", "ls", bucket, "--older-than", "1d")).toHaveLength(3);
    const dry = await world.run(["multipart", "abort", "-r", "--older-than", "1d", "--dry-run", `${bucket}/p/`]);
    expect([dry.code, dry.stderr]).toEqual([0, "would abort 2 uploads\n"]);
    const real = await world.run(["multipart", "abort", "-ry", "--older-than", "1d", `${bucket}/p/`]);
    expect([real.code, real.stderr]).toEqual([0, "aborted 2 uploads\n"]);
    expect(await world.lines("multipart", "ls", bucket)).toHaveLength(2);
    expect(await world.lines("multipart", "abort", "-ry", bucket)).toHaveLength(2);
    expect(await world.lines("multipart", "ls", bucket)).toEqual([]);
  });
});
