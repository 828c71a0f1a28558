import { combineCrc64 } from "@cosmoss/checksum";
import type { DonePart } from "../checkpoints/checkpoints.ts";
import { partLength } from "./part-plan.ts";
import type { TaskControl } from "../task/task-control.ts";

/** How many CRCs are combined at a stretch, which takes some milliseconds. */
const COMBINED_AT_ONCE = 200;

/** CRC-64 of `size` bytes from those of all their parts; absent where one has none. */
export async function wholeCrc(
  control: TaskControl,
  parts: readonly DonePart[],
  partSize: number,
  size: number,
): Promise<string | undefined> {
  let crc = "0";
  const ordered = [...parts].sort((a, b) => a.PartNumber - b.PartNumber);
  for (const [index, { PartNumber, HashCrc64ecma }] of ordered.entries()) {
    if (HashCrc64ecma === undefined) return undefined;
    crc = combineCrc64(crc, HashCrc64ecma, partLength(PartNumber, size, partSize));
    if (index % COMBINED_AT_ONCE === COMBINED_AT_ONCE - 1) await control.wait(0);
  }
  return crc;
}
