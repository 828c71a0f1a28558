import { allCommands, type CommandNode, type OptionNode } from "./tree.ts";

/** A script for zsh, to be put into a directory of `$fpath` as `_cosmoss`. */
export function zshCompletion(program: CommandNode): string {
  return `#compdef cosmoss
# Completion of cosmoss for zsh.
${allCommands(program).map(functionOf).join("\n")}
if [ "\${funcstack[1]}" = _cosmoss ]; then
  _cosmoss "$@"
else
  compdef _cosmoss cosmoss
fi
`;
}

function functionOf({ path, options, commands }: CommandNode): string {
  const own = options.map((option) => `    ${quote(specOf(option))} \\`).join("\n");
  const help = `    '(- *)'{-h,--help}'[show help]' \\`;
  if (commands.length === 0) {
    return `${nameOf(path)}() {
  _arguments -s \\
${own}
${help}
    '*:file:_files'
}`;
  }
  const names = commands.map((one) => `    ${quote(`${one.path.at(-1)!}:${one.summary}`)}`).join("\n");
  const cases = commands.map((one) => `    ${one.path.at(-1)!}) ${nameOf(one.path)} ;;`).join("\n");
  return `${nameOf(path)}() {
  local state line
  local -a commands
  _arguments -C -s \\
${own}
${help}
    '1:command:->command' '*::argument:->arguments'
  commands=(
${names}
  )
  case "$state" in
    command) _describe command commands ;;
    arguments)
      case "$line[1]" in
${cases.replaceAll(/^ {4}/gm, "        ")}
      esac
      ;;
  esac
}`;
}

function nameOf(path: readonly string[]): string {
  return ["_cosmoss", ...path].join("_");
}

function specOf({ long, summary, takesValue, choices }: OptionNode): string {
  const text = summary.replace(/[[\]:]/g, "\\$&");
  const values = choices.length > 0 ? `(${choices.join(" ")})` : "";
  return `*${long}[${text}]${takesValue ? `:value:${values || "_files"}` : ""}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
