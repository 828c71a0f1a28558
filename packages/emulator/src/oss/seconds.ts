/** A time as documents show it: in whole seconds. `time` in milliseconds since the Unix epoch. */
export function seconds(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}
