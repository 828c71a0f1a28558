import type { Clock } from "@cosmoss/types";
import type { Display } from "./display.ts";
import type { Printer } from "./printer.ts";

/** Milliseconds between two events of a file. */
const EVERY = 1000;

/** Progress as events, for other programs. */
export function eventDisplay(printer: Printer, clock: Pick<Clock, "now">): Display {
  const told = new Map<string, number>();
  return {
    file(name, { phase, total, acknowledged, inFlight, bytesPerSecond, etaSeconds }) {
      const now = clock.now();
      if (now - (told.get(name) ?? -Infinity) < EVERY) return;
      told.set(name, now);
      const event = { event: "progress", name, phase, total, acknowledged, inFlight, bytesPerSecond, etaSeconds };
      // A reader that has gone is noticed by the next event that matters.
      printer.event(event).catch(() => {});
    },
    ended: (name) => void told.delete(name),
    total() {},
    close() {},
  };
}
