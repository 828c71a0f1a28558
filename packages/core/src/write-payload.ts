import { ConfigError, IntegrityError } from "@cosmoss/errors";
import type { BodyInput, Checksum, HttpRequest, OutgoingPayload, PayloadContext, PayloadWriter } from "@cosmoss/types";
import { type ByteSource, openSource } from "./byte-source.ts";

/** So many bytes are hashed at a stretch (a few milliseconds) before other work gets its turn. */
const HASH_SLICE = 16777216;

/** Puts the payload of an input on a request. @public */
export const writePayload: PayloadWriter = (payload, request, context) => write(payload, request, context, undefined);

/** {@link writePayload} for bytes that are added to an object: the service answers the checksum of the whole. @public */
export const appendPayload: PayloadWriter = (payload, request, context, input) => {
  const { Position, InitialHashCrc64ecma } = input as { Position: number; InitialHashCrc64ecma?: string };
  // Without the checksum of the bytes before there is nothing to compare with.
  const known = Position === 0 || InitialHashCrc64ecma !== undefined;
  return write(payload, request, known ? context : { ...context, checksum: undefined }, InitialHashCrc64ecma);
};

function write(
  payload: any,
  request: HttpRequest,
  context: PayloadContext,
  initial: string | undefined,
): OutgoingPayload {
  const { headers } = request;
  if (typeof payload === "string") payload = new TextEncoder().encode(payload);
  else if (payload instanceof ArrayBuffer) payload = new Uint8Array(payload);
  const length: number | undefined = payload.byteLength ?? payload.size;
  if (length === undefined) return streamPayload(payload, request, context, initial);
  const declared = headers["content-length"];
  if (declared !== undefined && Number(declared) !== length) {
    throw new ConfigError(
      `${context.subject}: ContentLength is ${declared}, but Body has ${length} bytes; leave it out`,
    );
  }
  headers["content-length"] = String(length);
  if (payload.type && !headers["content-type"]) headers["content-type"] = payload.type;
  request.body = payload;
  // The transport takes bytes at rest as they are; they are hashed once the service has answered.
  return {
    replayable: true,
    consumed: false,
    verify(response) {
      const expected = response.headers[context.checksumHeader];
      if (!context.checksum || expected === undefined) return;
      const checksum = new context.checksum(initial);
      if (length > HASH_SLICE || !payload.subarray) return verifySlices(payload, length, checksum, expected, context);
      checksum.update(payload);
      compare(checksum, expected, context);
    },
  };
}

async function verifySlices(
  payload: any,
  length: number,
  checksum: Checksum,
  expected: string,
  context: PayloadContext,
): Promise<void> {
  for (let at = 0; at < length; at += HASH_SLICE) {
    const end = at + HASH_SLICE;
    checksum.update(payload.subarray?.(at, end) ?? new Uint8Array(await payload.slice(at, end).arrayBuffer()));
    await new Promise<void>((resolve) => context.clock.setTimeout(resolve, 0));
  }
  compare(checksum, expected, context);
}

/** Bytes that come by and by: counted and hashed as the transport takes them. Each iteration is one attempt. */
function streamPayload(
  source: Exclude<BodyInput, string>,
  request: HttpRequest,
  context: PayloadContext,
  initial: string | undefined,
): OutgoingPayload {
  const { subject } = context;
  const replayable = typeof source === "function";
  if (!replayable && !(source as any).getReader && !(source as any)[Symbol.asyncIterator]) {
    throw new ConfigError(
      `${subject}: Body must be a string, bytes, a Blob, a stream, an async iterable, or a function that gives one of them`,
    );
  }
  const declared = request.headers["content-length"];
  const letGo = context.streams?.guard(source);
  let checksum: Checksum | undefined;
  let open: ByteSource | undefined;
  let ended = false;

  const checkLength = (sent: number, isEnd: boolean): void => {
    if (declared === undefined || sent === Number(declared) || (sent < Number(declared) && !isEnd)) return;
    throw new IntegrityError(
      `${subject}: ContentLength is ${declared}, but Body gave ${sent} bytes; nothing is stored`,
      {
        algorithm: "length",
        expected: declared,
        actual: String(sent),
      },
    );
  };
  const usedUp = (): ConfigError =>
    new ConfigError(`${subject}: Body is a stream that was read before; give a function that makes it anew`);
  const begin = async (): Promise<ByteSource> => {
    const given: any = replayable ? await source() : source;
    // Such a Node stream would pass for an empty one.
    if (given.readableEnded) throw usedUp();
    if (given.stream) return openSource(given.stream());
    if (typeof given !== "string" && !(given instanceof Uint8Array)) return openSource(given);
    let taken = false;
    return { next: async () => (taken ? { done: true } : ((taken = true), { value: given })), cancel() {} };
  };
  const payload: OutgoingPayload & AsyncIterable<Uint8Array> & { consumed: boolean; failure: unknown } = {
    replayable,
    consumed: false,
    failure: undefined,
    [Symbol.asyncIterator]() {
      if (payload.consumed && !replayable) throw usedUp();
      checksum = context.checksum && new context.checksum(initial);
      let source: ByteSource | undefined;
      let sent = 0;
      let over = false;
      const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
        if (!over && !source) {
          // From here on, and not before: where no connection came about, a stream is as good as new.
          payload.consumed = true;
          source = open = await begin();
          if (over) source.cancel(); // Whoever wanted it has gone meanwhile.
        }
        while (!over) {
          const { done, value } = await source!.next();
          if (over) break;
          over = ended = done === true;
          const chunk: unknown = typeof value === "string" ? new TextEncoder().encode(value) : value;
          if (done) checkLength(sent, true);
          else if (chunk instanceof Uint8Array) {
            sent += chunk.byteLength;
            checkLength(sent, false);
            checksum?.update(chunk);
            if (chunk.byteLength > 0) return { done: false, value: chunk };
          } else throw new ConfigError(`${subject}: Body gave a piece that is neither bytes nor text`);
        }
        return { done: true, value: undefined };
      };
      return {
        next: () =>
          next().catch((error: unknown) => {
            over = true;
            payload.failure = error;
            throw error;
          }),
        async return() {
          over = true;
          source?.cancel();
          return { done: true, value: undefined };
        },
      };
    },
    release() {
      if (ended) letGo?.();
      else if (open) open.cancel();
      else if (!replayable && !(source as { locked?: boolean }).locked) openSource(source).cancel();
    },
    verify(response) {
      const expected = response.headers[context.checksumHeader];
      if (checksum && expected !== undefined) compare(checksum, expected, context);
    },
  };
  request.body = payload;
  return payload;
}

function compare(checksum: Checksum, expected: string, { subject }: PayloadContext): void {
  const actual = checksum.digest();
  if (actual === expected) return;
  throw new IntegrityError(`${subject}: the service stored something else than was sent; send it again`, {
    algorithm: "CRC-64/ECMA-182",
    expected: actual,
    actual: expected,
  });
}
