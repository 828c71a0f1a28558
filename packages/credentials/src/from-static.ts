import type { Credentials, CredentialsProvider } from "@cosmoss/types";
import { checkCredentials } from "./check-credentials.ts";

/**
 * A provider that answers with `credentials` at once, always the same object.
 * Throws a `ConfigError` for empty ones, or ones with control characters or white space around them. @public
 */
export function fromStatic(credentials: Credentials): CredentialsProvider {
  checkCredentials(credentials, "credentials");
  return () => credentials;
}
