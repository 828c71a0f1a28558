import { ConfigError } from "@cosmoss/errors";

/** The checkpoint as JSON. Throws a `ConfigError` if that is impossible. */
export function checkpointText(checkpoint: object): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(checkpoint);
  } catch (error) {
    cause = error;
  }
  if (text?.startsWith("{")) return text;
  throw new ConfigError("The checkpoint is no plain object that JSON can hold; give one as the task has it", { cause });
}
