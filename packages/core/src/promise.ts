/** Whether a value that may come at once or later comes later. Static keys and node:crypto answer at once. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}
