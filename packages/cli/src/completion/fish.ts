import { allCommands, type CommandNode } from "./tree.ts";

/** A script for fish, to be put into its directory of completions as `cosmoss.fish`. */
export function fishCompletion(program: CommandNode): string {
  const lines = allCommands(program).flatMap((node) => {
    const here = conditionFor(node);
    return [
      ...node.commands.map((one) => `complete -c cosmoss -f${here} -a ${one.path.at(-1)!} -d ${quote(one.summary)}`),
      ...node.options.map(({ long, short, summary, takesValue, choices }) => {
        const value = choices.length > 0 ? ` -x -a ${quote(choices.join(" "))}` : takesValue ? " -r" : "";
        return `complete -c cosmoss${here} -l ${long.slice(2)}${short === undefined ? "" : ` -s ${short.slice(1)}`}${value} -d ${quote(summary)}`;
      }),
    ];
  });
  return `# Completion of cosmoss for fish.
${lines.join("\n")}
complete -c cosmoss -s h -l help -d 'show help'
`;
}

function conditionFor({ path, commands }: CommandNode): string {
  const below = commands.map((one) => one.path.at(-1)!).join(" ");
  const parts = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  if (below !== "") parts.push(`not __fish_seen_subcommand_from ${below}`);
  return ` -n ${quote(parts.join("; and "))}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
