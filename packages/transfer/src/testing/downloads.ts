import { join } from "node:path";
import { expect } from "vitest";
import { download, type DownloadOptions, type DownloadResult } from "../download/download.ts";
import { toFile } from "../fs.node.ts";
import type { ObjectLocation } from "../ports/port.ts";
import type { TransferTask } from "../task/task.ts";
import type { Cloud } from "./clouds.ts";
import { content } from "./sinks.ts";

/** Bytes of a part, and how many there are, of the object that is downloaded. */
export const PART = 1000;
export const COUNT = 20;
export const Key = "big.bin";
export const bytes: Uint8Array = content(COUNT * PART - 3);

/** Downloads the object to a file of the directory. */
export interface Downloads {
  readonly source: ObjectLocation;
  /** The path of the file. */
  file(): string;
  start(options?: DownloadOptions): TransferTask<DownloadResult>;
  expectBytes(actual: Uint8Array, expected?: Uint8Array): void;
}

export function downloadsOf(cloud: Cloud, directory: { readonly path: string }): Downloads {
  const source = { Bucket: cloud.Bucket, Key };
  const file = (): string => join(directory.path, "target.bin");
  return {
    source,
    file,
    start: (options = {}) => download(cloud.port, source, toFile(file()), { partSize: PART, ...options }),
    expectBytes(actual, expected = bytes) {
      expect(Buffer.compare(actual, expected)).toBe(0);
    },
  };
}
