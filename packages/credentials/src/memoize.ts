import type { Clock, Credentials, CredentialsProvider, CredentialsProviderOptions } from "@cosmoss/types";
import { checkCredentials } from "./check-credentials.ts";

/** Options of {@link memoize}. @public */
export interface MemoizeOptions {
  readonly clock: Pick<Clock, "now">;
}

/** From so many milliseconds before their expiration keys are replaced; at most half their lifetime. */
const AHEAD = 300_000;
/** After a forced refresh, and after one that failed in the background, the next of its kind is this many milliseconds off. */
const PAUSE = 5_000;

/**
 * Keeps the keys that `provider` gives: until they expire, or for ever if they have no expiration. However many ask, one
 * call of the provider is under way; a failure is never kept. Keys that expire within five minutes are still given out while
 * new ones are fetched behind the scenes, also when that fails; only expired ones are waited for.
 *
 * `forceRefresh` drops the keys and is passed on to the provider. Forced calls share one refresh, and its keys for five
 * seconds after it: refusals of the older keys come in late.
 *
 * Rejects with what the provider throws, or a `ConfigError` if what it gives are no keys. @public
 */
export function memoize(provider: CredentialsProvider, { clock }: MemoizeOptions): CredentialsProvider {
  let keys: Credentials;
  let expiry = 0;
  let refreshAt: number;
  let forcible = 0;
  let flight: Promise<Credentials> | undefined;

  function refresh(options?: CredentialsProviderOptions): Promise<Credentials> {
    const mine = Promise.resolve(options)
      .then(provider)
      .then((fresh) => {
        checkCredentials(fresh, "credentials provider");
        // A forced refresh may have begun since: then these may be the very keys that were refused.
        if (flight === mine) {
          const now = clock.now();
          keys = fresh;
          expiry = fresh.expiration?.getTime() ?? Infinity;
          refreshAt = expiry - Math.min(AHEAD, (expiry - now) / 2);
          if (options) forcible = now + PAUSE;
        }
        return fresh;
      })
      .finally(() => {
        if (flight === mine) flight = undefined;
      });
    return (flight = mine);
  }

  return (options) => {
    const now = clock.now();
    if (options?.forceRefresh && now >= forcible) {
      expiry = 0;
      // Until this one has ended, the others wait for it.
      forcible = Infinity;
      return refresh(options).catch((error: unknown) => {
        forcible = 0;
        throw error;
      });
    }
    if (now >= expiry) return flight ?? refresh();
    if (now >= refreshAt) {
      refreshAt = now + PAUSE;
      if (!flight) refresh().catch(() => {});
    }
    return keys;
  };
}
