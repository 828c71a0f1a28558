import { ConfigError } from "@cosmoss/errors";
import type { Clock } from "@cosmoss/types";
import { asBytes } from "./as-bytes.ts";
import { blobSource } from "./blob-source.ts";
import { ByteStream, describe } from "./byte-stream.ts";
import { bytesSource } from "./bytes-source.ts";
import type { TransferSource, UploadSource } from "./source.ts";

/**
 * Tells apart what can be uploaded: a {@link ByteStream}, already taken so that whoever gets it has to read or cancel it, or
 * else a source that can be read anywhere. Throws a `ConfigError` for anything else.
 */
export function openUploadSource(source: UploadSource, clock: Clock): TransferSource | ByteStream {
  const bytes = asBytes(source);
  if (bytes) return bytesSource(bytes, clock);
  const given = source as any;
  if (typeof given?.open === "function" && typeof given.name === "string") return given;
  if (typeof given?.slice === "function" && typeof given.arrayBuffer === "function" && given.size >= 0) {
    return blobSource(given);
  }
  if (typeof given?.getReader === "function" || given?.[Symbol.asyncIterator]) return new ByteStream(given);
  throw new ConfigError(
    `The source of an upload is ${describe(source)}; give text, bytes, a Blob or File, a web or Node stream, an async iterable of bytes, or fromFile(path)`,
  );
}
