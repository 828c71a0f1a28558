/**
 * Credential providers: static, memoize, chain. `./env` reads environment variables.
 * @packageDocumentation
 */
export { chain } from "./chain.ts";
export { fromStatic } from "./from-static.ts";
export { memoize, type MemoizeOptions } from "./memoize.ts";
export { toProvider } from "./to-provider.ts";
