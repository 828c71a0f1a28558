/**
 * What a client may spend on retries, so that a service in trouble is not flooded by them. A retry takes tokens, a
 * success gives some back. Share one between clients of the same service to let them answer for each other. @public
 */
export interface TokenBucket {
  /** Tokens left; 500 to begin with, which pay for 100 retries in a row, is also the most it holds. */
  tokens: number;
}
