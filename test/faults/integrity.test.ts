import { Readable } from "node:stream";
import { combineCrc64, Crc64 } from "@cosmoss/checksum";
import { ConfigError, DecodeError, IntegrityError } from "@cosmoss/errors";
import type { FaultRequest } from "@cosmoss/emulator";
import type { BodyInput } from "@cosmoss/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clouds, guardProcess, matrix, pattern, rejection, useStage } from "./stage.ts";

guardProcess();

const RUNS = { numRuns: 60, seed: 20_240_506 };

/** A length, a place where a byte is hurt (or none is, beyond the end), and a kind of body. */
const accident = fc.record({
  length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 70_000 })),
  place: fc.double({ min: 0, max: 1.05, noNaN: true }),
  kind: fc.constantFrom("bytes", "blob", "stream", "iterable", "factory"),
  seed: fc.integer({ min: 1, max: 50 }),
});

function make(kind: string, bytes: Buffer): BodyInput {
  const half = bytes.length >> 1;
  const pieces = () => Readable.from([bytes.subarray(0, half), bytes.subarray(half)], { objectMode: false });
  if (kind === "bytes") return bytes;
  if (kind === "blob") return new Blob([Uint8Array.from(bytes)]);
  if (kind === "stream") return Readable.toWeb(pieces()) as ReadableStream<Uint8Array>;
  return kind === "factory" ? pieces : pieces();
}

describe.each(matrix)("a byte that changes on its way, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { UploadPartCommand, InitiateMultipartUploadCommand, AppendObjectCommand, GetObjectCommand } = cloud.commands;
  const { Bucket } = cloud;

  it("in every put: found out, or sent again until it is right", async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(accident, fc.nat(4), async ({ length, place, kind, seed }, times) => {
        const Key = `a${number++}`;
        const bytes = pattern(length, seed);
        const corruptRequestAt = Math.floor(length * place);
        const isHurt = corruptRequestAt < length;
        let left = times;
        stage.emulator.faults = () => (left-- > 0 ? { corruptRequestAt } : undefined);
        const outcome = await stage.put(Key, make(kind, bytes)).catch((error: unknown) => error);
        const isOnce = kind === "stream" || kind === "iterable";
        if (isHurt && times > (isOnce ? 0 : 3)) {
          expect(IntegrityError.isInstance(outcome), String(outcome)).toBe(true);
          expect(outcome).toMatchObject({ algorithm: "CRC-64/ECMA-182" });
        } else {
          expect(outcome).toMatchObject({ $metadata: { attempts: isHurt ? times + 1 : 1 } });
          expect((await stage.stored(Key))?.equals(bytes)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("in every part, and in every append", async () => {
    const { UploadId } = await stage.client.send(new InitiateMultipartUploadCommand({ Bucket, Key: "parts" }));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(accident, async ({ length, place, seed }) => {
        const bytes = pattern(length, seed);
        const corruptRequestAt = Math.floor(length * place);
        const isHurt = corruptRequestAt < length;
        stage.emulator.faults = ({ operation }) => (operation === "GetObject" ? undefined : { corruptRequestAt });
        const check = async (sending: Promise<unknown>) => {
          const outcome = await sending.catch((error: unknown) => error);
          expect(IntegrityError.isInstance(outcome), String(outcome)).toBe(isHurt);
        };
        const part = { Bucket, Key: "parts", UploadId, PartNumber: (number++ % 100) + 1 };
        await check(stage.client.send(new UploadPartCommand({ ...part, Body: bytes })));
        const Key = `appended${number}`;
        await check(stage.client.send(new AppendObjectCommand({ Bucket, Key, Position: 0, Body: bytes })));
        // Behind what is there already: the service answers the checksum of all of it.
        stage.emulator.faults = undefined;
        const whole = pattern(100, 3);
        const next = `more${number}`;
        const first = await stage.client.send(new AppendObjectCommand({ Bucket, Key: next, Position: 0, Body: whole }));
        stage.emulator.faults = () => ({ corruptRequestAt });
        const more = { Bucket, Key: next, Position: 100, Body: bytes, InitialHashCrc64ecma: first.HashCrc64ecma! };
        await check(stage.client.send(new AppendObjectCommand(more)));
      }),
      { ...RUNS, numRuns: 20 },
    );
  });

  it("in every get: found out at the end, whichever way it is read", async () => {
    const gather = async (source: AsyncIterable<Uint8Array>) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    await fc.assert(
      fc.asyncProperty(accident, fc.nat(3), async ({ length, place, seed }, way) => {
        stage.emulator.faults = undefined;
        const bytes = pattern(length, seed);
        await stage.put("a", bytes);
        const corruptResponseAt = Math.floor(length * place);
        stage.emulator.faults = () => ({ corruptResponseAt });
        const { Body } = await stage.client.send(new GetObjectCommand({ Bucket, Key: "a" }));
        const reading = [
          () => Body.bytes(),
          () => gather(Body),
          () => gather(Body.stream() as ReadableStream<Uint8Array>),
          () => gather(Body.toReadable() as Readable),
        ][way]!();
        const outcome = await reading.catch((error: unknown) => error);
        if (corruptResponseAt < length) {
          expect(IntegrityError.isInstance(outcome), String(outcome)).toBe(true);
          expect(outcome).toMatchObject({
            expected: expect.stringMatching(/^\d+$/),
            actual: expect.stringMatching(/^\d+$/),
          });
        } else expect(Buffer.from(outcome as Uint8Array).equals(bytes)).toBe(true);
      }),
      RUNS,
    );
  });

  it("is nobody's business with checksum: false", async () => {
    const client = stage.connect({ checksum: false });
    stage.emulator.faults = ({ operation }) =>
      operation === "PutObject" ? { corruptRequestAt: 3 } : { corruptResponseAt: 5 };
    await stage.put("a", pattern(10), client);
    const hurt = Buffer.from(pattern(10));
    hurt[3]! ^= 1;
    hurt[5]! ^= 1;
    expect((await stage.get("a", client)).equals(hurt)).toBe(true);
  });
});

describe.each(matrix)("a download that breaks off, $name", ({ cloud, transport }) => {
  const stage = useStage(cloud, transport);
  const { GetObjectCommand } = cloud.commands;
  const at = { Bucket: cloud.Bucket, Key: "a" };
  const BODY = pattern(500_000);

  it("anywhere, is taken up again where it stopped, and is byte-equal", async () => {
    await stage.put("a", BODY);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom("resetResponseAt" as const, "truncateResponseAt" as const),
        async (stops, fault) => {
          const gets: FaultRequest[] = [];
          stage.emulator.faults = (request) => {
            gets.push(request);
            const stop = stops[gets.length - 1];
            return stop === undefined ? undefined : { [fault]: stop };
          };
          const { Body, ETag } = await stage.client.send(new GetObjectCommand(at));
          expect(Buffer.from(await Body.bytes()).equals(BODY)).toBe(true);
          // Later requests ask for the rest of the very same object, and no byte twice.
          const others = gets.filter(({ headers }) => headers["range"] !== undefined);
          // A reset may overtake even the head of the first response, which is then asked for once more.
          expect(gets.slice(-others.length || gets.length)).toEqual(others);
          expect(gets.length).toBeGreaterThan(1);
          let from = 0;
          for (const { headers } of others) {
            expect(headers["if-match"]).toBe(ETag);
            const [, start] = /^bytes=(\d+)-499999$/.exec(headers["range"]!) ?? [];
            expect(Number(start)).toBeGreaterThanOrEqual(from);
            from = Number(start);
          }
        },
      ),
      { ...RUNS, numRuns: 25 },
    );
  });

  it("is taken up within the range that was asked for", async () => {
    await stage.put("a", BODY);
    for (const Range of ["bytes=1000-400000", "bytes=1000-", "bytes=-300000"]) {
      const gets: FaultRequest[] = [];
      stage.emulator.faults = (request) => (gets.push(request) === 1 ? { truncateResponseAt: 100_000 } : undefined);
      const { Body } = await stage.client.send(new GetObjectCommand({ ...at, Range }));
      const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(Range)!;
      const expected =
        from === "" ? BODY.subarray(-Number(to)) : BODY.subarray(Number(from), to === "" ? undefined : Number(to) + 1);
      expect(Buffer.from(await Body.bytes()).equals(expected)).toBe(true);
      expect(gets).toHaveLength(2);
    }
  });

  it("finds a byte that changed in the part that came later", async () => {
    await stage.put("a", BODY);
    stage.emulator.faults = ({ headers }) =>
      headers["range"] ? { corruptResponseAt: 77 } : { truncateResponseAt: 100_000 };
    expect(await rejection(stage.get("a"))).toMatchObject({ name: "IntegrityError" });
  });

  it("does not mix two objects when it is replaced meanwhile", async () => {
    const other = pattern(BODY.length, 9);
    await stage.put("a", BODY);
    let gets = 0;
    stage.emulator.faults = async ({ operation }) => {
      if (operation !== "GetObject") return undefined;
      if (++gets > 1) await stage.put("a", other, stage.connect());
      return gets === 1 ? { truncateResponseAt: 100_000 } : undefined;
    };
    expect(await rejection(stage.get("a"))).toMatchObject({
      name: "ServiceError",
      statusCode: 412,
      code: "PreconditionFailed",
    });
    gets = 5;
    stage.emulator.faults = undefined;
    expect((await stage.get("a")).equals(other)).toBe(true);
  });

  it("is an error when the service is gone for good, or answers something else", async () => {
    await stage.put("a", BODY);
    stage.emulator.faults = ({ headers }) =>
      headers["range"] ? { error: { code: "NoSuchKey", status: 404 } } : { truncateResponseAt: 100_000 };
    expect(await rejection(stage.get("a"))).toMatchObject({ name: "ServiceError", code: "NoSuchKey" });
    // A proxy that does not know ranges would give the beginning once more.
    const client = stage.connect();
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string> };
        delete request.headers["range"];
        return next(args);
      },
      { step: "finalizeRequest", name: "forgetful" },
    );
    let gets = 0;
    stage.emulator.faults = () => (gets++ === 0 ? { truncateResponseAt: 100_000 } : undefined);
    expect(DecodeError.isInstance(await rejection(stage.get("a", client)))).toBe(true);
  });

  it("can be left alone at any point", async () => {
    await stage.put("a", BODY);
    stage.emulator.faults = () => ({ truncateResponseAt: 200_000 });
    const { Body } = await stage.client.send(new GetObjectCommand(at));
    for await (const chunk of Body) if (chunk.length > 0) break;
    expect(ConfigError.isInstance(await rejection(Body.bytes()))).toBe(true);
  });
});

describe.each(clouds)("checksums of $name", (cloud) => {
  const stage = useStage(cloud);
  const { PutObjectCommand, HeadObjectCommand } = cloud.commands;

  it("are those of the whole, also of objects that were made of parts", async () => {
    const { InitiateMultipartUploadCommand, UploadPartCommand, CompleteMultipartUploadCommand } = cloud.commands;
    const at = { Bucket: cloud.Bucket, Key: "a" };
    const bodies = [pattern(1_100_000, 1), pattern(1_200_000, 2), pattern(77, 3)];
    const { UploadId } = await stage.client.send(new InitiateMultipartUploadCommand(at));
    const parts = await Promise.all(
      bodies.map(async (Body, index) => {
        const part = await stage.client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: index + 1, Body }));
        return { PartNumber: index + 1, ETag: part.ETag, crc: part.HashCrc64ecma!, size: Body.length };
      }),
    );
    const Parts = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    await stage.client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, Parts }));
    const combined = parts.reduce((crc, part) => combineCrc64(crc, part.crc, part.size), "0");
    const whole = new Crc64();
    whole.update(Buffer.concat(bodies));
    expect(combined).toBe(whole.digest());
    expect((await stage.client.send(new HeadObjectCommand(at))).HashCrc64ecma).toBe(combined);
    expect((await stage.get("a")).equals(Buffer.concat(bodies))).toBe(true);
  });

  it("do not stand in the way of content that was encoded by the caller", async () => {
    const Body = Buffer.from("H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==", "base64");
    const input = { Bucket: cloud.Bucket, Key: "a", Body, ContentEncoding: "gzip" };
    await stage.client.send(new PutObjectCommand(input));
    expect((await stage.get("a")).equals(Body)).toBe(true);
  });
});
