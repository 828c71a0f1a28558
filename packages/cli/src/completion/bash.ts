import { allCommands, type CommandNode } from "./tree.ts";

/** A script for bash 3.2 and later. What it does not know is left to bash, which completes file names. */
export function bashCompletion(program: CommandNode): string {
  const nodes = allCommands(program);
  const words = nodes.map(({ path, options, commands }) => {
    const names = commands.map((one) => one.path.at(-1)!);
    return `    '${path.join(" ")}') commands='${names.join(" ")}' options='${options.map((one) => one.long).join(" ")}' ;;`;
  });
  const paths = nodes.flatMap(({ path }) => (path.length > 0 ? [`'${path.join(" ")}'`] : []));
  const valued = new Set(nodes.flatMap(({ options }) => options.filter((one) => one.takesValue)).flatMap(namesOf));
  const choices = nodes.flatMap(({ path, options }) =>
    options
      .filter((one) => one.choices.length > 0)
      .map((one) => `    '${path.join(" ")} ${one.long}') commands='${one.choices.join(" ")}' ;;`),
  );
  return `# Completion of cosmoss for bash.
_cosmoss() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local path='' commands='' options='' index=1 word
  while [ "$index" -lt "$COMP_CWORD" ]; do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${[...valued].join("|")}) index=$((index + 1)) ;;
      *)
        case "\${path:+$path }$word" in
          ${paths.join("|")}) path="\${path:+$path }$word" ;;
        esac
        ;;
    esac
    index=$((index + 1))
  done
  COMPREPLY=()
  case "$path $previous" in
${choices.join("\n")}
  esac
  if [ -n "$commands" ]; then
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
    return
  fi
  case "$previous" in
    ${[...valued].join("|")}) return ;;
  esac
  case "$path" in
${words.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options --help" -- "$current")) ;;
    *) [ -z "$commands" ] || COMPREPLY=($(compgen -W "$commands" -- "$current")) ;;
  esac
}
complete -o default -F _cosmoss cosmoss
`;
}

function namesOf({ long, short }: CommandNode["options"][number]): string[] {
  return short === undefined ? [long] : [long, short];
}
