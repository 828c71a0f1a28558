#!/usr/bin/env node
import { parseArgs } from "node:util";
import { startEmulator } from "./start-emulator.ts";

const usage = `Usage: npx @cosmoss/emulator [options]

Alibaba Cloud OSS and Tencent Cloud COS on this machine.

  --port <number>       default 9000; 0 for any free one
  --host <address>      default 127.0.0.1
  --directory <path>    keep everything there; default in memory
  --oss-bucket <name>   make this bucket of OSS; may be repeated
  --cos-bucket <name>   make this bucket of COS, as photos-1250000000; may be repeated
  --help`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "9000" },
      host: { type: "string", default: "127.0.0.1" },
      directory: { type: "string" },
      "oss-bucket": { type: "string", multiple: true },
      "cos-bucket": { type: "string", multiple: true },
      help: { type: "boolean" },
    },
  });
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port must be a number from 0 to 65535, got ${values.port}`);
  const emulator = await startEmulator({
    port,
    host: values.host,
    ...(values.directory !== undefined && { directory: values.directory }),
    buckets: { oss: values["oss-bucket"] ?? [], cos: values["cos-bucket"] ?? [] },
  });
  const { accessKeyId, accessKeySecret } = emulator.credentials;
  process.stdout.write(
    `OSS and COS at ${emulator.url}, access key id ${accessKeyId}, secret ${accessKeySecret}. Stop with Ctrl-C.\n`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void emulator.close());
}

try {
  await main();
} catch (error) {
  process.stderr.write(`emulator: ${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 2;
}
