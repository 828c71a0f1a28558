import { createProgram } from "./program.ts";
import { describe, expect, it } from "vitest";
import { EXIT } from "./exit-codes.ts";
import { allCommands, describeTree } from "./completion/tree.ts";
import { useWorld } from "./testing/world.ts";

const world = useWorld();
const tree = describeTree(createProgram(() => async () => {}, { write() {}, columns: undefined }));

describe.each(
  allCommands(tree).map(({ path, commands, options }) => ({
    name: ["cosmoss", ...path].join(" "),
    path,
    commands,
    options,
  })),
)("$name --help", ({ path, commands, options }) => {
  it("says what it does, with which options, and shows examples", async () => {
    const { code, stdout, stderr } = await world.run([...path, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Usage: ${["cosmoss", ...path].join(" ")}`);
    for (const { long, summary } of options) {
      expect(stdout).toContain(long);
      expect(summary).not.toBe("");
    }
    for (const one of commands) {
      expect(stdout).toMatch(new RegExp(`^  ${one.path.at(-1)!}\\b`, "m"));
      expect(one.summary).not.toBe("");
    }
    for (const line of stdout.split("\n").filter((one) => one.startsWith("  cosmoss "))) {
      expect(line).toMatch(/^ {2}cosmoss \S/);
    }
  });
});

it("commands that do something have examples that parse", async () => {
  const own: string[][] = [];
  const program = createProgram(
    (_handler) =>
      async function record(this: { name(): string; args: string[] }) {
        own.push([this.name(), ...this.args]);
      },
    { write() {}, columns: undefined },
  );
  let examples = 0;
  for (const { path } of allCommands(tree)) {
    const { stdout } = await world.run([...path, "--help"]);
    for (const [, words = ""] of (stdout.split("\nExamples:\n")[1] ?? "").matchAll(/^ {2}cosmoss ((?:\S| (?! ))+)/gm)) {
      if (/[>|]/.test(words)) continue;
      const argv = [...words.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
      await program.parseAsync(argv, { from: "user" });
      examples++;
    }
  }
  expect(own).toHaveLength(examples);
  expect(examples).toBeGreaterThan(35);
});

it("the program's own help has the exit codes, the places of credentials, and no line that wraps badly", async () => {
  const { stdout } = await world.run(["--help"]);
  for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^ {2}${code} +\\S`, "m"));
  for (const name of [
    "OSS_ACCESS_KEY_ID",
    "COS_SECRET_ID",
    "~/.cosmoss/config",
    "~/.ossutilconfig",
    "~/.cos.yaml",
    "~/.tccli",
  ]) {
    expect(stdout).toContain(name);
  }
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(130);
});

describe("a command line that makes no sense", () => {
  it.each([
    [["lx"], "cosmoss: unknown command 'lx' (Did you mean ls?); see cosmoss --help\n"],
    [["ls", "--recursiv"], "cosmoss: unknown option '--recursiv' (Did you mean --recursive?); see cosmoss ls --help\n"],
    [["ls", "a", "b"], "cosmoss: too many arguments for 'ls'. Expected 1 argument but got 2; see cosmoss ls --help\n"],
    [["multipart", "abort"], "cosmoss: missing required argument 'url'; see cosmoss multipart abort --help\n"],
    [["cp", "--part-size"], "cosmoss: option '--part-size <size>' argument missing; see cosmoss cp --help\n"],
  ])("%j ends with 2 and one line", async (argv, message) => {
    expect(await world.run(argv)).toEqual({ code: 2, stdout: "", stderr: message });
  });

  it("none at all shows the help, and ends with 2", async () => {
    const { code, stdout, stderr } = await world.run([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Usage: cosmoss /);
  });
});

it("--version says the version", async () => {
  const { code, stdout } = await world.run(["--version"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});
