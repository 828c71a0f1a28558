import type { TransferProgress } from "@cosmoss/transfer";
import { adviceOn, type Again } from "./again.ts";
import type { Context } from "./context.ts";
import { isFinal } from "./each.ts";
import { someFailed } from "./exit-codes.ts";
import { during } from "./failure.ts";
import { textOf } from "./locations.ts";
import { createDisplay } from "./output/create-display.ts";
import type { Display } from "./output/display.ts";
import { reportFailure, reportFailureEvent, reportSums, reportTransfer } from "./output/reports.ts";
import { count } from "./output/text.ts";
import { runTask } from "./run-task.ts";
import type { TransferJob, Transferred } from "./transfer-job.ts";

/** Options of {@link runJobs}. */
export interface JobOptions {
  readonly dryRun: boolean;
  /** Is done after a transfer that succeeded: deletes the source of what is moved. */
  readonly afterwards?: (job: TransferJob) => Promise<void>;
}

/** Transfers files and objects side by side. One that fails does not stop the others; throws when all are over. */
export async function runJobs(context: Context, jobs: readonly TransferJob[], options: JobOptions): Promise<void> {
  const { printer, clouds, environment, interrupt } = context;
  const { clock } = environment;
  clouds.triesAgain = true;
  const several = jobs.length > 1;
  // What was asked for is on standard output then, and nothing else belongs there.
  const isData = jobs.some(({ to }) => to.kind === "stream");
  const display = createDisplay(context, { several });
  const begun = clock.now();
  const failures: unknown[] = [];
  const sums = { transferred: 0, bytes: 0 };
  const addUp = totalOf(display);
  const queue = jobs.values();

  async function work(): Promise<void> {
    for (const job of queue) {
      if (interrupt.requested || failures.some(isFinal)) return;
      const name = `${job.kind} ${textOf(job.from)} to ${textOf(job.to)}`;
      try {
        const size = await during(name, () => runJob(context, job, options, display, addUp));
        sums.transferred++;
        sums.bytes += size;
      } catch (error) {
        failures.push(error);
        if (interrupt.requested || isFinal(error)) continue;
        if (several) await reportFailure(printer, error, { name });
        // The only one is thrown, for its exit code, and the line for people comes of that.
        else if (!isData) await reportFailureEvent(printer, error, { name });
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: Math.min(jobs.length, clouds.pool.concurrency) }, work));
  } finally {
    display.close();
  }
  if (interrupt.requested && !options.dryRun) interrupt.advice = adviceAfter(context, jobs, sums.transferred, options);
  interrupt.throwIfRequested();
  const final = failures.find(isFinal);
  if (final !== undefined) throw final;
  if (several || (printer.json && !isData)) {
    const seconds = (clock.now() - begun) / 1000;
    await reportSums(printer, { ...sums, failed: failures.length, seconds }, options);
  }
  if (failures.length > 0) {
    if (!several) throw failures[0];
    throw someFailed(`${failures.length} of ${count(jobs.length, "file")} failed`, failures, sums.transferred);
  }
}

/** What to do after Ctrl-C. */
function adviceAfter(
  { interrupt }: Pick<Context, "interrupt">,
  jobs: readonly TransferJob[],
  transferred: number,
  { afterwards }: JobOptions,
): string | undefined {
  if (transferred === jobs.length) return undefined;
  const isMove = afterwards !== undefined;
  let done: Again["done"] = "none";
  if (transferred > 0) done = isMove ? "missing" : "copied";
  // Directories that went before had something to say for themselves.
  else if (interrupt.advice !== undefined) done = isMove ? "skipped" : "copied";
  return adviceOn({ resumes: interrupt.hasKept, done });
}

/** Gives the bytes that were transferred. */
async function runJob(
  context: Context,
  job: TransferJob,
  { dryRun, afterwards }: JobOptions,
  display: Display,
  addUp: (name: string, progress: TransferProgress) => void,
): Promise<number> {
  const { environment, printer, interrupt } = context;
  const { kind } = job;
  const from = textOf(job.from);
  const to = textOf(job.to);
  const moved = afterwards !== undefined;
  if (dryRun) {
    await reportTransfer(printer, { kind, from, to, moved }, { dryRun });
    return 0;
  }
  const isData = job.to.kind === "stream";
  let result: Transferred;
  try {
    const task = job.start({
      onProgress(progress) {
        if (isData && (printer.json || environment.stdout.isTTY)) return;
        display.file(from, progress);
        addUp(from, progress);
      },
    });
    result = await runTask(interrupt, task, { keep: job.resumable });
  } finally {
    display.ended(from);
  }
  const { Size: size, resumedBytes, verified, HashCrc64ecma: crc64, dropped = [] } = result;
  await afterwards?.(job);
  // What was asked for is on standard output already, and nothing else belongs there.
  if (isData) return size;
  if (dropped.length > 0)
    printer.note(`cosmoss: warning: ${to} is without ${dropped.join(", ")}, which this cloud does not store`);
  await reportTransfer(printer, { kind, from, to, size, resumedBytes, moved, more: { verified, crc64 } }, { dryRun });
  return size;
}

/** Adds up how far each is. */
function totalOf(display: Display): (name: string, progress: TransferProgress) => void {
  const latest = new Map<string, TransferProgress>();
  return (name, progress) => {
    latest.set(name, progress);
    const sum = { total: 0, acknowledged: 0, inFlight: 0, bytesPerSecond: 0 };
    for (const one of latest.values()) {
      sum.total += one.total ?? one.acknowledged + one.inFlight;
      sum.acknowledged += one.acknowledged;
      sum.inFlight += one.inFlight;
      if (one.phase !== "done") sum.bytesPerSecond += one.bytesPerSecond;
    }
    const moved = sum.acknowledged + sum.inFlight;
    // 1 is for the end alone.
    const isDone = [...latest.values()].every(({ phase }) => phase === "done");
    const fraction = isDone ? 1 : Math.min(0.999, sum.total === 0 ? 0 : moved / sum.total);
    display.total({
      ...sum,
      phase: "transferring",
      fraction,
      ...(sum.bytesPerSecond > 0 && { etaSeconds: (sum.total - moved) / sum.bytesPerSecond }),
    });
  };
}
