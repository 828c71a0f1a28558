import { resolve } from "node:path";
import { directory } from "@cosmoss/transfer/fs";
import type { Environment } from "./environment.ts";
import { type Location, textOf } from "./locations.ts";

/** Sees that no two sources go to the same target. */
export class TakenNames {
  readonly #ignoresCase: boolean;
  readonly #sources = new Map<string, Location>();

  /** `ignoresCase`: whether names at the target that differ by case alone are one. */
  constructor(options: { ignoresCase: boolean }) {
    this.#ignoresCase = options.ignoresCase;
  }

  /** Gives the source that goes to `to` already; if none does, `from` does from now on. */
  take({ from, to, tree }: { from: Location; to: Location; tree: boolean }): Location | undefined {
    // In a cloud, an object and a directory of one name are two things.
    const text = `${textOf(to)}${tree && to.kind === "remote" ? "/" : ""}`;
    const name = this.#ignoresCase ? text.normalize("NFC").toUpperCase().toLowerCase() : text;
    const other = this.#sources.get(name);
    if (other === undefined) this.#sources.set(name, from);
    return other;
  }
}

/** Whether names that differ by case alone are one in a directory, which need not exist. */
export async function ignoresCase(target: Location, { cwd }: Pick<Environment, "cwd">): Promise<boolean> {
  if (target.kind !== "local") return false;
  const guard = await directory(resolve(cwd, target.path))
    .guard()
    // What is wrong with the directory shows when something is to be written there.
    .catch(() => undefined);
  if (guard === undefined) return false;
  guard.visit("A", { wanted: false });
  return guard.visit("a", { wanted: false }) !== undefined;
}
