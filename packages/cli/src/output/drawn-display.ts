import type { TransferProgress } from "@cosmoss/transfer";
import { MultiBar, type SingleBar } from "cli-progress";
import type { Output } from "../environment.ts";
import type { Display } from "./display.ts";
import { describeProgress } from "./line-display.ts";
import type { Printer } from "./printer.ts";
import { printable } from "./text.ts";

/** More files at a time are seen in the total only. */
const MAX_BARS = 8;
/** Columns of the longest usual {@link describeProgress}. */
const DESCRIPTION_WIDTH = 52;

interface Drawn {
  readonly name: string;
  readonly progress: TransferProgress;
}

/** One bar per file, and one for all. */
export function drawnDisplay(printer: Printer, stderr: Output, { several }: { several: boolean }): Display {
  const bars = new MultiBar({
    stream: stderr,
    format: (_options, _parameters, drawn: Drawn) => drawLine(drawn, stderr.columns ?? 80),
    clearOnComplete: true,
    hideCursor: true,
    // Ctrl-C is dealt with elsewhere.
    gracefulExit: false,
    fps: 8,
  });
  const showing = new Map<string, SingleBar>();
  const free: SingleBar[] = [];
  let totalBar: SingleBar | undefined;
  let letGo: (() => void) | undefined;

  function draw(bar: SingleBar | undefined, drawn: Drawn): SingleBar {
    // Until something is drawn, lines are written as usual.
    letGo ??= printer.drawing((line) => bars.log(`${line}\n`));
    bar ??= bars.create(1, 0, drawn);
    bar.update(drawn);
    return bar;
  }

  return {
    file(name, progress) {
      const bar = showing.get(name) ?? free.pop();
      if (bar || showing.size < MAX_BARS) showing.set(name, draw(bar, { name, progress }));
    },
    ended(name) {
      const bar = showing.get(name);
      if (!bar) return;
      showing.delete(name);
      free.push(bar);
    },
    total(progress) {
      if (several) totalBar = draw(totalBar, { name: "total", progress });
    },
    close() {
      if (!letGo) return;
      // Stopping forgets lines that are not written yet.
      bars.update();
      bars.stop();
      letGo();
      letGo = undefined;
    },
  };
}

/** A line no longer than the terminal is wide: name, bar, and what is known. */
export function drawLine({ name, progress }: Drawn, columns: number): string {
  const barWidth = columns < 100 ? 10 : 20;
  const nameWidth = Math.max(8, Math.min(32, columns - barWidth - DESCRIPTION_WIDTH - 5));
  const done = Math.floor(progress.fraction * barWidth);
  const bar = `[${"=".repeat(done)}${"-".repeat(barWidth - done)}]`;
  const characters = Array.from(printable(name));
  const shown = characters.length <= nameWidth ? characters : ["…", ...characters.slice(1 - nameWidth)];
  const text = `${shown.join("")}${" ".repeat(nameWidth - shown.length)} ${bar} ${describeProgress(progress)}`;
  return Array.from(text)
    .slice(0, columns - 1)
    .join("");
}
