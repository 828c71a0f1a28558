import type { Clouds } from "./clouds.ts";
import type { Environment } from "./environment.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Printer } from "./output/printer.ts";

/** What every command works with. */
export interface Context {
  readonly environment: Environment;
  readonly clouds: Clouds;
  readonly printer: Printer;
  readonly interrupt: Interrupt;
}
