import { ConfigError, DecodeError, IntegrityError } from "@cosmoss/errors";
import type { PayloadReader, ResponseBody } from "@cosmoss/types";
import { type ByteSource, discard, join, openSource, readAll } from "./byte-source.ts";
import { toFailure } from "./transport-failure.ts";

/** How often a body is taken up again without a single byte having come in between. */
const MAX_BARREN_RESUMES = 3;

/** The body of a response that has none. */
const EMPTY = {
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {},
};

/**
 * Makes the body of an output: the one wrapper on every runtime, which counts, checks, and takes a response that broke
 * off up again where it stopped. @public
 */
export const readPayload: PayloadReader = ({ headers, statusCode, body }, context): ResponseBody => {
  const { subject, streams } = context;
  const decoded = context.decodesContent && headers["content-encoding"] !== undefined;
  const length = decoded || headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
  const expected = statusCode === 200 && !decoded ? headers[context.checksumHeader] : undefined;
  const checksum = expected !== undefined && context.checksum ? new context.checksum() : undefined;
  // Place of the first byte within the object.
  const start = statusCode === 206 ? Number(/^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1] ?? NaN) : 0;
  let source = body ?? EMPTY;
  let open: ByteSource | undefined;
  let used = false;
  let received = 0;
  let resumedAt = -1;
  let barren = 0;

  const use = (): void => {
    if (used) throw new ConfigError(`${subject}: the body was read or cancelled before; it can be read once`);
    used = true;
  };
  const count = (chunk: Uint8Array): void => {
    received += chunk.length;
    checksum?.update(chunk);
  };
  const check = (algorithm: string, wanted: string | number | undefined, actual: string | number | undefined): void => {
    if (wanted === undefined || actual === undefined || wanted === actual) return;
    throw new IntegrityError(
      `${subject}: what arrived is not what is stored (${algorithm} ${actual}, expected ${wanted}); get it again`,
      { algorithm, expected: String(wanted), actual: String(actual) },
    );
  };
  const end = (): void => {
    check("length", length, received);
    check("CRC-64/ECMA-182", expected, checksum?.digest());
  };
  /** Opens the rest of the object as a new source, or throws what the caller gets to see. */
  const resume = async (error: unknown): Promise<void> => {
    const failure = toFailure(error, subject, "body", context.abortSignal) as { $cosmoss?: string };
    barren = received > resumedAt ? 0 : barren + 1;
    resumedAt = received;
    const from = start + received;
    if (
      !context.reopen ||
      !failure.$cosmoss?.startsWith("T") || // TransportError or TimeoutError
      !headers["etag"] ||
      !(received < length!) ||
      !(from >= 0) ||
      barren >= MAX_BARREN_RESUMES
    ) {
      throw failure;
    }
    const rest = await context.reopen({ range: `bytes=${from}-${start + length! - 1}`, "if-match": headers["etag"] });
    source = rest.body;
    if (rest.statusCode !== 206 || !rest.headers["content-range"]?.startsWith(`bytes ${from}-`)) {
      discard(source);
      throw new DecodeError(`${subject}: asked to go on at byte ${from}, and got something else`, { cause: failure });
    }
  };
  const bytes = async (): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    use();
    for (;;) {
      try {
        await readAll(source, streams, (chunk) => {
          count(chunk);
          chunks.push(chunk);
        });
        break;
      } catch (error) {
        await resume(error);
      }
    }
    end();
    return join(chunks, received);
  };
  async function* iterate(): AsyncGenerator<Uint8Array, void, undefined> {
    let ended = false;
    use();
    try {
      while (!ended) {
        try {
          open = openSource(source);
          for (;;) {
            const { done, value } = await open.next();
            if (done) break;
            count(value);
            yield value;
          }
          ended = true;
        } catch (error) {
          await resume(error);
        }
      }
    } finally {
      if (!ended) open?.cancel();
    }
    end();
  }
  const cancel = async (): Promise<void> => {
    used = true;
    if (open) open.cancel();
    else discard(source);
  };

  return {
    bytes,
    text: async () => new TextDecoder().decode(await bytes()),
    [Symbol.asyncIterator]: iterate,
    stream() {
      const chunks = iterate();
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await chunks.next();
            if (done) controller.close();
            else controller.enqueue(value);
          },
          cancel,
        },
        { highWaterMark: 0 },
      );
    },
    toReadable() {
      if (streams) return streams.toReadable(iterate());
      throw new ConfigError("toReadable() gives a Node stream, on Node only; use stream() here");
    },
    cancel,
  };
};
