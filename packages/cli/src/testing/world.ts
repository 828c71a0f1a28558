import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { systemClock } from "@cosmoss/core";
import { type Emulator, type EmulatorOptions, startEmulator } from "@cosmoss/emulator";
import { afterEach, beforeEach } from "vitest";
import type { Environment, Input, Output } from "../environment.ts";
import { run } from "../run.ts";

/** A stream that keeps what is written to it. */
export class Recorder extends Writable {
  readonly chunks: Uint8Array[] = [];
  isTTY?: boolean;
  columns?: number;
  /** What a write fails with. */
  failure: Error | undefined;

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.failure) return done(this.failure);
    this.chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  get lines(): string[] {
    return this.text.split("\n").filter((line) => line !== "");
  }
}

/** What came of a run of the program. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a run of the program differs from others. */
export interface RunOptions {
  readonly stdin?: Input | string;
  readonly env?: Record<string, string>;
  /** Whether standard input and error are a terminal. */
  readonly terminal?: boolean;
  readonly cwd?: string;
  readonly clock?: Environment["clock"];
  readonly stdout?: Recorder;
  readonly stderr?: Recorder;
  readonly platform?: NodeJS.Platform;
}

/** A machine with an emulator, an empty home, and the program. */
export class World {
  emulator!: Emulator;
  clock: Environment["clock"] = systemClock;
  directory!: string;
  exits: number[] = [];
  readonly #interrupts = new Set<() => void>();

  /** Where the user is at home. */
  get home(): string {
    return join(this.directory, "home");
  }

  /** How many listeners for Ctrl-C there are. */
  get listening(): number {
    return this.#interrupts.size;
  }

  /** What the user's environment says of the emulator. */
  get env(): Record<string, string> {
    const { accessKeyId, accessKeySecret } = this.emulator.credentials;
    return {
      OSS_ENDPOINT: this.emulator.url,
      OSS_ACCESS_KEY_ID: accessKeyId,
      OSS_ACCESS_KEY_SECRET: accessKeySecret,
      COS_ENDPOINT: this.emulator.url,
      COS_SECRET_ID: accessKeyId,
      COS_SECRET_KEY: accessKeySecret,
    };
  }

  /** Ctrl-C. */
  interrupt(): void {
    for (const listener of this.#interrupts) listener();
  }

  /** Runs the program. */
  async run(argv: string[], options: RunOptions = {}): Promise<Outcome> {
    const { terminal = false, stdout = new Recorder(), stderr = new Recorder() } = options;
    if (terminal) stderr.isTTY = true;
    const code = await run({
      argv,
      env: options.env ?? this.env,
      stdin: inputOf(options.stdin, terminal),
      stdout: stdout as Output,
      stderr: stderr as Output,
      home: this.home,
      cwd: options.cwd ?? this.directory,
      platform: options.platform ?? "linux",
      clock: options.clock ?? this.clock,
      random: () => 0.5,
      onInterrupt: (listener) => {
        this.#interrupts.add(listener);
        return () => void this.#interrupts.delete(listener);
      },
      exit: (status) => void this.exits.push(status),
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** Writes a file below the working directory. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(join(this.directory, path)), { recursive: true });
    await writeFile(join(this.directory, path), content);
  }

  /** What a file below the working directory holds. */
  read(path: string): Promise<string> {
    return readFile(join(this.directory, path), "utf8");
  }

  /** Runs the program, which must succeed; gives the lines of its standard output. */
  async lines(...argv: string[]): Promise<string[]> {
    const { code, stdout, stderr } = await this.run(argv);
    if (code !== 0) throw new Error(`cosmoss ${argv.join(" ")} ended with ${code}: ${stderr}`);
    return stdout.split("\n").slice(0, -1);
  }
}

function inputOf(stdin: Input | string | undefined, terminal: boolean): Input {
  if (typeof stdin === "object") return stdin;
  async function* read(): AsyncGenerator<Uint8Array> {
    yield Buffer.from((stdin as string | undefined) ?? "");
  }
  return Object.assign(read(), { isTTY: terminal });
}

/** Gives every test a world of its own. */
export function useWorld(options: EmulatorOptions = {}): World {
  const world = new World();
  beforeEach(async () => {
    world.exits = [];
    world.clock = options.clock ?? systemClock;
    world.directory = await mkdtemp(join(tmpdir(), "cosmoss-cli-"));
    world.emulator = await startEmulator({ buckets: { oss: ["photos"], cos: ["photos-1250000000"] }, ...options });
  });
  afterEach(async () => {
    await world.emulator.close();
    await rm(world.directory, { recursive: true });
  });
  return world;
}
