import { readFile, stat } from "node:fs/promises";
import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { describe, expect, it } from "vitest";
import { downloadBytes } from "./download.ts";
import type { ListedObject } from "../ports/port.ts";
import { CLOUDS, useCloud } from "../testing/clouds.ts";
import { bytes, downloadsOf, Key, PART } from "../testing/downloads.ts";
import { content, useDirectory } from "../testing/sinks.ts";

const directory = useDirectory();

describe.each(CLOUDS)("a download from %s of an object that was listed", (name) => {
  const cloud = useCloud(name);
  const { source, file, start, expectBytes } = downloadsOf(cloud, directory);
  const list = async (): Promise<ListedObject> => {
    for await (const object of cloud.port.list({ Bucket: cloud.Bucket, Prefix: Key })) return object;
    throw new Error("nothing is listed");
  };
  const requests = (): number[] => [cloud.count("HeadObject"), cloud.count("GetObject")];

  it.each([0, 1, PART])("takes one request for %i bytes, and tells as much as others", async (size) => {
    const small = content(size);
    await cloud.put(Key, small);
    const listed = await list();
    const result = await start({ listed, checkpoints: memoryCheckpoints() });
    expect(requests()).toEqual([0, 1]);
    expectBytes(await readFile(file()), small);
    expect((await stat(file())).mtime).toEqual(listed.LastModified);
    expect(result.verified).toBe(true);
    expect(result).toEqual(await start());
    const { bytes: received, ...rest } = await downloadBytes(cloud.port, source, { partSize: PART, listed });
    expectBytes(received, small);
    expect(rest).toEqual(result);
    expect(requests()).toEqual([1, 3]);
    await cloud.quiet();
  });

  it("asks for the head where ranges follow, or an earlier run has left something", async () => {
    await cloud.put(Key, bytes);
    const listed = await list();
    await start({ listed });
    expect(cloud.count("HeadObject")).toBe(1);
    const checkpoints = memoryCheckpoints();
    const task = start({ checkpoints });
    cloud.fault(({ operation }) =>
      operation === "GetObject" ? { error: { code: "AccessDenied", status: 403 } } : undefined,
    );
    await expect(task).rejects.toMatchObject({ code: "AccessDenied" });
    cloud.fault(() => undefined);
    await start({ listed, checkpoints });
    expect(cloud.count("HeadObject")).toBe(3);
    expectBytes(await readFile(file()));
  });

  it("begins anew when the object was replaced since then, unless that shall fail", async () => {
    await cloud.put(Key, content(5));
    const listed = await list();
    await cloud.put(Key, bytes);
    await expect(start({ listed, onSourceChanged: "fail" })).rejects.toThrow("was replaced since the download began");
    expect((await start({ listed })).Size).toBe(bytes.length);
    expectBytes(await readFile(file()));
  });

  it("fails when the object is gone", async () => {
    await cloud.put(Key, content(5));
    const listed = await list();
    await cloud.port.delete(source);
    await expect(start({ listed })).rejects.toMatchObject({ code: "NoSuchKey", statusCode: 404 });
  });

  it("is not verified where nobody knows the CRC-64", async () => {
    cloud.port = cloud.makePort({ checksum: false });
    await cloud.put(Key, content(5));
    expect((await start({ listed: await list() })).verified).toBe(false);
  });
});
