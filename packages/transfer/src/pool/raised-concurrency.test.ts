import { describe, expect, it } from "vitest";
import { copy } from "../copy/copy.ts";
import { deleteAll } from "../delete-all/delete-all.ts";
import { download, downloadBytes } from "../download/download.ts";
import type { ListedObject } from "../ports/port.ts";
import type { TransferTask } from "../task/task.ts";
import { type Cloud, CLOUDS, useCloud } from "../testing/clouds.ts";
import { collector, content } from "../testing/sinks.ts";
import { upload } from "../upload/upload.ts";

const PART = 1 << 20;
const COUNT = 8;
const Key = "key";

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < COUNT; i++) yield content(PART);
}

const KINDS: [string, RegExp, (cloud: Cloud) => TransferTask<unknown>][] = [
  [
    "an upload",
    /^UploadPart$/,
    ({ port, Bucket }) => upload(port, content(COUNT * PART), { Bucket, Key }, { partSize: PART }),
  ],
  [
    "the upload of a stream",
    /^UploadPart$/,
    ({ port, Bucket }) => upload(port, pieces(), { Bucket, Key }, { partSize: PART }),
  ],
  [
    "a copy on the server",
    /^UploadPartCopy$/,
    ({ port, Bucket }) => copy(port, { Bucket, Key: "source" }, port, { Bucket, Key }, { partSize: PART }),
  ],
  [
    "a download",
    /^GetObject$/,
    ({ port, Bucket }) => downloadBytes(port, { Bucket, Key: "source" }, { partSize: PART }),
  ],
  [
    "a download to a stream",
    /^GetObject$/,
    ({ port, Bucket }) => download(port, { Bucket, Key: "source" }, collector().stream, { partSize: PART }),
  ],
  [
    "a deletion",
    /^DeleteMultipleObjects$/,
    ({ port, Bucket }) => {
      port.list = async function* (): AsyncGenerator<ListedObject> {
        for (let i = 0; i < COUNT * 1000; i++) {
          yield { Key: String(i).padStart(6, "0"), Size: 1, ETag: "e", LastModified: new Date(0) };
        }
      };
      return deleteAll(port, { Bucket, Prefix: "" });
    },
  ],
];

describe.each(CLOUDS)("when the concurrency is raised with %s", (name) => {
  const cloud = useCloud(name);

  it.each(KINDS)("%s that is under way sends as many requests at once", async (_, operations, start) => {
    await cloud.put("source", content(COUNT * PART));
    cloud.port = cloud.makePort({ pool: { concurrency: 1 } });
    const held: (() => void)[] = [];
    let isOver = false;
    let running = 0;
    let most = 0;
    cloud.fault(async ({ operation }) => {
      if (!operations.test(operation ?? "") || isOver) return undefined;
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => held.push(resolve));
      running--;
      return undefined;
    });
    const task = start(cloud);
    task.then(
      () => {},
      () => {},
    );
    const patient = { interval: 5, timeout: 10_000 };
    await expect.poll(() => running, patient).toBe(1);
    cloud.port.pool.concurrency = 4;
    held.shift()!();
    await expect.poll(() => running, patient).toBe(4);
    isOver = true;
    for (const release of held) release();
    await task;
    expect(most).toBe(4);
  });
});
