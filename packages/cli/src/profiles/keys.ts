import { ConfigError } from "@cosmoss/errors";
import type { Credentials } from "@cosmoss/types";
import type { PlaceContext } from "./place.ts";

/** A value, and how its file calls it. */
interface Field {
  readonly key: string;
  readonly value: unknown;
}

/** The fields that make up keys. */
export interface KeyFields {
  readonly id: Field;
  readonly secret: Field;
  readonly token?: Field;
  /** A date as `2024-05-06T08:08:09Z`, or seconds since 1970. */
  readonly expiration?: Field;
}

/**
 * Keys out of `fields`, or `undefined` if none are set. Throws a `ConfigError` for half a pair, for what cannot be a key, and
 * for keys that have expired at `now`; it names `where` and the key, and shows no value.
 */
export function readKeys(where: string, fields: KeyFields, now: number): Credentials | undefined {
  const accessKeyId = keyText(where, fields.id);
  const accessKeySecret = keyText(where, fields.secret);
  const securityToken = fields.token && keyText(where, fields.token);
  if (accessKeyId === undefined && accessKeySecret === undefined) return undefined;
  if (accessKeyId === undefined || accessKeySecret === undefined) {
    const [missing, present] = accessKeyId === undefined ? ["id", "secret"] : ["secret", "id"];
    const { key } = fields[missing as "id" | "secret"];
    const beside = fields[present as "id" | "secret"].key;
    throw new ConfigError(`${where}: ${key} is missing or empty, while ${beside} is set; set both or neither`);
  }
  const expiration = fields.expiration && readDate(where, fields.expiration);
  if (expiration && expiration.getTime() <= now) {
    throw new ConfigError(
      `${where}: the temporary keys expired at ${expiration.toISOString()}; put new ones there, or remove these`,
    );
  }
  return {
    accessKeyId,
    accessKeySecret,
    ...(securityToken !== undefined && { securityToken }),
    ...(expiration && { expiration }),
  };
}

/** Text without white space; `undefined` if it is not set. */
function keyText(where: string, { key, value }: Field): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new ConfigError(`${where}, key ${key}: must be text in quotes`);
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new ConfigError(
      `${where}, key ${key}: holds white space or another character that no key has; copy it anew, and put comments on lines of their own`,
    );
  }
  return value;
}

function readDate(where: string, { key, value }: Field): Date | undefined {
  if (value === undefined || value === null || value === "" || value === 0) return undefined;
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const date = /^\d{9,11}$/.test(text)
    ? new Date(Number(text) * 1000)
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
      ? new Date(text)
      : undefined;
  if (!date || Number.isNaN(date.getTime())) {
    throw new ConfigError(`${where}, key ${key}: is no date; write it as 2024-05-06T08:08:09Z`);
  }
  return date;
}

/** How to give keys that need no file of a vendor, and that count before all such files. */
export function keysAdvice({ provider, profile }: Pick<PlaceContext, "provider" | "profile">): string {
  const section = profile === undefined || profile === "default" ? provider : `${provider}.${profile}`;
  const commands = `run "cosmoss config set ${section}.access_key_id" and "cosmoss config set ${section}.access_key_secret"`;
  if (profile !== undefined) return commands;
  const variables =
    provider === "oss" ? "OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET" : "COS_SECRET_ID and COS_SECRET_KEY";
  return `set ${variables} in the environment, or ${commands}`;
}
