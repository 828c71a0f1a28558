import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { _IN_LOG } from "./backend.ts";
import type { _Segment } from "./state.ts";

const FILE_MAGIC = "COSMOSS1";
const FRAME_MAGIC = 0x4a4f5552;
const FRAME_HEADER = 12;
const RECORD_HEADER = 8;
/** A frame is closed at about this size, so that reading one back needs little memory. */
const FRAME_TARGET = 4_194_304;
const READ_WINDOW = 1_048_576;

interface Batch {
  /** Where its frame will begin in the file. */
  readonly start: number;
  readonly pieces: Uint8Array[];
  length: number;
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** How a journal is written. @internal */
export interface _JournalOptions {
  readonly sync: boolean;
  /** Runs before each frame is written: whatever its records refer to must be durable afterwards. */
  beforeWrite?(): Promise<void>;
}

/**
 * An append-only file of records. The file begins with a magic; then come frames of
 * `"JOUR" | payload length | CRC-32 of the payload | payload` (numbers are 32 bits, big-endian), and a payload is a run of
 * records of `JSON length | inline length | inline bytes | JSON`.
 *
 * All records that are added while a frame is being written go together into the next one and share its fsync. A frame is
 * written only after the one before it is durable; so whatever is wrong with the last frame was never acknowledged.
 * @internal
 */
export class _Journal {
  readonly #file: FileHandle;
  readonly #options: _JournalOptions;
  /** Frames wait here in order; the last one still takes records. */
  readonly #waiting: Batch[] = [];
  #end: number;
  #durable: number;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  private constructor(file: FileHandle, end: number, options: _JournalOptions) {
    this.#file = file;
    this.#end = end;
    this.#durable = end;
    this.#options = options;
  }

  /** Starts an empty journal in a new file. */
  static async create(path: string, options: _JournalOptions): Promise<_Journal> {
    const file = await open(path, "w+");
    await file.write(FILE_MAGIC);
    return new _Journal(file, FILE_MAGIC.length, options);
  }

  /** Reads all records back, cuts off a torn end, and goes on behind them. Throws for a file that is not a journal. */
  static async open(path: string, options: _JournalOptions, onRecord: (json: string) => void): Promise<_Journal> {
    const file = await open(path, "r+");
    try {
      const end = await readFrames(file, path, onRecord);
      await file.truncate(end);
      if (options.sync) await file.datasync();
      return new _Journal(file, end, options);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Adds a record. `json` is called at once, with the place at which the inline bytes will lie. */
  add(inline: Uint8Array | undefined, json: (place: _Segment | undefined) => string): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    let batch = this.#waiting.at(-1);
    if (!batch || batch.length >= FRAME_TARGET) this.#waiting.push((batch = newBatch(this.#end)));
    const size = inline?.length ?? 0;
    const offset = batch.start + FRAME_HEADER + batch.length + RECORD_HEADER;
    const text = Buffer.from(json(inline ? [_IN_LOG, offset, size] : undefined));
    const header = Buffer.allocUnsafe(RECORD_HEADER);
    header.writeUInt32BE(text.length, 0);
    header.writeUInt32BE(size, 4);
    batch.pieces.push(header);
    if (inline) batch.pieces.push(inline);
    batch.pieces.push(text);
    batch.length += RECORD_HEADER + size + text.length;
    this.#end = batch.start + FRAME_HEADER + batch.length;
    this.#writing ??= this.#write();
    return batch.done;
  }

  /** Inline bytes. */
  async read([, offset, length]: _Segment): Promise<Uint8Array> {
    // A record can be read as soon as it is added, which is before it is written.
    while (offset + length > this.#durable && this.#writing) await this.#writing;
    const bytes = Buffer.allocUnsafe(length);
    await readFully(this.#file, bytes, offset);
    return bytes;
  }

  /** Resolves when all that was added is durable; rejects if anything could not be written. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#options.sync) await this.#file.datasync();
  }

  /** Waits for what is being written and releases the file. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    // Lets whoever adds in this same turn share the first frame.
    await Promise.resolve();
    for (let batch; (batch = this.#waiting[0]);) {
      this.#waiting.shift();
      try {
        await this.#options.beforeWrite?.();
        await writeFrame(this.#file, batch);
        if (this.#options.sync) await this.#file.datasync();
        this.#durable = batch.start + FRAME_HEADER + batch.length;
        batch.resolve();
      } catch (error) {
        // Frames behind a hole would be lost at the next start, so none may be written any more.
        this.#failure = error;
        for (const lost of [batch, ...this.#waiting.splice(0)]) lost.reject(error);
      }
    }
    this.#writing = undefined;
  }
}

function newBatch(start: number): Batch {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const done = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { start, pieces: [], length: 0, done, resolve, reject };
}

async function writeFrame(file: FileHandle, batch: Batch): Promise<void> {
  const header = Buffer.allocUnsafe(FRAME_HEADER);
  header.writeUInt32BE(FRAME_MAGIC, 0);
  header.writeUInt32BE(batch.length, 4);
  header.writeUInt32BE(
    batch.pieces.reduce((crc, piece) => crc32(piece, crc), 0),
    8,
  );
  const frame = Buffer.concat([header, ...batch.pieces]);
  for (let done = 0; done < frame.length;) {
    done += (await file.write(frame, done, frame.length - done, batch.start + done)).bytesWritten;
  }
}

/** Calls back for each record of each intact frame and returns where the next frame goes. */
async function readFrames(file: FileHandle, path: string, onRecord: (json: string) => void): Promise<number> {
  const reader = new FrameReader(file, (await file.stat()).size);
  if (!(await reader.startsWith(FILE_MAGIC))) throw new Error(`${path} is not the journal of a store of this version`);
  let position = FILE_MAGIC.length;
  for (;;) {
    const frame = await reader.frame(position);
    if (!frame.payload) {
      // A torn frame is the last one. A damaged frame with an intact one behind it had been acknowledged.
      if ((await reader.frame(frame.end)).payload) {
        throw new Error(
          `${path} is damaged at byte ${position}: what follows could be read, but not what was changed there`,
        );
      }
      return position;
    }
    eachRecord(frame.payload, onRecord);
    position = frame.end;
  }
}

/** Reads a file through a window, because most frames are small. */
class FrameReader {
  readonly #file: FileHandle;
  readonly #size: number;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  async startsWith(text: string): Promise<boolean> {
    return this.#size >= text.length && (await this.#bytes(0, text.length)).toString("latin1") === text;
  }

  /** The payload of an intact frame, valid until the next call; and where the next frame would begin. */
  async frame(at: number): Promise<{ payload?: Buffer; end: number }> {
    if (at + FRAME_HEADER > this.#size) return { end: this.#size };
    const header = await this.#bytes(at, FRAME_HEADER);
    const [magic, length, crc] = [header.readUInt32BE(0), header.readUInt32BE(4), header.readUInt32BE(8)];
    const end = at + FRAME_HEADER + length;
    if (magic !== FRAME_MAGIC || end > this.#size) return { end: this.#size };
    const payload = await this.#bytes(at + FRAME_HEADER, length);
    return crc32(payload) === crc ? { payload, end } : { end };
  }

  async #bytes(at: number, length: number): Promise<Buffer> {
    if (at < this.#start || at + length > this.#start + this.#window.length) {
      this.#window = Buffer.allocUnsafe(Math.min(Math.max(length, READ_WINDOW), this.#size - at));
      this.#start = at;
      await readFully(this.#file, this.#window, at);
    }
    return this.#window.subarray(at - this.#start, at - this.#start + length);
  }
}

function eachRecord(payload: Buffer, onRecord: (json: string) => void): void {
  for (let at = 0; at < payload.length;) {
    const start = at + RECORD_HEADER + payload.readUInt32BE(at + 4);
    at = start + payload.readUInt32BE(at);
    onRecord(payload.toString("utf8", start, at));
  }
}

async function readFully(file: FileHandle, into: Buffer, position: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) throw new Error("the file is shorter than what it should hold");
    done += bytesRead;
  }
}
