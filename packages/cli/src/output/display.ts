import type { TransferProgress } from "@cosmoss/transfer";

/** Shows how far transfers are. */
export interface Display {
  /** How far a file is. */
  file(name: string, progress: TransferProgress): void;
  /** It is done, or has failed. */
  ended(name: string): void;
  /** How far all together are. */
  total(progress: TransferProgress): void;
  /** Leaves nothing behind. */
  close(): void;
}
