import { join } from "node:path";
import type { CheckpointStore } from "@cosmoss/checkpoint";
import { fileCheckpoints } from "@cosmoss/checkpoint/fs";
import { ConfigError } from "@cosmoss/errors";
import type { Environment } from "./environment.ts";
import { reasonOf } from "./failure.ts";

/** Keeps where transfers are resumed from, below the user's home. What it throws says what can be done with this program. */
export function resumeDirectory({ home, platform }: Pick<Environment, "home" | "platform">): CheckpointStore {
  const store = fileCheckpoints(join(home, ".cosmoss", "checkpoints"));

  function explain(error: unknown): never {
    if (!ConfigError.isInstance(error)) throw error;
    const variable = platform === "win32" ? "USERPROFILE" : "HOME";
    throw new ConfigError(
      `nothing can be kept to resume from: ${reasonOf(error.cause ?? error)}; add --no-resume, or set ${variable} to another directory`,
      { cause: error.cause },
    );
  }

  return {
    load: (id) => store.load(id).catch(explain),
    save: (id, checkpoint) => store.save(id, checkpoint).catch(explain),
    remove: (id) => store.remove(id).catch(explain),
    entries: () => store.entries(),
  };
}
