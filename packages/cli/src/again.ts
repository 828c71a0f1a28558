/** What running the same command again does, once Ctrl-C has stopped it. */
export interface Again {
  /** Whether something was kept of what was under way, to go on from. */
  readonly resumes: boolean;
  /** What becomes of files that were done: there are none, they are copied again, left alone, or missing at the source. */
  readonly done: "none" | "copied" | "skipped" | "missing";
}

/** What to do after Ctrl-C, in words. */
export function adviceOn({ resumes, done }: Again): string {
  if (done === "missing") return "leave out what was moved, and run the command again";
  if (done === "copied" && resumes) {
    return "run the same command again: what was under way goes on where it ended, what was done is copied again";
  }
  if (resumes) return "run the same command again to go on where it ended";
  if (done === "skipped") return "run the same command again for the rest; what was under way begins anew";
  return "the same command begins anew";
}
