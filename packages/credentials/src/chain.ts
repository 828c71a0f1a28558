import { ConfigError } from "@cosmoss/errors";
import type { CredentialsProvider } from "@cosmoss/types";

/**
 * Asks the providers in their order and stays with the first that has keys, so that an application never changes its
 * identity while it runs.
 *
 * A provider that throws a `ConfigError` has none, and the next is asked. Any other error (no network, a refusal) ends the
 * chain with that error: keys should have been there, and going on would quietly sign with somebody else's.
 * Rejects with a `ConfigError` that lists every reason if none has keys. Remembers the provider, not the keys: put
 * `memoize` around it. @public
 */
export function chain(...providers: CredentialsProvider[]): CredentialsProvider {
  if (providers.length === 0) throw new ConfigError("chain: name at least one credentials provider");
  let chosen: CredentialsProvider | undefined;
  return async (options) => {
    if (chosen) return chosen(options);
    const reasons: string[] = [];
    for (const provider of providers) {
      try {
        const keys = await provider(options);
        chosen ??= provider;
        return keys;
      } catch (error) {
        if (!ConfigError.isInstance(error)) throw error;
        reasons.push(error.message);
      }
    }
    throw new ConfigError(
      `No credentials found. ${reasons.map((reason, index) => `(${index + 1}) ${reason}`).join("; ")}`,
    );
  };
}
