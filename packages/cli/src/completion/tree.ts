import type { Command } from "commander";

/** A command as completion scripts need it. */
export interface CommandNode {
  /** Names from below the program on, as `["multipart", "ls"]`; the program itself has none. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

/** An option. */
export interface OptionNode {
  readonly long: string;
  readonly short?: string;
  readonly summary: string;
  readonly takesValue: boolean;
  /** What it may be, where that is fixed. */
  readonly choices: readonly string[];
}

/** The program, its commands and what stands below them. Options of the program are those of every command. */
export function describeTree(program: Command): CommandNode {
  const shared = optionsOf(program);
  const describe = (command: Command, path: readonly string[]): CommandNode => ({
    path,
    summary: command.summary() || command.description(),
    options: path.length === 0 ? shared : [...optionsOf(command), ...shared],
    commands: command.commands.map((one) => describe(one, [...path, one.name()])),
  });
  return describe(program, []);
}

/** The command and everything below it. */
export function allCommands(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

function optionsOf(command: Command): OptionNode[] {
  return command.options.flatMap((option) =>
    option.long && !option.hidden
      ? [
          {
            long: option.long,
            ...(option.short !== undefined && { short: option.short }),
            summary: option.description,
            takesValue: Boolean(option.required || option.optional),
            choices: option.argChoices ?? [],
          },
        ]
      : [],
  );
}
