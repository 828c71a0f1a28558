import { ConfigError } from "@cosmoss/errors";

/** Reads JSON. The error has no cause, because the parser's own message quotes the text. */
export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError(`${path}: is not valid JSON; correct it, or let its tool write it anew`);
  }
}

/** A member of a parsed object; never an inherited one. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** The same for what should be text; `undefined` for anything else and for an empty one. */
export function textMember(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === "string" && found !== "" ? found : undefined;
}
