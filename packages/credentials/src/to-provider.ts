import type { Credentials, CredentialsProvider } from "@cosmoss/types";
import { fromStatic } from "./from-static.ts";
import { memoize, type MemoizeOptions } from "./memoize.ts";

/**
 * A provider from what a client's option `credentials` takes: keys are given as they are, without a promise; a function is
 * {@link memoize}d. Throws a `ConfigError` for keys that cannot be signed with. @public
 */
export function toProvider(value: Credentials | CredentialsProvider, options: MemoizeOptions): CredentialsProvider {
  return typeof value === "function" ? memoize(value, options) : fromStatic(value);
}
