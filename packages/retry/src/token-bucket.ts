/**
 * What a client may spend on retries, so that a service in trouble is not flooded by them. A retry takes tokens, a
 * success gives some back. Share one between clients of the same service to let them answer for each other. @public
 */
export class TokenBucket {
  /** Tokens left. */
  tokens: number;
  /** The most it holds. */
  readonly capacity: number;

  /** `capacity`: tokens to begin with, and the most it holds; default 500, which pays for 100 retries in a row. */
  constructor(capacity: number = 500) {
    this.tokens = this.capacity = capacity;
  }

  /** Takes `cost` tokens; or none, and answers `false`, if there are not so many. */
  take(cost: number): boolean {
    return this.tokens >= cost && ((this.tokens -= cost), true);
  }

  /** Puts `amount` tokens back, up to the capacity. */
  give(amount: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + amount);
  }
}
