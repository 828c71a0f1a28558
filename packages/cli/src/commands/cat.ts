import { Command } from "commander";
import type { Context } from "../context.ts";
import { forEach } from "../each.ts";
import { during } from "../failure.ts";
import { parseObject, urlOf } from "../locations.ts";
import { UsageError } from "../problems.ts";
import { addExamples, type Start } from "../shared-options.ts";

interface CatOptions {
  readonly range?: string;
}

/** `cosmoss cat`. */
export function catCommand(start: Start): Command {
  const command = new Command("cat")
    .summary("write objects to standard output")
    .description(
      "Writes objects to standard output, one after the other. A whole object is compared with its CRC-64; if it is not what was stored, the exit code is 6.",
    )
    .argument("<urls...>", "oss://bucket/key or cos://bucket-appid/key")
    .option("--range <range>", "only these bytes, as 0-99, 100- or -100 (the last 100)");
  addExamples(command, [
    ["cosmoss cat oss://logs/today.log | grep error", "look into an object"],
    ["cosmoss cat --range -1000 oss://logs/today.log", "its last 1,000 bytes"],
  ]);
  return command.action(start(cat));
}

async function cat(context: Context, { range }: CatOptions, urls: string[]): Promise<void> {
  const { clouds, printer, interrupt } = context;
  if (range !== undefined) checkRange(range);
  const locations = urls.map(parseObject);
  await forEach(context, locations, ({ provider, bucket, key }) =>
    during(`cat ${urlOf({ provider, bucket, key })}`, async () => {
      const service = await clouds.service(provider, bucket);
      const send = { signal: interrupt.signal, ...(range !== undefined && { range: `bytes=${range}` }) };
      for await (const chunk of await service.get(bucket, key, send)) await printer.bytes(chunk);
    }),
  );
}

/** Services send the whole object for a range that makes no sense. */
function checkRange(range: string): void {
  const [, first, last] = /^(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === undefined || last === undefined || range === "-") {
    throw new UsageError(`--range: ${JSON.stringify(range)} is no range`, "write it as 0-99, 100- or -100");
  }
  if (first === "" ? BigInt(last) === 0n : last !== "" && BigInt(first) > BigInt(last)) {
    const advice = first === "" ? "write it as -100 for the last 100 bytes" : `write it as ${last}-${first}`;
    throw new UsageError(`--range: there are no bytes in ${JSON.stringify(range)}`, advice);
  }
}
