import { type Command, Option } from "commander";
import type { AccessOptions } from "./access.ts";
import type { TrafficOptions } from "./clouds.ts";
import type { Context } from "./context.ts";

/** Options of every command. */
export interface GlobalOptions extends AccessOptions, TrafficOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** Makes the action of a command: `handler` is called with what it works with, its options and its operands. */
export type Start = <Options extends object>(
  handler: (context: Context, options: Options & GlobalOptions, operands: string[]) => Promise<void>,
) => (this: Command, ...ignored: unknown[]) => Promise<void>;

/** Collects an option that may be repeated. */
export function repeatable(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Options that choose some of many keys. */
export interface FilterOptions {
  readonly include?: string[];
  readonly exclude?: string[];
}

/** Adds {@link FilterOptions}. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--include <pattern>", "only what matches, as '*.jpg' or 'img/**'; may be repeated").argParser(
        repeatable,
      ),
    )
    .addOption(new Option("--exclude <pattern>", "not what matches; may be repeated").argParser(repeatable));
}

/** Adds `--dry-run`. */
export function addDryRun(command: Command): Command {
  return command.option("--dry-run", "say what would be done, and do nothing");
}

/** Adds `--yes`. */
export function addYes(command: Command): Command {
  return command.option("-y, --yes", "do not ask whether you are sure");
}

/** Adds examples to the help of a command. */
export function addExamples(
  command: Command,
  lines: readonly (readonly [example: string, meaning: string])[],
): Command {
  const width = Math.max(...lines.map(([example]) => example.length));
  const text = lines.map(([example, meaning]) => `  ${example.padEnd(width)}  ${meaning}`).join("\n");
  return command.addHelpText("after", `\nExamples:\n${text}`);
}
