import { Command } from "commander";
import { resolve } from "node:path";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { parseBucket } from "../locations.ts";
import { addExamples, repeatable, type Start } from "../shared-options.ts";
import { parseCount } from "../sizes.ts";

interface ServeOptions {
  readonly port: string;
  readonly host: string;
  readonly directory?: string;
  readonly bucket?: string[];
}

/** `cosmoss serve`. */
export function serveCommand(start: Start): Command {
  const command = new Command("serve")
    .summary("run both clouds on this machine, to try things out")
    .description(
      "Runs an emulator of both services in the foreground, for tests and to try things out without an account. Ctrl-C stops it.",
    )
    .option("-p, --port <number>", "0 for any free one", "9000")
    .option("--host <address>", "where to listen", "127.0.0.1")
    .option("-d, --directory <path>", "keep everything there; default: in memory")
    .option(
      "-b, --bucket <url>",
      "make this bucket, as oss://photos or cos://photos-1250000000; may be repeated",
      repeatable,
    );
  addExamples(command, [
    ["cosmoss serve --bucket oss://photos", "gone when it ends"],
    ["cosmoss serve --directory ./data -b cos://photos-1250000000", "kept"],
  ]);
  return command.action(start(serve));
}

async function serve({ environment, printer, interrupt }: Context, options: ServeOptions): Promise<void> {
  const { host, directory, bucket = [] } = options;
  const port = parseCount("--port", options.port, 0, 65_535);
  const buckets: { oss: string[]; cos: string[] } = { oss: [], cos: [] };
  for (const url of bucket) {
    const location = parseBucket(url);
    buckets[location.provider].push(location.bucket);
  }
  // Most runs of the program do without it.
  const { startEmulator } = await import("@cosmoss/emulator");
  const emulator = await during("serve", () =>
    startEmulator({
      port,
      host,
      buckets,
      clock: environment.clock,
      ...(directory !== undefined && { directory: resolve(environment.cwd, directory) }),
    }),
  );
  try {
    const { accessKeyId, accessKeySecret } = emulator.credentials;
    const set = environment.platform === "win32" ? "set" : "export";
    await printer.answer(
      { event: "listening", url: emulator.url, buckets, credentials: { accessKeyId, accessKeySecret } },
      `OSS and COS at ${emulator.url}; Ctrl-C stops them. In another terminal:

  ${set} OSS_ENDPOINT=${emulator.url}
  ${set} OSS_ACCESS_KEY_ID=${accessKeyId}
  ${set} OSS_ACCESS_KEY_SECRET=${accessKeySecret}
  ${set} COS_ENDPOINT=${emulator.url}
  ${set} COS_SECRET_ID=${accessKeyId}
  ${set} COS_SECRET_KEY=${accessKeySecret}
  cosmoss ls`,
    );
    await printer.flush();
    interrupt.isUsual = true;
    await new Promise<void>((resolve) => void interrupt.onRequest(resolve));
  } finally {
    await emulator.close();
  }
}
