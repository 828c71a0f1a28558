import { Argument, Command } from "commander";
import { bashCompletion } from "../completion/bash.ts";
import { fishCompletion } from "../completion/fish.ts";
import { describeTree } from "../completion/tree.ts";
import { zshCompletion } from "../completion/zsh.ts";
import type { Context } from "../context.ts";
import { addExamples, type Start } from "../shared-options.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `cosmoss completion`. */
export function completionCommand(start: Start, program: Command): Command {
  const command = new Command("completion")
    .summary("print a script that completes commands in your shell")
    .description("Prints a script for your shell, which then completes commands and options, and names of local files.")
    .addArgument(new Argument("<shell>", "which").choices(Object.keys(SHELLS)));
  addExamples(command, [
    ['eval "$(cosmoss completion bash)"', "in ~/.bashrc"],
    ["cosmoss completion zsh > ~/.zfunc/_cosmoss", "where ~/.zfunc is in $fpath"],
    ["cosmoss completion fish > ~/.config/fish/completions/cosmoss.fish", ""],
  ]);
  return command.action(
    start(async ({ printer }: Context, _options: object, [shell]: string[]) => {
      const script = SHELLS[shell as keyof typeof SHELLS](describeTree(program));
      await printer.answer({ shell, script }, script.trimEnd());
    }),
  );
}
