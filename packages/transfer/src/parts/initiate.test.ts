import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { systemClock } from "@cosmoss/core";
import type { Fault } from "@cosmoss/emulator";
import { DecodeError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { beforeEach, describe, expect, it } from "vitest";
import { copy } from "../copy/copy.ts";
import { CLOUDS, type CountingClock, useCloud } from "../testing/clouds.ts";
import { content } from "../testing/sinks.ts";
import type { TransferPort } from "../ports/port.ts";
import type { TransferTask } from "../task/task.ts";
import { upload } from "../upload/upload.ts";

const PART = 1 << 20;
const INITIATE = "InitiateMultipartUpload";
const bytes = content(2 * PART + 5);

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, PART + 1);
  yield bytes.subarray(PART + 1);
}

describe.each(CLOUDS)("beginning an upload to %s", (name) => {
  const cloud = useCloud(name);
  const Key = "big.bin";
  let clock: FakeClock;
  let port: TransferPort<any>;
  beforeEach(() => {
    // The port waits by this clock; the one of the test looks on by the machine's.
    const { clock: real } = cloud;
    clock = new FakeClock(systemClock.now());
    cloud.clock = clock as unknown as CountingClock;
    port = cloud.makePort();
    cloud.clock = real;
  });

  const kinds: [string, (options?: object) => TransferTask<unknown>][] = [
    ["bytes", (options) => upload(port, bytes, { Bucket: cloud.Bucket, Key }, { partSize: PART, ...options })],
    [
      "bytes with checkpoints",
      (options) => {
        const checkpoints = memoryCheckpoints();
        return upload(port, bytes, { Bucket: cloud.Bucket, Key }, { partSize: PART, checkpoints, ...options });
      },
    ],
    ["a stream", (options) => upload(port, pieces(), { Bucket: cloud.Bucket, Key }, { partSize: PART, ...options })],
    [
      "a copy on the server",
      (options) => {
        const { Bucket } = cloud;
        return copy(port, { Bucket, Key: "source" }, port, { Bucket, Key }, { partSize: PART, ...options });
      },
    ],
  ];
  const uploads = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { UploadId } of cloud.port.listUploads({ Bucket: cloud.Bucket })) ids.push(UploadId);
    return ids;
  };
  /** Another upload of the same key, and the source of copies. */
  const prepare = async (): Promise<string> => {
    await cloud.put("source", bytes);
    return (await cloud.port.initiate({ Bucket: cloud.Bucket, Key }, {})).UploadId;
  };
  /** Faults of the first request of this kind. */
  const first = (fault: Fault): void => {
    let count = 0;
    cloud.fault(({ operation }) => (operation === INITIATE && count++ === 0 ? fault : undefined));
  };
  const begun = (): Promise<void> => expect.poll(uploads, { interval: 5, timeout: 10_000 }).toHaveLength(2);
  /** Waits, with what is due at once being done. */
  const settle = async (promise: PromiseLike<unknown>): Promise<void> => {
    let over = false;
    const end = (): void => void (over = true);
    promise.then(end, end);
    while (!over) await clock.advance(0);
  };

  describe.each(kinds)("of %s", (_, start) => {
    it("leaves none behind when it is cancelled and no answer comes", async () => {
      const stranger = await prepare();
      first({ stallResponseAt: 0 });
      const task = start();
      await begun();
      const cancelled = task.cancel({ keep: false });
      await expect(task).rejects.toMatchObject({ name: "AbortError" });
      await clock.advance(2000);
      await cancelled;
      expect(await uploads()).toEqual([stranger]);
      expect(clock.pending).toBe(0);
    });

    it("leaves none behind when it is cancelled before it is carried out, without the right to list", async () => {
      const stranger = await prepare();
      let go: (() => void) | undefined;
      cloud.fault(({ operation }) => {
        if (operation === "ListMultipartUploads") return { error: { code: "AccessDenied", status: 403 } };
        return operation === INITIATE ? new Promise((resolve) => (go = () => resolve(undefined))) : undefined;
      });
      const task = start();
      await expect.poll(() => go, { interval: 5, timeout: 10_000 }).toBeDefined();
      const cancelled = task.cancel({ keep: false });
      await expect(task).rejects.toMatchObject({ name: "AbortError" });
      go!();
      await cancelled;
      cloud.fault(() => undefined);
      expect(await uploads()).toEqual([stranger]);
    });

    it("leaves none behind when its answer cannot be read", async () => {
      const stranger = await prepare();
      first({ corruptResponseAt: 0 });
      const task = start({ checkpoints: undefined });
      await expect(task).rejects.toBeInstanceOf(DecodeError);
      expect(await uploads()).toEqual([stranger]);
    });

    it("goes on with it when its answer got lost", async () => {
      const stranger = await prepare();
      first({ dropResponse: true });
      await settle(start());
      expect(cloud.emulator.requests.filter(({ operation }) => operation === INITIATE)).toHaveLength(2);
      expect(await uploads()).toEqual([stranger]);
      expect((await cloud.port.head({ Bucket: cloud.Bucket, Key })).Size).toBe(bytes.length);
    });

    it("goes on with it when the client's limit ends it, and leaves none behind when a part fails then", async () => {
      const stranger = await prepare();
      let count = 0;
      cloud.fault(({ operation }) => {
        if (operation?.startsWith("UploadPart")) return { error: { code: "AccessDenied", status: 403 } };
        return operation === INITIATE && count++ === 0 ? { stallResponseAt: 0 } : undefined;
      });
      const task = start({ checkpoints: undefined });
      const failure = task.catch((error: unknown) => error);
      await begun();
      await clock.advance(900_000);
      await settle(task);
      expect(await failure).toMatchObject({ code: "AccessDenied" });
      expect(count).toBe(1);
      expect(await uploads()).toEqual([stranger]);
    });

    it("can be paused, and goes on with it", async () => {
      const stranger = await prepare();
      first({ stallResponseAt: 0 });
      const task = start();
      await begun();
      const paused = task.pause();
      await clock.advance(2000);
      await paused;
      expect(task.state).toBe("paused");
      task.resume();
      await settle(task);
      expect(task.state).toBe("done");
      expect(await uploads()).toEqual([stranger]);
    });
  });

  it("leaves none behind when it is cancelled while it looks what an earlier run has sent", async () => {
    cloud.fault(({ operation }) =>
      operation === "UploadPart" ? { error: { code: "AccessDenied", status: 403 } } : undefined,
    );
    const checkpoints = memoryCheckpoints();
    const start = () => upload(port, bytes, { Bucket: cloud.Bucket, Key }, { partSize: PART, checkpoints });
    await expect(start()).rejects.toMatchObject({ code: "AccessDenied" });
    expect(await uploads()).toHaveLength(1);
    let isAsked = false;
    cloud.fault(({ operation }) => {
      if (operation !== "ListParts") return undefined;
      isAsked = true;
      return { stallResponseAt: 0 };
    });
    const task = start();
    await expect.poll(() => isAsked, { interval: 5, timeout: 10_000 }).toBe(true);
    await task.cancel({ keep: false });
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    expect(await uploads()).toEqual([]);
    for await (const entry of checkpoints.entries()) expect(entry).toBeUndefined();
  });

  it("keeps what it hears of after it was cancelled, for a later run", async () => {
    let go: (() => void) | undefined;
    cloud.fault(({ operation }) =>
      operation === INITIATE ? new Promise((resolve) => (go = () => resolve(undefined))) : undefined,
    );
    const checkpoints = memoryCheckpoints();
    const task = upload(port, bytes, { Bucket: cloud.Bucket, Key }, { partSize: PART, checkpoints });
    await expect.poll(() => go, { interval: 5, timeout: 10_000 }).toBeDefined();
    const cancelled = task.cancel();
    await expect(task).rejects.toMatchObject({ name: "AbortError" });
    go!();
    await cancelled;
    expect(await uploads()).toEqual([task.checkpoint!.UploadId]);
    cloud.fault(() => undefined);
    await upload(port, bytes, { Bucket: cloud.Bucket, Key }, { partSize: PART, checkpoints });
    expect(cloud.count(INITIATE)).toBe(1);
    expect(await uploads()).toEqual([]);
  });
});
