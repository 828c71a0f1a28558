import type { Context } from "./context.ts";
import { Interrupted } from "./problems.ts";

/** The first line of standard input. On a terminal the user is asked, and `hidden` text is not shown while it is typed. */
export async function readLine(
  { environment, printer }: Pick<Context, "environment" | "printer">,
  question: string,
  options: { hidden?: boolean } = {},
): Promise<string> {
  const { stdin, stderr } = environment;
  const raw = options.hidden === true && stdin.isTTY === true && stdin.setRawMode !== undefined;
  if (stdin.isTTY && stderr.isTTY) {
    await printer.flush();
    printer.ask(question);
  }
  if (raw) stdin.setRawMode!(true);
  try {
    return await firstLine(stdin, { raw });
  } finally {
    if (raw) {
      stdin.setRawMode!(false);
      printer.ask("\n");
    }
  }
}

async function firstLine(input: AsyncIterable<Uint8Array | string>, { raw }: { raw: boolean }): Promise<string> {
  const decoder = new TextDecoder();
  let line = "";
  for await (const chunk of input) {
    for (const character of typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })) {
      if (character === "\n" || character === "\r") return line;
      // A terminal in raw mode leaves these keys to the program.
      if (raw && character === "\u0003") throw new Interrupted();
      if (raw && character === "\u0004") return line;
      if (raw && (character === "\u007f" || character === "\b")) line = line.slice(0, -1);
      else line += character;
    }
  }
  return line;
}
