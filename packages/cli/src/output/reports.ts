import type { ServiceError } from "@cosmoss/errors";
import { exitCodeOf } from "../exit-codes.ts";
import { causeOf, describeFailure, detailsOf, Failure, reasonOf } from "../failure.ts";
import { formatDuration, formatSize } from "../sizes.ts";
import type { Printer } from "./printer.ts";
import { count, printable } from "./text.ts";

/** What can be done with a file. */
export type TransferKind = "upload" | "download" | "copy";

const DONE = { upload: "uploaded", download: "downloaded", copy: "copied" };

/** Something that was transferred, or would be. */
export interface TransferReport {
  readonly kind: TransferKind;
  readonly from: string;
  readonly to: string;
  /** Bytes, where they are known. */
  readonly size?: number;
  /** What else there is to know, for other programs. */
  readonly more?: object | undefined;
  /** Bytes that an earlier run had transferred. */
  readonly resumedBytes?: number;
  /** The source is gone now, or would be. */
  readonly moved?: boolean;
}

/** Says what was done, or in a dry run what would be. */
export async function reportTransfer(
  printer: Printer,
  { kind, from, to, size, more, resumedBytes, moved }: TransferReport,
  options: { dryRun: boolean },
): Promise<void> {
  const facts = [
    ...(size === undefined ? [] : [formatSize(size)]),
    ...(resumedBytes ? [`${formatSize(resumedBytes)} of it by an earlier run`] : []),
  ];
  const way = `${printable(from)} to ${printable(to)}${facts.length > 0 ? ` (${facts.join(", ")})` : ""}`;
  if (options.dryRun) {
    const event = { event: `would-${moved ? "move" : kind}`, from, to, size };
    return printer.answer(event, `would ${moved ? "move" : kind} ${way}`);
  }
  const event = { event: moved ? "moved" : DONE[kind], from, to, size, resumedBytes, ...more };
  await printer.event(event, `${moved ? "moved" : DONE[kind]} ${way}`);
}

/** Says what failed while the rest goes on. */
export async function reportFailure(printer: Printer, failure: unknown, about: { name: string }): Promise<void> {
  printer.problem(describeFailure(failure, about.name));
  for (const line of detailsOf(failure)) printer.detail(line);
  await reportFailureEvent(printer, failure, about);
}

/** Tells other programs what failed, once; with `--json` only. */
export async function reportFailureEvent(printer: Printer, failure: unknown, about: { name: string }): Promise<void> {
  if (!printer.json) return;
  if (failure instanceof Failure) {
    if (failure.told) return;
    failure.told = true;
  }
  const error = causeOf(failure);
  const { code, requestId } = Object(error) as Partial<ServiceError>;
  await printer.event({
    event: "failed",
    // As people read it.
    name: failure instanceof Failure ? failure.message : about.name,
    reason: reasonOf(error),
    code,
    requestId,
    exitCode: exitCodeOf(error),
  });
}

/** What a run has done in all. */
export interface Sums {
  readonly transferred: number;
  readonly bytes: number;
  readonly deleted?: number;
  readonly same?: number;
  readonly failed: number;
  readonly seconds: number;
}

/** Says what was done in all. */
export async function reportSums(printer: Printer, sums: Sums, options: { dryRun: boolean }): Promise<void> {
  const { transferred, bytes, deleted = 0, same = 0, failed, seconds } = sums;
  if (printer.json) return printer.event({ event: "summary", ...sums, dryRun: options.dryRun || undefined });
  const parts = [`${count(transferred, "file")}, ${formatSize(bytes)}`];
  if (!options.dryRun && seconds >= 1) {
    parts[0] += ` in ${formatDuration(seconds)}, ${formatSize(Math.round(bytes / seconds))}/s`;
  }
  if (deleted > 0) parts.push(`${deleted.toLocaleString("en-US")} deleted`);
  if (same > 0) parts.push(`${same.toLocaleString("en-US")} the same`);
  if (failed > 0) parts.push(`${failed.toLocaleString("en-US")} failed`);
  printer.note(`${options.dryRun ? "it would be" : "done:"} ${parts.join("; ")}`);
}
