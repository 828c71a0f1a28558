import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const world = useWorld();

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await world.run(["completion", shell]);
  expect(code).toBe(0);
  const path = join(world.directory, `completion.${shell}`);
  writeFileSync(path, stdout);
  return path;
}

describe.each(["bash", "zsh", "fish"])("%s", (shell) => {
  it("has every command and option", async () => {
    const { stdout } = await world.run(["completion", shell]);
    for (const word of ["ls", "multipart", "abort", "presign", "recursive", "older-than", "endpoint", "include"]) {
      expect(stdout).toContain(word);
    }
  });
});

// Those of the shells that are here; bash always is.
const shells = ["bash", ...["zsh", "fish"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0)];

describe.each(shells)("in a real %s", (shell) => {
  it("parses", async () => {
    const script = await scriptFor(shell);
    expect(spawnSync(shell, ["-n", script]).status).toBe(0);
    // With a beginning that has no end it does not.
    const half = `${(await world.run(["completion", shell])).stdout}\nif true; then`;
    writeFileSync(script, half);
    expect(spawnSync(shell, ["-n", script]).status).not.toBe(0);
  });
});

describe("completion in bash", () => {
  async function complete(...words: string[]): Promise<string[]> {
    const script = `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cosmoss; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const output = execFileSync("bash", ["-c", script, "-", await scriptFor("bash"), "cosmoss", ...words]);
    return output.toString().split("\n").filter(Boolean);
  }

  it("completes commands", async () => {
    expect(await complete("s")).toEqual(["sync", "stat", "serve"]);
    expect(await complete("--json", "pre")).toEqual(["presign"]);
    expect(await complete("multipart", "")).toEqual(["ls", "abort"]);
    expect(await complete("config", "un")).toEqual(["unset"]);
    expect(await complete("completion", "")).toEqual([]);
  });

  it("completes options, after values and operands too", async () => {
    expect(await complete("rm", "--re")).toEqual(["--recursive", "--region"]);
    expect(await complete("multipart", "abort", "--up")).toEqual(["--upload-id"]);
    expect(await complete("--endpoint", "ls", "cp", "a", "--part")).toEqual(["--part-size"]);
    expect(await complete("ls", "--part")).toEqual([]);
  });

  it("completes values that are fixed, and leaves the others to bash", async () => {
    expect(await complete("presign", "--method", "")).toEqual(["GET", "PUT", "HEAD", "DELETE"]);
    expect(await complete("serve", "--directory", "s")).toEqual([]);
    expect(await complete("cp", "a")).toEqual([]);
  });
});

it("another shell is refused", async () => {
  expect((await world.run(["completion", "tcsh"])).code).toBe(2);
});
