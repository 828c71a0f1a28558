import type { Context } from "../context.ts";
import type { Display } from "./display.ts";
import { drawnDisplay } from "./drawn-display.ts";
import { eventDisplay } from "./event-display.ts";
import { lineDisplay } from "./line-display.ts";

/** Bars on a terminal, events with `--json`, else lines; with `--quiet` nothing. `several`: there may be more than one file. */
export function createDisplay(
  { environment: { stderr, clock }, printer }: Pick<Context, "environment" | "printer">,
  options: { several: boolean },
): Display {
  if (printer.json) return eventDisplay(printer, clock);
  if (printer.quiet) return { file() {}, ended() {}, total() {}, close() {} };
  return stderr.isTTY ? drawnDisplay(printer, stderr, options) : lineDisplay(printer, clock, options);
}
