import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { expect, it } from "vitest";
import { Recorder, useWorld } from "./testing/world.ts";

const MANUAL = fileURLToPath(new URL("../../../docs/cli.md", import.meta.url));
const NOON = Date.UTC(2024, 4, 6, 12);

let count = 0;
const clock = new FakeClock(NOON);
// Upload ids are random otherwise.
const world = useWorld({ clock, random: () => (++count % 97) / 97 });

/** Files that were written just now are as old as everything else. */
async function age(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), NOON / 1000 - 60, NOON / 1000 - 60);
  }
}

/** What a terminal shows of a command, run in a scratch directory; `isInterrupted`: Ctrl-C is pressed in the middle. */
async function execute(cwd: string, line: string, isInterrupted: boolean): Promise<string> {
  const sh = (command: string, input = ""): string => execFileSync("sh", ["-c", command], { cwd, input }).toString();
  const parts = line.split(" | ");
  let input = "";
  let shown = "";
  for (const [index, part] of parts.entries()) {
    if (!part.startsWith("cosmoss ")) {
      input = sh(part, input);
      await age(cwd);
      continue;
    }
    const argv = [...part.slice("cosmoss ".length).matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
    const terminal = new Recorder();
    const stdout = index === parts.length - 1 ? terminal : new Recorder();
    let sent = 0;
    world.emulator.faults = ({ operation }) => {
      if (!isInterrupted || operation !== "UploadPart" || ++sent !== 5) return undefined;
      world.interrupt();
      return { resetRequestAt: 0 };
    };
    const serving = argv[0] === "serve";
    if (serving) argv.push("--port", "0");
    const running = world.run(argv, { stdin: input, stdout, stderr: terminal, cwd });
    if (serving) {
      while (!terminal.text.includes("  cosmoss ls")) await new Promise((resolve) => setImmediate(resolve));
      world.interrupt();
    }
    await running;
    input = stdout === terminal ? "" : stdout.text;
    shown += terminal.text;
  }
  return (isInterrupted ? "^C" : "") + shown + input;
}

it("what the manual shows is what the program prints", async () => {
  const manual = await readFile(MANUAL, "utf8");
  const cwd = join(world.directory, "scratch");
  await mkdir(cwd);
  const shown: string[] = [];
  let commands = 0;
  for (const [index, part] of manual.split(/^(```console\n[^]*?^```\n)/m).entries()) {
    if (index % 2 === 0) {
      shown.push(part);
      continue;
    }
    let block = "```console\n";
    for (const [, line, printed = ""] of part.slice(0, -4).matchAll(/^\$ (.*)\n((?:(?!\$ |```).*\n)*)/gm)) {
      const actual = await execute(cwd, line!, printed.startsWith("^C\n"));
      const text = actual
        .replaceAll(world.emulator.url, "http://127.0.0.1:9000")
        .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:9000")
        .replaceAll(cwd, "/scratch")
        .replaceAll(world.home, "/home/you")
        .trimEnd();
      block += `$ ${line}\n${text === "" ? "" : `${text}\n`}`;
      commands++;
    }
    shown.push(`${block}\`\`\`\n`);
  }
  expect(commands).toBeGreaterThan(30);
  // To record it anew: set this, and look at what changed.
  if (process.env["UPDATE_MANUAL"] === "1") await writeFile(MANUAL, shown.join(""));
  else expect(shown.join("")).toBe(manual);
});
