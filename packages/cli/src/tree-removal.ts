import type { SyncEnd } from "@cosmoss/transfer";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { reportFailure } from "./output/reports.ts";
import { printable } from "./output/text.ts";
import type { FilterOptions } from "./shared-options.ts";

/** Deletes at the source what was moved. */
export class TreeRemoval {
  readonly #context: Context;
  readonly #source: SyncEnd;

  constructor(context: Context, source: SyncEnd) {
    this.#context = context;
    this.#source = source;
  }

  /** Deletes one file or object; gives the number of those that could not be, which it reports. */
  async remove(path: string): Promise<number> {
    const source = this.#source;
    const name = `delete ${printable(path)} after it was copied`;
    try {
      if (source.kind === "objects") {
        await source.port.delete({ Bucket: source.Bucket, Key: `${source.Prefix}${path}` });
        return 0;
      }
      const [failure] = await source.remove([{ path, within: "" }]);
      if (failure) throw failure.error;
      return 0;
    } catch (error) {
      await reportFailure(this.#context.printer, new Failure(name, error), { name });
      return 1;
    }
  }

  /** Deletes the empty objects that stand for directories, once everything in them is gone. */
  async removeFolders({ include, exclude }: FilterOptions): Promise<void> {
    const source = this.#source;
    if (source.kind === "files" || include || exclude) return;
    const { port, Bucket, Prefix } = source;
    for await (const { Key, Size } of port.list({ Bucket, Prefix })) {
      if (Size === 0 && Key.endsWith("/")) await port.delete({ Bucket, Key });
    }
  }
}
