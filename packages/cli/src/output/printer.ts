import type { Environment, Output } from "../environment.ts";

/** How much text is held back so that long listings are not written line by line. */
const HELD = 16_384;

/** Writes what the program has to say. */
export class Printer {
  /** Whether records go out as JSON, one per line. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly #stdout: Output;
  readonly #stderr: Output;
  #held = "";
  #above: ((line: string) => void) | undefined;
  #failure: Error | undefined;
  #brokenStderr = false;

  constructor(
    { stdout, stderr }: Pick<Environment, "stdout" | "stderr">,
    options: { json?: boolean | undefined; quiet?: boolean | undefined; verbose?: boolean | undefined },
  ) {
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.json = options.json ?? false;
    this.quiet = options.quiet ?? false;
    this.verbose = options.verbose ?? false;
  }

  /** The answer to what was asked: `text` for people, `record` with `--json`. Rejects when the reader has gone. */
  async answer(record: object, text: string): Promise<void> {
    this.#held += `${this.json ? JSON.stringify(record) : text}\n`;
    if (this.#held.length >= HELD) await this.flush();
  }

  /** What happens, as it happens: not written with `--quiet`, unless as JSON. */
  async event(record: object, text?: string): Promise<void> {
    if (this.json) {
      await this.answer(record, "");
      await this.flush();
    } else if (text !== undefined && !this.quiet) {
      if (this.#above && this.#stdout.isTTY) return this.#above(text);
      await this.answer(record, text);
      await this.flush();
    }
  }

  /** Bytes, as they are. */
  async bytes(chunk: Uint8Array): Promise<void> {
    await this.flush();
    await this.#write(chunk);
  }

  /** Writes what was held back. */
  async flush(): Promise<void> {
    const text = this.#take();
    if (text !== "") await this.#write(text);
  }

  /** To the user rather than to the reader of the output; not written with `--quiet`. */
  note(text: string): void {
    if (!this.quiet) this.#toUser(text);
  }

  /** What went wrong. */
  problem(text: string): void {
    this.#toUser(`cosmoss: ${text}`);
  }

  /** Only with `--verbose`. */
  detail(text: string): void {
    if (this.verbose) this.#toUser(text);
  }

  /** While something is drawn on the terminal, lines go where `above` writes them. Call what it gives at the end. */
  drawing(above: (line: string) => void): () => void {
    this.#above = above;
    return () => void (this.#above = undefined);
  }

  /** A question without the end of its line. */
  ask(text: string): void {
    this.#stderr.write(text);
  }

  #write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stdout.write(data as string, (error) => {
        // Later writes fail because of the first that did, and say nothing of the reason.
        if (error) reject((this.#failure ??= error));
        else resolve();
      });
    });
  }

  #take(): string {
    const text = this.#held;
    this.#held = "";
    return text;
  }

  #toUser(text: string): void {
    // What was said before stands before it; that the reader has gone is noticed by the next write.
    const before = this.#take();
    if (before !== "") this.#write(before).catch(() => {});
    if (this.#above) this.#above(text);
    // A reader of errors that has gone is no reason to stop.
    else if (!this.#brokenStderr)
      this.#stderr.write(`${text}\n`, (error) => void (this.#brokenStderr = Boolean(error)));
  }
}
