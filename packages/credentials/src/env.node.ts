/**
 * Credentials from environment variables.
 * @packageDocumentation
 */
import { ConfigError } from "@cosmoss/errors";
import type { CredentialsProvider } from "@cosmoss/types";
import { checkCredentials } from "./check-credentials.ts";

/** Options of {@link fromEnv}. @public */
export interface FromEnvOptions {
  /** Whose variables to read. */
  readonly provider: "oss" | "cos";
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Names of the key id, the secret, and the token, most specific first. */
const VARIABLES: Record<
  FromEnvOptions["provider"],
  readonly (readonly [id: string, secret: string, ...tokens: string[]])[]
> = {
  oss: [
    ["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"],
    ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"],
  ],
  cos: [
    ["COS_SECRET_ID", "COS_SECRET_KEY", "COS_SESSION_TOKEN"],
    ["COS_SECRETID", "COS_SECRETKEY", "COS_SESSION_TOKEN"],
    [
      "TENCENTCLOUD_SECRET_ID",
      "TENCENTCLOUD_SECRET_KEY",
      "TENCENTCLOUD_SESSION_TOKEN",
      "TENCENTCLOUD_TOKEN",
      "TENCENTCLOUD_SECURITY_TOKEN",
    ],
  ],
};

/**
 * Reads the variables that the vendors' own tools read, at every call. The first pair of which both parts are set counts,
 * with the token of the same family if there is one; pairs are never mixed. An empty variable is as good as none.
 *
 * - OSS: `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET`, `OSS_SESSION_TOKEN`; then `ALIBABA_CLOUD_ACCESS_KEY_ID`,
 *   `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`.
 * - COS: `COS_SECRET_ID`, `COS_SECRET_KEY`, or both without their second underscore, and `COS_SESSION_TOKEN`; then
 *   `TENCENTCLOUD_SECRET_ID`, `TENCENTCLOUD_SECRET_KEY`, and `TENCENTCLOUD_SESSION_TOKEN`, `TENCENTCLOUD_TOKEN` or
 *   `TENCENTCLOUD_SECURITY_TOKEN`.
 *
 * The provider throws a `ConfigError` that names the variables if no pair is set, or one with white space around it. @public
 */
export function fromEnv(options: FromEnvOptions): CredentialsProvider {
  const families = VARIABLES[options.provider];
  if (!families) throw new ConfigError('fromEnv: provider must be "oss" or "cos"');
  // oxlint-disable-next-line no-restricted-properties -- the one place that reads it
  const { env = process.env } = options;
  return () => {
    for (const [id, secret, ...tokens] of families) {
      const accessKeyId = env[id];
      const accessKeySecret = env[secret];
      if (!accessKeyId || !accessKeySecret) continue;
      const securityToken = tokens.map((name) => env[name]).find(Boolean);
      const keys = { accessKeyId, accessKeySecret, ...(securityToken && { securityToken }) };
      return checkCredentials(keys, `environment variables ${[id, secret, ...tokens].join(", ")}`);
    }
    const wanted = families.map(([id, secret]) => `${describe(id)} and ${describe(secret)}`);
    throw new ConfigError(`No credentials in the environment; set ${wanted.join(", or ")}`);

    function describe(name: string): string {
      return env[name] ? `${name} (is set)` : name;
    }
  };
}
