import { findEntry, parseIni } from "./ini.ts";
import { readKeys } from "./keys.ts";
import type { PlaceContext, PlaceResult } from "./place.ts";
import { locateFile, modeWarnings } from "./read-file.ts";

/** `~/.tencentcloud/credentials`, which the vendor's SDKs share. They read its section `[default]` only. */
export async function tencentcloud(context: PlaceContext): Promise<PlaceResult> {
  const { profile, clock } = context;
  const { path, file } = await locateFile(context, {
    variable: "TENCENTCLOUD_CREDENTIALS_FILE",
    usual: [".tencentcloud", "credentials"],
  });
  const source = `${path}, section [default]`;
  if (!file) return { source: path, none: "no such file" };
  if (profile !== undefined && profile !== "default") return { source: path, none: "has no profiles" };
  const entries = parseIni(file.text, path).get("default");
  if (!entries) return { source, none: "no such section" };
  const field = (key: string) => ({ key, value: findEntry(entries, key)?.value });
  const fields = { id: field("secret_id"), secret: field("secret_key"), token: field("token") };
  const keys = readKeys(source, fields, clock.now());
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(path, file) } : { none: "holds no secret_id and secret_key" }),
  };
}
