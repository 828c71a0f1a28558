import type { Clock, Credentials, CredentialsProvider, CredentialsProviderOptions } from "@cosmoss/types";
import { checkCredentials } from "./check-credentials.ts";

/** Options of {@link memoize}. @public */
export interface MemoizeOptions {
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds before their expiration from which keys are replaced; at most half their lifetime; default 300,000. */
  readonly refreshAheadMs?: number;
  /** Hears of refreshes that failed in the background, where no caller does. Must not throw. */
  readonly onError?: (error: unknown) => void;
}

/** After a forced refresh, and after one that failed in the background, the next of its kind is this many milliseconds off. */
const PAUSE_MS = 5_000;

/**
 * Keeps the keys that `provider` gives: until they expire, or for ever if they have no expiration. However many ask, one
 * call of the provider is under way; a failure is never kept. Keys that expire soon are still given out while new ones are
 * fetched behind the scenes, also when that fails; only expired ones are waited for.
 *
 * `forceRefresh` drops the keys and is passed on to the provider. Forced calls share one refresh, and its keys for five
 * seconds after it: refusals of the older keys come in late.
 *
 * Rejects with what the provider throws, or a `ConfigError` if what it gives are no keys. @public
 */
export function memoize(provider: CredentialsProvider, options: MemoizeOptions): CredentialsProvider {
  const { clock, refreshAheadMs = 300_000, onError } = options;
  let keys: Credentials;
  let expiry = -Infinity;
  let refreshAt: number;
  let forcible = -Infinity;
  let flight: Promise<Credentials> | undefined;
  let forced: boolean | undefined;

  function refresh(given?: CredentialsProviderOptions): Promise<Credentials> {
    forced = given?.forceRefresh;
    const mine = Promise.resolve(given)
      .then(provider)
      .then((fresh) => {
        checkCredentials(fresh, "credentials provider");
        // A forced refresh may have begun since: then these may be the very keys that were refused.
        if (flight === mine) {
          const now = clock.now();
          keys = fresh;
          expiry = fresh.expiration?.getTime() ?? Infinity;
          refreshAt = expiry - Math.min(refreshAheadMs, (expiry - now) / 2);
          if (forced) forcible = now + PAUSE_MS;
        }
        return fresh;
      })
      .finally(() => {
        if (flight === mine) flight = undefined;
      });
    return (flight = mine);
  }

  return (given) => {
    const now = clock.now();
    if (given?.forceRefresh && now >= forcible) {
      expiry = -Infinity;
      return flight && forced ? flight : refresh(given);
    }
    if (now >= expiry) return flight ?? refresh();
    if (now >= refreshAt && !flight) {
      refresh().catch((error: unknown) => {
        refreshAt = clock.now() + PAUSE_MS;
        onError?.(error);
      });
    }
    return keys;
  };
}
