import type { OpenSink } from "./sink.ts";

/** The sink, with `note` told what writing failed with. */
export function notingSink(sink: OpenSink, note: (error: unknown) => void): OpenSink {
  const noted = async (writing: Promise<void>): Promise<void> => {
    try {
      await writing;
    } catch (error) {
      note(error);
      throw error;
    }
  };
  return {
    ...(sink.ordered && { ordered: true }),
    ...(sink.read && { read: (start, end) => sink.read!(start, end) }),
    ...(sink.writev && { writev: (chunks, at) => noted(sink.writev!(chunks, at)) }),
    write: (bytes, at) => noted(sink.write(bytes, at)),
    commit: (object) => sink.commit(object),
    abandon: (options) => sink.abandon(options),
  };
}
