import { join } from "node:path";
import { inspect } from "node:util";
import { ConfigError } from "@cosmoss/errors";
import type { Credentials } from "@cosmoss/types";
import { expect } from "vitest";
import { findProfile, type FoundProfile } from "./find-profile.ts";
import type { ProfileFile, ProviderName, ReadFile } from "./place.ts";

/** Where the tests live. */
export const HOME = "/home/ada";
/** 2024-05-06T07:08:09Z. */
export const NOW = 1_714_979_289_000;

/** What no message may show; long enough that a piece of it is told from any other text. */
export const SECRETS = {
  secret: "hushQ7vZk2XwP9rTmB4nLc8sYd1F",
  other: "mumV3jHq6GxN0eUaKf5oRi2WbStC",
  token: "CAISyq8E4tokenU1pDzM7wJhXo0lGnBv9A==",
} as const;

/** The text of a section. */
export function ini(section: string, lines: Readonly<Record<string, string>>): string {
  return [`[${section}]`, ...Object.entries(lines).map(([key, value]) => `${key} = ${value}`), ""].join("\n");
}

/** Keys as most files spell them. */
export function pair(id: string): { access_key_id: string; access_key_secret: string } {
  return { access_key_id: id, access_key_secret: SECRETS.secret };
}

/** Every file of OSS, in the order of the look-up, each with an id of its own. */
export const OSS: Readonly<Record<string, string>> = {
  ".cosmoss/config": ini("oss", pair("own")),
  ".ossutilconfig": ini("Credentials", { accessKeyID: "ossutil", accessKeySecret: SECRETS.secret }),
  ".aliyun/config.json": JSON.stringify({
    current: "default",
    profiles: [{ name: "default", mode: "AK", ...pair("aliyun") }],
  }),
  ".alibabacloud/credentials": ini("default", { type: "access_key", ...pair("alibabacloud") }),
};

/** The same of COS. */
export const COS: Readonly<Record<string, string>> = {
  ".cosmoss/config": ini("cos", pair("own")),
  ".cos.yaml": `cos:\n  base:\n    secretid: coscli\n    secretkey: ${SECRETS.secret}\n`,
  ".tccli/default.credential": JSON.stringify({ secretId: "tccli", secretKey: SECRETS.secret, token: null }),
  ".tencentcloud/credentials": ini("default", { secret_id: "tencentcloud", secret_key: SECRETS.secret }),
};

/** What {@link look} is done with. */
export interface LookOptions {
  /** Text by path below the home directory, or by a whole path. */
  readonly files?: Readonly<Record<string, string | ProfileFile>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly profile?: string;
  readonly clock?: { now(): number };
}

/** A file system of those files. */
export function filesOf(files: NonNullable<LookOptions["files"]>): ReadFile {
  const found = new Map(
    Object.entries(files).map(([path, file]) => [path.startsWith("/") ? path : join(HOME, path), file]),
  );
  return async (path) => {
    const file = found.get(path);
    return typeof file === "string" ? { text: file, mode: 0o600 } : file;
  };
}

/** `findProfile` with all its keys asked for. */
export async function look(
  provider: ProviderName,
  { files = {}, env = {}, profile, clock = { now: () => NOW } }: LookOptions,
): Promise<FoundProfile & { keys: Credentials }> {
  const options = { home: HOME, env, clock, readFile: filesOf(files), ...(profile !== undefined && { profile }) };
  const found = await findProfile(provider, options);
  const { credentials } = found;
  return { ...found, keys: typeof credentials === "function" ? await credentials() : credentials };
}

/** The message of the `ConfigError` that the look-up ends with, once it is known to show no secret. */
export async function refusal(provider: ProviderName, options: LookOptions): Promise<string> {
  return messageOf(look(provider, options));
}

/** The message of the `ConfigError` that `answer` rejects with, once nothing of the error is known to show a secret. */
export async function messageOf(answer: Promise<unknown>): Promise<string> {
  let error: unknown;
  try {
    await answer;
  } catch (reason) {
    error = reason;
  }
  if (!ConfigError.isInstance(error)) throw error ?? new Error("was not refused");
  expectNoSecret(inspect(error, { depth: 9, showHidden: true }));
  return error.message;
}

/** Fails if `text` shows eight characters in a row of any secret. */
export function expectNoSecret(text: string): void {
  for (const secret of Object.values(SECRETS)) {
    for (let at = 0; at + 8 <= secret.length; at++) expect(text).not.toContain(secret.slice(at, at + 8));
  }
}
