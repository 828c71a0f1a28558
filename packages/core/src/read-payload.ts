import { ConfigError, DecodeError } from "@cosmoss/errors";
import type { Bytes, ByteSource, HeaderBag, HttpResponse, PayloadReader, ResponseBody } from "@cosmoss/types";
import type { ClientContext } from "./send-context.ts";

/** How often a body is taken up again without a single byte having come in between. */
const MAX_BARREN_RESUMES = 3;

/**
 * Makes the body of an output: the one wrapper on every runtime, which counts, checks, and takes a response that broke
 * off up again where it stopped. @public
 */
export const readPayload = (({ headers, statusCode, body }: HttpResponse, context: ClientContext): ResponseBody => {
  const { subject, streams } = context;
  // What the service says of the bytes, which are other ones once the transport has undone an encoding.
  const { "content-length": length, [context.checksumHeader]: stored } =
    context.decodesContent && headers["content-encoding"] ? ({} as HeaderBag) : headers;
  const expected = statusCode === 200 ? stored : undefined;
  const checksum = expected === undefined ? undefined : context.checksum && new context.checksum();
  // Place of the first byte within the object.
  const start = statusCode === 206 ? parseInt((headers["content-range"] ?? "").slice(6)) : 0;
  /** What is still to be read; absent at the end. */
  let source = body;
  let open: ByteSource | undefined;
  let used = false;
  let received = 0;
  let barren = 0;

  const cancel = async (): Promise<void> => {
    used = true;
    if (open) open.cancel();
    else context.discard(source);
    source = undefined;
  };
  /** Opens the rest of the object as a new source, or throws what the caller gets to see. */
  const resume = async (error: unknown): Promise<void> => {
    const failure = context.toFailure(error, context, "body") as { $cosmoss?: string };
    const from = start + received;
    if (
      !source || // It was cancelled meanwhile.
      !context.reopen ||
      !failure.$cosmoss?.startsWith("T") || // TransportError or TimeoutError
      !headers["etag"] ||
      !(received < +length! && from >= 0) ||
      barren++ >= MAX_BARREN_RESUMES
    ) {
      throw failure;
    }
    const rest = await context.reopen({ range: `bytes=${from}-${start + +length! - 1}`, "if-match": headers["etag"] });
    source = rest.body;
    open = undefined;
    if (rest.statusCode !== 206 || !rest.headers["content-range"]?.startsWith(`bytes ${from}-`)) {
      await cancel();
      throw new DecodeError(`${subject}: got something else than the rest from byte ${from}`, { cause: failure });
    }
  };
  const use = (): void => {
    if (used) throw new ConfigError(`${subject}: Body can be read only once`);
    used = true;
  };
  const count = (chunk: Uint8Array): void => {
    if (chunk.length > 0) barren = 0;
    received += chunk.length;
    checksum?.update(chunk);
  };
  const check = (): void => {
    context.compare(context, "length", length, String(received));
    context.compare(context, "CRC-64/ECMA-182", expected, checksum?.digest());
  };
  const forEach = async (each: (chunk: Uint8Array) => any): Promise<void> => {
    /** Whether `each` is at work; when it fails, for good. */
    let calling: boolean;
    use();
    while (source) {
      calling = false;
      try {
        open = context.openSource(source);
        await open.readAll((chunk) => {
          count(chunk);
          calling = true;
          const waiting = each(chunk);
          calling = !!waiting?.then;
          return calling && waiting.then(() => (calling = false));
        });
        open = source = undefined;
      } catch (error) {
        if (calling) throw error;
        await resume(error);
      }
    }
    check();
  };
  const bytes = async (): Promise<Bytes> => {
    const chunks: Uint8Array[] = [];
    await forEach((chunk) => void chunks.push(chunk));
    return context.join(chunks, received);
  };
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    use();
    try {
      while (source) {
        try {
          open = context.openSource(source);
          for (let piece; !(piece = await open.next()).done;) {
            count(piece.value);
            yield piece.value;
          }
          open = source = undefined;
        } catch (error) {
          await resume(error);
        }
      }
    } finally {
      if (source) open?.cancel();
    }
    check();
  }
  return {
    bytes,
    forEach,
    text: async () => new TextDecoder().decode(await bytes()),
    [Symbol.asyncIterator]: () => read(),
    stream() {
      const chunks = read();
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
      if (streams) return streams.toReadable(read());
      throw new ConfigError("toReadable() is for Node; use stream() here");
    },
    cancel,
  };
}) as PayloadReader;
