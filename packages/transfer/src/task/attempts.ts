import { ConfigError, IntegrityError, TimeoutError } from "@cosmoss/errors";
import { classify } from "@cosmoss/retry";
import type { TransferPort } from "../ports/port.ts";
import type { TaskControl } from "./task-control.ts";
import type { PartOptions } from "./task-options.ts";

/** So often bytes may arrive changed before it is taken for more than bad luck. */
const MAX_INTEGRITY_FAILURES = 3;
/** Tried that often at least, however long an attempt took. */
const MIN_ATTEMPTS = 3;
const MAX_DELAY_MS = 10_000;
/** How many times as long as between bytes it may take until the answer. */
const ANSWER_FACTOR = 4;
const MIB = 1_048_576;
/** What time may heal. The client has dealt with clocks and tokens already. */
const MENDS_ITSELF: ReadonlySet<string> = /* @__PURE__ */ new Set(["transient", "throttling", "stale-socket"]);

/** The limits of {@link tryPart}. */
export interface AttemptLimits {
  readonly stallTimeoutMs: number;
  readonly patienceMs: number;
}

/** Fills in defaults. Throws a `ConfigError` for what is no number of milliseconds. */
export function attemptLimits({ stallTimeoutMs = 30_000, patienceMs = 120_000 }: PartOptions): AttemptLimits {
  for (const [name, value] of Object.entries({ stallTimeoutMs, patienceMs })) {
    if (!(value >= 0)) throw new ConfigError(`${name} is ${value}; give milliseconds >= 0`);
  }
  return { stallTimeoutMs, patienceMs };
}

/** Tells of the bytes of an attempt, so that it can be seen when none move any more. */
export interface StallWatch {
  /** Bytes have moved. The watch begins with the first. */
  moved(): void;
  /** Waits for what is no fault of the network, which does not count. */
  hold(waiting: Promise<void>): Promise<void>;
  /**
   * All bytes are handed over, and the answer is to come. It may take a few times as long: systems and networks hold back
   * bytes, so on a slow line the last of them are yet to go. `unseen`: bytes of which nobody could see how they went, each
   * MiB of which may take as long again.
   */
  sent(unseen?: number): void;
}

/**
 * Does one request of a transfer, in a place of the port's pool. Tries again what may go better the next time, until
 * nothing at all was acknowledged for `patienceMs` without a pause. An attempt whose bytes do not move for
 * `stallTimeoutMs` is given up; before the first byte the client's own limits count.
 */
export async function tryPart<T>(
  control: TaskControl,
  port: Pick<TransferPort, "clock" | "random" | "pool">,
  limits: AttemptLimits,
  work: (signal: AbortSignal, watch: StallWatch) => Promise<T>,
): Promise<T> {
  const { clock, random, pool } = port;
  const { priority } = control;
  let corrupted = 0;
  let failingSinceMs: number | undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await control.step((signal) =>
        pool.run(() => watched(clock, limits.stallTimeoutMs, signal, work), { priority, signal }),
      );
    } catch (error) {
      if (control.isStopped || !MENDS_ITSELF.has(classify(error))) throw error;
      if (IntegrityError.isInstance(error) && ++corrupted >= MAX_INTEGRITY_FAILURES) throw error;
      failingSinceMs = Math.max(failingSinceMs ?? clock.now(), control.advancedMs);
      if (attempt >= MIN_ATTEMPTS && clock.now() - failingSinceMs >= limits.patienceMs) throw error;
    }
    await control.wait(random() * Math.min(MAX_DELAY_MS, 250 * 2 ** attempt));
  }
}

/** Ends the work when nothing moves. */
async function watched<T>(
  clock: TransferPort["clock"],
  stallTimeoutMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, watch: StallWatch) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  const isLimited = stallTimeoutMs > 0 && stallTimeoutMs < Infinity;
  let timer: unknown;
  let movedMs: number | undefined;
  let limitMs = stallTimeoutMs;
  let holding = 0;
  let over = false;
  // One timer that looks back, instead of one for each piece of bytes.
  const look = (): void => {
    const left = holding > 0 ? stallTimeoutMs : movedMs! + limitMs - clock.now();
    if (left > 0) timer = clock.setTimeout(look, left);
    else {
      const text = `No byte moved for ${limitMs} ms; on a slow line, raise stallTimeoutMs or lower the pool's concurrency`;
      stop.abort(new TimeoutError(text, { timeout: "idle", limitMs }));
    }
  };
  const watch: StallWatch = {
    moved() {
      const isFirst = movedMs === undefined;
      movedMs = clock.now();
      limitMs = stallTimeoutMs;
      if (isFirst && !over && isLimited) look();
    },
    async hold(waiting) {
      holding++;
      try {
        await waiting;
      } finally {
        holding--;
        if (movedMs !== undefined) watch.moved();
      }
    },
    sent(unseen = 0) {
      watch.moved();
      limitMs = stallTimeoutMs * (ANSWER_FACTOR + unseen / MIB);
    },
  };
  if (signal.aborted) throw signal.reason;
  signal.addEventListener("abort", onAbort);
  try {
    return await work(stop.signal, watch);
  } finally {
    over = true;
    clock.clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
