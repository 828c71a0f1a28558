import { ConfigError } from "@cosmoss/errors";
import type { Bytes } from "@cosmoss/types";
import type { TransferSink } from "./sink.ts";

/** A sink in memory. */
export interface BytesSink extends TransferSink {
  /** What was written; empty before it is committed. */
  readonly bytes: Bytes;
}

export function bytesSink(): BytesSink {
  let done: Bytes = new Uint8Array(0);
  return {
    name: "bytes",
    get bytes() {
      return done;
    },
    async open({ size }) {
      let memory = allocate(size);
      return {
        async write(bytes, at) {
          memory.set(bytes, at);
        },
        async commit() {
          done = memory;
        },
        async abandon() {
          memory = new Uint8Array(0);
        },
      };
    },
  };
}

function allocate(size: number): Bytes {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new ConfigError(`The object has ${size} bytes, more than fit into memory; download it to a file or stream`, {
      cause,
    });
  }
}
