import { createHash } from "node:crypto";
import { combineCrc64 } from "@cosmoss/checksum";
import type { AppendObjectInput, AppendObjectOutput } from "@cosmoss/commands-oss";
import { ossFailure } from "../http/errors.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { ObjectMeta, ObjectRecord } from "../store/records.ts";
import { encryptionHeaders } from "./encryption-headers.ts";
import { checkOverwrite } from "./object-failures.ts";
import { readSettings } from "./object-settings.ts";
import { MAX_UPLOAD_BYTES, receiveObject, tooLarge } from "./receive-object.ts";

const CLASSES: readonly string[] = ["Standard", "IA", "Archive"];

/** Makes an appendable object, or adds to one if the position of the request is its end. */
export async function appendObject(input: AppendObjectInput, exchange: Exchange): Promise<Answer<AppendObjectOutput>> {
  const { Key, Position } = input;
  const bucket = exchange.bucket();
  // Those of the first append are those of the object.
  const settings = Position === 0 ? readSettings(input, exchange, CLASSES) : undefined;
  const { body, crc64 } = await receiveObject(exchange);
  const added = body.size;
  const record = await bucket.append(Key, body, (current): ObjectMeta => {
    checkPosition(input, current);
    if (Position + added > MAX_UPLOAD_BYTES) throw tooLarge(Position + added);
    if (current && added === 0) return current;
    const whole = current?.crc64 === undefined ? crc64 : combineCrc64(current.crc64, crc64, added);
    const lastModified = exchange.clock.now();
    const etag = createHash("md5")
      .update(`${Key}\n${whole}\n${Position + added}\n${lastModified}`)
      .digest("hex");
    // `settings` is there when there is no object: its length, 0, is then the position.
    return { ...(current ?? settings!), etag: etag.toUpperCase(), crc64: whole, lastModified, type: "appendable" };
  });
  return {
    output: {
      NextAppendPosition: record.size,
      ETag: `"${record.etag}"`,
      ...(record.crc64 !== undefined && { HashCrc64ecma: record.crc64 }),
    },
    headers: encryptionHeaders(record.attributes),
  };
}

function checkPosition({ Position, ForbidOverwrite }: AppendObjectInput, current: ObjectRecord | undefined): void {
  if (Position === 0) checkOverwrite(ForbidOverwrite, current);
  if (current && current.type !== "appendable") throw ossFailure("ObjectNotAppendable");
  const length = current?.size ?? 0;
  if (Position !== length) {
    throw ossFailure("PositionNotEqualToLength", { headers: { "x-oss-next-append-position": String(length) } });
  }
}
