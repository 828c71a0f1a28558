import { ConfigError } from "@cosmoss/errors";
import type { Credentials } from "@cosmoss/types";

/** Answers `credentials` if they can be signed with; the error of others names the member, never its value. */
export function checkCredentials(credentials: Credentials, source: string): Credentials {
  const { accessKeyId, accessKeySecret, securityToken = "-", expiration } = Object(credentials) as Credentials;
  for (const [name, text] of Object.entries({ accessKeyId, accessKeySecret, securityToken })) {
    // Control characters would end up in a header.
    // oxlint-disable-next-line no-control-regex
    if (typeof text !== "string" || /^$|^\s|\s$|[\0-\x1f\x7f]/.test(text)) {
      throw new ConfigError(
        `${source}: ${name} ${text === undefined ? "is missing" : "must be text without control characters and outer white space"}`,
      );
    }
  }
  if (expiration && !(expiration.getTime?.() >= 0)) throw new ConfigError(`${source}: expiration must be a Date`);
  return credentials;
}
