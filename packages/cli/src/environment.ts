import type { Clock, Random } from "@cosmoss/types";

/** What the program writes to: a stream of Node, which on a terminal says so and how wide that is. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What the program reads from. */
export type Input = AsyncIterable<Uint8Array> & {
  readonly isTTY?: boolean;
  /** Of a terminal: keys come as they are pressed, and are not shown. */
  setRawMode?(raw: boolean): unknown;
};

/** Everything that the program knows of the world, so that a test can be the world. */
export interface Environment {
  /** Arguments, without the runtime and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The home directory of the user. */
  readonly home: string;
  /** The working directory. */
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly random: Random;
  /** Calls back at every Ctrl-C (or request to terminate) until the function that it gives is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}
