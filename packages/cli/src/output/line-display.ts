import type { TransferProgress } from "@cosmoss/transfer";
import type { Clock } from "@cosmoss/types";
import { formatDuration, formatSize } from "../sizes.ts";
import type { Display } from "./display.ts";
import type { Printer } from "./printer.ts";

/** Milliseconds between two lines. */
const EVERY = 10_000;

/** A line now and then, for logs. What is over before the first is due has none. */
export function lineDisplay(printer: Printer, clock: Pick<Clock, "now">, { several }: { several: boolean }): Display {
  let told = clock.now();
  const show = (name: string, progress: TransferProgress): void => {
    const now = clock.now();
    if (now - told < EVERY || progress.phase === "done") return;
    told = now;
    printer.note(`${name}: ${describeProgress(progress)}`);
  };
  return {
    file: (name, progress) => void (several || show(name, progress)),
    ended() {},
    total: (progress) => void (several && show("total", progress)),
    close() {},
  };
}

/** How much has moved, on its way or arrived: as `45%, 120.0 MiB of 256.0 MiB, 12.0 MiB/s, 11s left`. */
export function describeProgress(progress: TransferProgress): string {
  const { total, acknowledged, inFlight, bytesPerSecond, etaSeconds, fraction } = progress;
  const moved = formatSize(acknowledged + inFlight);
  const parts = total === undefined ? [moved] : [`${Math.floor(fraction * 100)}%`, `${moved} of ${formatSize(total)}`];
  if (bytesPerSecond > 0) parts.push(`${formatSize(Math.round(bytesPerSecond))}/s`);
  if (etaSeconds !== undefined) parts.push(`${formatDuration(etaSeconds)} left`);
  return parts.join(", ");
}
