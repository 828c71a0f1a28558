import { combineCrc64 } from "@cosmoss/checksum";
import type { AppendObjectInput, AppendObjectOutput } from "@cosmoss/commands-cos";
import { cosFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { ObjectMeta, ObjectRecord } from "../store/records.ts";
import { appendedETag, quoted } from "./etag.ts";
import { readTraits } from "./object-traits.ts";
import { MAX_BYTES, receiveBytes } from "./receive-bytes.ts";
import { committed } from "./store-failure.ts";

/** Makes an appendable object, or adds to one if the position of the request is its end. */
export async function appendObject(input: AppendObjectInput, exchange: Exchange): Promise<Answer<AppendObjectOutput>> {
  const { Key: key, Position } = input;
  if (exchange.contentLength === undefined) throw cosFailure("MissingContentLength");
  const bucket = exchange.bucket();
  const traits = readTraits(input, exchange);
  checkPosition(bucket.object(key), Position);
  const { body, md5, crc64 } = await receiveBytes(exchange);
  const added = body.size;
  const record = await committed(
    bucket.append(key, body, (current): ObjectMeta => {
      checkPosition(current, Position);
      const lastModified = exchange.clock.now();
      if (!current) return { ...traits, etag: md5.toString("hex"), crc64, lastModified, type: "appendable" };
      if (current.size + added > MAX_BYTES) throw cosFailure("EntityTooLarge");
      const { key: _key, size: _size, ...meta } = current;
      return {
        ...meta,
        etag: appendedETag(current.etag, md5),
        crc64: combineCrc64(current.crc64 as string, crc64, added),
        lastModified,
      };
    }),
  );
  return {
    output: {
      NextAppendPosition: record.size,
      ETag: quoted(record.etag),
      ...(record.crc64 !== undefined && { HashCrc64ecma: record.crc64 }),
    },
  };
}

function checkPosition(current: ObjectRecord | undefined, position: number): void {
  if (current && current.type !== "appendable") throw cosFailure("ObjectNotAppendable");
  const length = current?.size ?? 0;
  if (position !== length) {
    throw cosFailure("AppendPositionErr", { headers: { "x-cos-next-append-position": String(length) } });
  }
}
