import { Command, Option } from "commander";
import type { Context } from "../context.ts";
import { during } from "../failure.ts";
import { parseObject, urlOf } from "../locations.ts";
import { formatTime } from "../output/text.ts";
import { UsageError } from "../problems.ts";
import type { PresignMethod } from "../services/service.ts";
import { addExamples, type Start } from "../shared-options.ts";
import { parseDuration } from "../sizes.ts";

interface PresignOptions {
  readonly expires: string;
  readonly method: PresignMethod;
  readonly contentType?: string;
}

/** `cosmoss presign`. */
export function presignCommand(start: Start): Command {
  const command = new Command("presign")
    .summary("make a link that works without credentials")
    .description(
      "Prints a URL with which anyone can get (or store) the object until it expires. Nothing is sent: whether the object is there is not checked.",
    )
    .argument("<urls...>", "oss://bucket/key or cos://bucket-appid/key")
    .option("--expires <time>", "how long it works, as 900 (seconds), 15m, 12h or 7d; OSS allows 7d at most", "15m")
    .addOption(
      new Option("--method <method>", "what the URL is for").choices(["GET", "PUT", "HEAD", "DELETE"]).default("GET"),
    )
    .option("--content-type <type>", "with PUT: the header that must be sent then");
  addExamples(command, [
    ["cosmoss presign oss://photos/cat.jpg --expires 1h", "a link to send to someone"],
    ['curl -T cat.jpg "$(cosmoss presign --method PUT oss://photos/cat.jpg)"', "store without credentials"],
    ["cosmoss presign --method PUT --content-type image/jpeg oss://photos/cat.jpg", "for browsers"],
  ]);
  return command.action(start(presign));
}

async function presign({ clouds, printer }: Context, options: PresignOptions, urls: string[]): Promise<void> {
  const expiresIn = parseDuration("--expires", options.expires);
  const { method, contentType } = options;
  if (contentType !== undefined && method !== "PUT") throw new UsageError("--content-type needs --method PUT");
  const locations = urls.map(parseObject);
  for (const location of locations) {
    const object = urlOf(location);
    const { url, headers, expiresAt } = await during(`presign ${object}`, async () => {
      const service = await clouds.service(location.provider, location.bucket);
      return service.presign(method, location.bucket, location.key, { expiresIn, contentType });
    });
    await printer.answer({ object, url, method, headers, expiresAt }, url);
    printer.detail(`works until ${formatTime(expiresAt)}`);
  }
}
