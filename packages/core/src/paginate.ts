import { ConfigError, DecodeError } from "@cosmoss/errors";
import type { MetadataBearer } from "@cosmoss/types";
import type { Client, SendOptions } from "./client.ts";
import type { Command } from "./command.ts";

/** The class of a command. @public */
export interface CommandConstructor<Input extends object, Output extends object> {
  new (input: Input): Command<Input, Output>;
}

/**
 * The pages of a list, one request each, as far as the loop goes. The input is not written to.
 * Throws a `ConfigError` for a command that is not a list, and a `DecodeError` for a page that leads to itself. @public
 */
export async function* paginate<Input extends object, Output extends object>(
  client: Pick<Client, "send">,
  command: CommandConstructor<Input, Output>,
  input: Input,
  options?: SendOptions,
): AsyncGenerator<Output & MetadataBearer, void, undefined> {
  let next = { ...input } as Record<string, unknown>;
  for (;;) {
    const sent = new command(next as Input);
    const page = sent._operation.page;
    if (!page) throw new ConfigError(`paginate: ${sent._operation.name} is not a list; use client.send()`);
    const output = (await client.send(sent, options)) as Output & MetadataBearer & Record<string, unknown>;
    yield output;
    if (!output[page.more]) return;
    const following: Record<string, unknown> = { ...next };
    let moved = false;
    for (const [to, from] of page.next) {
      if (output[from] === undefined) delete following[to];
      else {
        moved ||= output[from] !== next[to] && output[from] !== "";
        following[to] = output[from];
      }
    }
    if (!moved) {
      throw new DecodeError(`paginate: ${sent._operation.name} says that there is more, but not where it goes on`);
    }
    next = following;
  }
}
