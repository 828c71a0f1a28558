import { ConfigError } from "@cosmoss/errors";
import { describe } from "../sources/byte-stream.ts";
import type { OpenSink, TransferSink, WritableStreamLike } from "./sink.ts";

const ignore = (): void => {};

/** What a download writes to. Throws a `ConfigError` for anything that is no sink. */
export function openDownloadSink(sink: TransferSink | WritableStreamLike): TransferSink {
  const given = sink as any;
  if (typeof given?.open === "function" && typeof given.name === "string") return given;
  if (typeof given?.getWriter === "function") return streamSink(given);
  throw new ConfigError(
    `The sink of a download is ${describe(sink)}; give a web WritableStream or toFile(path); Writable.toWeb() makes one of a Node stream`,
  );
}

/** A sink that passes bytes on in order. What was written cannot be taken back, and nothing is kept for another try. */
export function streamSink(stream: WritableStreamLike): TransferSink {
  return { name: "stream", open: () => Promise.resolve().then(() => openStream(stream)) };
}

function openStream(stream: WritableStreamLike): OpenSink {
  let writer: ReturnType<WritableStreamLike["getWriter"]>;
  try {
    writer = stream.getWriter();
  } catch (cause) {
    throw new ConfigError("The stream to download to is being written by someone else; give one that is not locked", {
      cause,
    });
  }
  let position = 0;
  let failure: { readonly reason: unknown } | undefined;
  /** Waits for the stream; rejects with the error of a write, which some runtimes do not repeat afterwards. */
  const settle = async (waiting: Promise<unknown>): Promise<void> => {
    try {
      await waiting;
    } catch (error) {
      throw failure ? failure.reason : error;
    }
  };
  return {
    ordered: true,
    async write(bytes, at) {
      if (at !== position) throw new Error(`A stream stands at byte ${position}, and cannot be written at ${at}`);
      position += bytes.length;
      await settle(writer.ready);
      // Not waited for, as the stream may hold several; when it fails, the next write or the end says so.
      writer.write(bytes).catch((reason: unknown) => (failure ??= { reason }));
      await settle(writer.ready);
    },
    async commit() {
      await settle(writer.close());
      writer.releaseLock();
    },
    async abandon({ reason = new Error("The download was given up") } = {}) {
      // Waits for a write that may never end, and who gives up cannot wait.
      writer.abort(reason).catch(ignore);
      writer.releaseLock();
    },
  };
}
