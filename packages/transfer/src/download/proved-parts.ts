import { Crc64 } from "@cosmoss/checksum";
import type { DonePart } from "../checkpoints/checkpoints.ts";
import type { PlannedPart } from "../parts/part-plan.ts";
import type { OpenSink } from "../sinks/sink.ts";
import type { TaskControl } from "../task/task-control.ts";

/**
 * Those of the parts said to be done whose bytes the sink really has: what was written right before a loss of power may
 * never have reached the disk.
 */
export async function provedParts(
  control: TaskControl,
  sink: OpenSink,
  planned: readonly PlannedPart[],
  claimed: readonly DonePart[],
): Promise<DonePart[]> {
  const proved: DonePart[] = [];
  if (!sink.read) return proved;
  const crcs = new Map(claimed.map(({ PartNumber, HashCrc64ecma }) => [PartNumber, HashCrc64ecma]));
  for (const { PartNumber, start, end } of planned) {
    const HashCrc64ecma = crcs.get(PartNumber);
    if (HashCrc64ecma === undefined) continue;
    const crc = new Crc64();
    try {
      for await (const bytes of sink.read(start, end)) {
        if (control.signal.aborted) throw control.signal.reason;
        crc.update(bytes);
      }
    } catch (error) {
      if (control.signal.aborted) throw error;
      continue; // What cannot be read is fetched again.
    }
    if (crc.length === end - start && crc.digest() === HashCrc64ecma) proved.push({ PartNumber, HashCrc64ecma });
  }
  return proved;
}
