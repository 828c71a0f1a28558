import { join } from "node:path";
import type { FilesEnd, ObjectsEnd, RemoteObject, SyncEnd } from "@cosmoss/transfer";
import type { Context } from "./context.ts";
import { Failure } from "./failure.ts";
import { reportFailure } from "./output/reports.ts";
import { printable } from "./output/text.ts";
import type { FilterOptions } from "./shared-options.ts";
import { deleteUnchanged, stateOf, stateOfFile, stateOfObject } from "./source-states.ts";

/** Deletes at the source what was moved, unless it is another by then. */
export class TreeRemoval {
  /** What is to be moved from: notes of each file and object what it was when it was read. */
  readonly source: SyncEnd;
  readonly #context: Pick<Context, "printer">;
  readonly #states = new Map<string, string | undefined>();
  /** What is at a path now; nothing if nothing is. */
  readonly #stateNow: (path: string) => Promise<string | undefined>;
  readonly #delete: (path: string) => Promise<void>;

  /** `root`: where files are. */
  constructor(context: Pick<Context, "printer">, source: SyncEnd, root: string) {
    this.#context = context;
    if (source.kind === "files") {
      this.#stateNow = (path) => stateOfFile(join(root, path));
      this.#delete = async (path) => {
        const [failure] = await source.remove([{ path, within: "" }]);
        if (failure) throw failure.error;
      };
      this.source = this.#notingFiles(source);
    } else {
      const { port, Bucket, Prefix } = source;
      this.#stateNow = (path) => stateOfObject(port, { Bucket, Key: `${Prefix}${path}` });
      this.#delete = (path) => port.delete({ Bucket, Key: `${Prefix}${path}` });
      this.source = this.#notingObjects(source);
    }
  }

  /** Deletes the file or object that was transferred last from `path`. Gives whether it is gone; if not, it says why. */
  async remove(path: string, name: string): Promise<boolean> {
    const before = this.#states.get(path);
    this.#states.delete(path);
    const what = `delete ${printable(name)} after it was copied`;
    try {
      const stateNow = (): Promise<string | undefined> => this.#stateNow(path);
      await deleteUnchanged("it", before, stateNow, () => this.#delete(path));
      return true;
    } catch (error) {
      await reportFailure(this.#context.printer, new Failure(what, error), { name: what });
      return false;
    }
  }

  /** Deletes the empty objects that stand for directories, once everything in them is gone. */
  async removeFolders({ include, exclude }: FilterOptions): Promise<void> {
    const { source } = this;
    if (source.kind === "files" || include || exclude) return;
    const { port, Bucket, Prefix } = source;
    for await (const { Key, Size } of port.list({ Bucket, Prefix })) {
      if (Size === 0 && Key.endsWith("/")) await port.delete({ Bucket, Key });
    }
  }

  #notingFiles(end: FilesEnd): FilesEnd {
    const source: FilesEnd["source"] = (path) => {
      const file = end.source(path);
      return {
        ...file,
        open: async () => {
          // Before it is opened: what changes from now on may not be in what is read.
          this.#states.set(path, await this.#stateNow(path));
          return file.open();
        },
      };
    };
    return { ...end, source };
  }

  #notingObjects(end: ObjectsEnd): ObjectsEnd {
    const { port, Prefix } = end;
    const note = (object: RemoteObject): void =>
      void this.#states.set(object.Key.slice(Prefix.length), stateOf(object));
    return {
      ...end,
      port: {
        ...port,
        async head(object, options) {
          const found = await port.head(object, options);
          note(found);
          return found;
        },
        async get(object, options) {
          const answer = await port.get(object, options);
          note(answer.object);
          return answer;
        },
      },
    };
  }
}
