/** Time as a parameter, so that tests own it. @public */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after `ms` milliseconds; the handle is for {@link Clock.clearTimeout}. */
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** A number in [0, 1), as `Math.random`. @public */
export type Random = () => number;
