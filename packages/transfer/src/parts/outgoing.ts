import { Crc64 } from "@cosmoss/checksum";
import { IntegrityError } from "@cosmoss/errors";
import type { Bytes } from "@cosmoss/types";
import type { TransferPort } from "../ports/port.ts";
import type { StallWatch } from "../task/attempts.ts";
import type { TaskControl } from "../task/task-control.ts";

/** Under a limit, bytes go in pieces of this many seconds of it, so that the limit holds at every moment. */
const PIECE_SECONDS = 0.05;
const LEAST_PIECE = 1024;
/** On a slow line pieces are small, so that each is a sign of life; on a fast one large, since each takes time of its own. */
const FIRST_PIECE = 65_536;
const SMALLEST_PIECE = 16_384;
const LARGEST_PIECE = 4_194_304;
/** Pieces that take longer are halved, and those that take less than a tenth of it doubled, in milliseconds. */
const SLOW_MS = 200;

/** Where bytes are sent to. */
type Way = Pick<TransferPort, "pool" | "checksum" | "clock" | "streamsBodies">;

/**
 * Sends bytes, counted and no faster than the pool allows. `read` begins afresh for every attempt of the client. The answer's
 * CRC-64 is that of what was read: the client has compared them, or it is done here.
 */
export async function sendCounted<Stored extends { HashCrc64ecma?: string }>(
  control: TaskControl,
  way: Way,
  read: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
  send: (body: Bytes | (() => AsyncIterable<Uint8Array>)) => Promise<Stored>,
  signal: AbortSignal,
  watch: StallWatch,
): Promise<Stored> {
  const { meter } = control;
  const { pool, clock, checksum, streamsBodies } = way;
  /** The body that is being sent. An earlier one may still be waiting for its turn, and is then over. */
  let current: { sent: number; readonly crc: Crc64 | undefined } | undefined;
  let pieceSize = control.pieceSize ?? FIRST_PIECE;
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    meter.unsent(current?.sent ?? 0);
    const mine = (current = { sent: 0, crc: checksum ? undefined : new Crc64() });
    for await (const chunk of await read()) {
      mine.crc?.update(chunk);
      for (let at = 0; at < chunk.length;) {
        const limit = pool.maxBytesPerSecond ?? Infinity;
        const piece = chunk.subarray(
          at,
          at + Math.min(pieceSize, Math.max(LEAST_PIECE, Math.ceil(limit * PIECE_SECONDS))),
        );
        const free = pool.take(piece.length, signal);
        if (free) await watch.hold(free);
        if (current !== mine) return;
        const begunMs = clock.now();
        if (streamsBodies) watch.moved();
        at += piece.length;
        mine.sent += piece.length;
        meter.sent(piece.length);
        yield piece;
        const tookMs = clock.now() - begunMs;
        if (tookMs > SLOW_MS) pieceSize = Math.max(SMALLEST_PIECE, pieceSize / 2);
        else if (tookMs < SLOW_MS / 10) pieceSize = Math.min(LARGEST_PIECE, pieceSize * 2);
        control.pieceSize = pieceSize;
      }
    }
    if (streamsBodies) watch.sent();
  }
  async function whole(): Promise<Bytes> {
    const all = await gathered(body());
    watch.sent(all.length);
    return all;
  }
  try {
    const stored = await send(streamsBodies ? body : await whole());
    const actual = stored.HashCrc64ecma;
    const expected = current?.crc?.digest();
    if (expected === undefined) return stored;
    if (actual !== undefined && actual !== expected) {
      throw new IntegrityError("what was stored is not what was sent", {
        algorithm: "CRC-64/ECMA-182",
        expected,
        actual,
      });
    }
    return { ...stored, HashCrc64ecma: expected };
  } catch (error) {
    meter.unsent(current?.sent ?? 0);
    current = undefined;
    throw error;
  }
}

/** All pieces as one, for transports that would not send them one by one. */
async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    chunks.push(piece);
    length += piece.length;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Chunks that are there as a source that gives them one by one. */
export async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}
