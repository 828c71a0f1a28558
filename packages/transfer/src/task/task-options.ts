import type { AbortSignalLike } from "@cosmoss/types";
import type { TransferProgress } from "./progress.ts";

/** Options of every task. @public */
export interface TaskOptions {
  /** Cancels the task; it then rejects with `signal.reason`. */
  signal?: AbortSignalLike;
  /** Is told how far it is, every 100 to 250 ms while bytes move, and at the end. */
  onProgress?: (progress: TransferProgress) => void;
  /** Tasks with a higher one get the free places of the pool first; default 0. */
  priority?: number;
}

/** Options of every transfer in parts. @public */
export interface PartOptions {
  /** Bytes of every part but the last. Default: from 8 MiB on as large as it takes for no more than 10,000. */
  partSize?: number;
  /**
   * Milliseconds without a byte after which a part is begun again; default 30,000, and four times as long for the answer
   * after the last byte. Away from Node, where nobody sees bytes go out, as long for each MiB. 0 or `Infinity`: only the
   * client's own limits count.
   */
  stallTimeoutMs?: number;
  /**
   * Milliseconds for which parts that fail are tried again while nothing gets through, at least three times in all; default
   * 120,000. They begin anew after a pause. `Infinity`: until the task is cancelled.
   */
  patienceMs?: number;
}
