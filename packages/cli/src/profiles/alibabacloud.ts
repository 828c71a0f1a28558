import { ConfigError } from "@cosmoss/errors";
import { findEntry, parseIni, plainKey } from "./ini.ts";
import { readKeys } from "./keys.ts";
import { refuseMode } from "./modes.ts";
import type { PlaceContext, PlaceResult } from "./place.ts";
import { locateFile, modeWarnings } from "./read-file.ts";

/** `~/.alibabacloud/credentials`, which the vendor's SDKs share. */
export async function alibabacloud(context: PlaceContext): Promise<PlaceResult> {
  const { env, clock } = context;
  const { path, file } = await locateFile(context, {
    variable: "ALIBABA_CLOUD_CREDENTIALS_FILE",
    usual: [".alibabacloud", "credentials"],
  });
  if (!file) return { source: path, none: "no such file" };
  const section = context.profile ?? (env["ALIBABA_CLOUD_PROFILE"] || "default");
  const source = `${path}, section [${section}]`;
  const entries = parseIni(file.text, path).get(section);
  if (!entries) return { source, none: "no such section" };
  const field = (key: string) => ({ key, value: findEntry(entries, key)?.value });
  const type = findEntry(entries, "type")?.value ?? "";
  const kind = plainKey(type);
  if (kind !== "" && kind !== "accesskey" && kind !== "sts") {
    refuseMode(context, { where: source, key: "type", mode: type, supported: "access_key, sts" });
  }
  const token = field("security_token");
  if (kind === "sts" && !token.value) {
    throw new ConfigError(`${source}, key security_token: is missing or empty, but type sts needs it`);
  }
  const pair = { id: field("access_key_id"), secret: field("access_key_secret") };
  const keys = readKeys(source, { ...pair, ...(kind !== "accesskey" && { token }) }, clock.now());
  return {
    source,
    ...(keys ? { keys, warnings: modeWarnings(path, file) } : { none: "holds no access_key_id and access_key_secret" }),
  };
}
