import { crc64 } from "@cosmoss/checksum";
import { TransportError } from "@cosmoss/errors";
import type { RequestBody } from "@cosmoss/types";
import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";

// Node's own types fit where the SDK names its structural ones.
export const bodies: RequestBody[] = [
  Buffer.from("text"),
  createReadStream("/dev/null"),
  Readable.from(["a"]),
  Readable.toWeb(Readable.from([])),
];
export const sum = crc64(Buffer.from("123456789"));

export function phaseOf(error: unknown): string {
  // @ts-expect-error an unknown error has no phase: the guard narrows, and this program is checked at all
  return TransportError.isInstance(error) ? error.phase : error.phase;
}
