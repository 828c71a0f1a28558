import { ConfigError } from "@cosmoss/errors";
import type { ByteSource, Checksum, HttpRequest, OutgoingPayload, PayloadContext, PayloadWriter } from "@cosmoss/types";

/** So many bytes are hashed at a stretch (a few milliseconds) before other work gets its turn. */
const HASH_SLICE = 16_000_000;
const CRC = "CRC-64/ECMA-182";

/** Puts the payload of an input on a request. @public */
export const writePayload: PayloadWriter = (payload, request, context) => write(payload, request, context);

/** {@link writePayload} for bytes that are added to an object: the service answers the checksum of the whole. @public */
export const appendPayload: PayloadWriter = (payload, request, context, input) => {
  const { Position, InitialHashCrc64ecma } = input as { Position: number; InitialHashCrc64ecma?: string };
  // Without the checksum of the bytes before there is nothing to compare with.
  const known = Position === 0 || InitialHashCrc64ecma !== undefined;
  return write(payload, request, known ? context : { ...context, checksum: undefined }, InitialHashCrc64ecma);
};

function toBytes(value: any): any {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function write(given: any, request: HttpRequest, context: PayloadContext, initial?: string): OutgoingPayload {
  const { headers } = request;
  const declared = headers["content-length"];
  const source = toBytes(given);
  const length: number | undefined = source.byteLength ?? source.size;
  const start = (): Checksum | undefined => context.checksum && new context.checksum(initial);

  if (length === undefined) return streamPayload(source, request, context, declared, start);
  if (declared !== undefined && +declared !== length) {
    throw new ConfigError(
      `${context.subject}: ContentLength is ${declared}, but Body has ${length} bytes; leave it out`,
    );
  }
  headers["content-length"] = String(length);
  if (source.type) headers["content-type"] ??= source.type;
  request.body = source;
  // The transport takes bytes at rest as they are; they are hashed once the service has answered.
  return {
    replayable: true,
    consumed: false,
    async verify(response) {
      const expected = response.headers[context.checksumHeader];
      const checksum = expected === undefined ? undefined : start();
      if (!checksum) return;
      for (let at = 0, end; at < length; at = end) {
        if (at > 0) await new Promise<void>((resolve) => context.clock.setTimeout(resolve, 0));
        end = at + HASH_SLICE;
        checksum.update(source.subarray?.(at, end) ?? new Uint8Array(await source.slice(at, end).arrayBuffer()));
      }
      context.compare(context, CRC, expected, checksum.digest());
    },
  };
}

/** Bytes that come by and by: counted and hashed as the transport takes them. Each iteration is one attempt. */
function streamPayload(
  source: any,
  request: HttpRequest,
  context: PayloadContext,
  declared: string | undefined,
  start: () => Checksum | undefined,
): OutgoingPayload {
  const { subject } = context;
  const replayable = typeof source === "function";
  const checkStream = (stream: any): void => {
    if (stream?.getReader || stream?.[Symbol.asyncIterator]) return;
    throw new ConfigError(`${subject}: Body must be text, bytes, Blob, stream, iterable, or a function that gives one`);
  };
  if (!replayable) checkStream(source);
  const letGo = context.streams?.guard(source);
  let checksum: Checksum | undefined;
  let open: ByteSource | undefined;
  let ended = false;

  const usedUp = (): ConfigError => new ConfigError(`${subject}: Body was read before; give a function that makes it`);
  const payload: OutgoingPayload & AsyncIterable<Uint8Array> & { consumed: boolean; failure: unknown } = {
    replayable,
    consumed: false,
    failure: undefined,
    [Symbol.asyncIterator]() {
      if (payload.consumed && !replayable) throw usedUp();
      checksum = start();
      let own: ByteSource | undefined;
      let sent = 0;
      let over = false;
      return {
        async next() {
          try {
            if (!over && !own) {
              // From here on, and not before: where no connection came about, a stream is as good as new.
              payload.consumed = true;
              const given = toBytes(replayable ? await source() : source);
              // Such a Node stream would pass for an empty one.
              if (given?.readableEnded) throw usedUp();
              const stream = given?.stream?.() ?? (given?.byteLength >= 0 ? once(given) : given);
              checkStream(stream);
              own = open = context.openSource(stream);
              if (over) own.cancel(); // Whoever wanted it has gone meanwhile.
            }
            while (!over) {
              const { done, value } = await own!.next();
              if (over) break;
              over = ended = done === true;
              const chunk = toBytes(done ? "" : value);
              if (!(chunk instanceof Uint8Array)) {
                throw new ConfigError(`${subject}: Body gave neither bytes nor text`);
              }
              sent += chunk.length;
              if (done || sent > +declared!) context.compare(context, "length", declared, String(sent));
              checksum?.update(chunk);
              if (chunk.length > 0) return { done: false, value: chunk };
            }
            return { done: true, value: undefined };
          } catch (error) {
            over = true;
            payload.failure = error;
            throw error;
          }
        },
        async return() {
          over = true;
          own?.cancel();
          return { done: true, value: undefined };
        },
      };
    },
    release() {
      if (ended) letGo?.();
      else if (open) open.cancel();
      else if (!replayable && !source.locked) context.openSource(source).cancel();
    },
    verify(response) {
      context.compare(context, CRC, response.headers[context.checksumHeader], checksum?.digest());
    },
  };
  request.body = payload;
  return payload;
}
