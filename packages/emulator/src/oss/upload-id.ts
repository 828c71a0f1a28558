import type { Random } from "@cosmoss/types";

/** Makes ids in the form of OSS, 32 digits in upper-case hex, each greater than those of earlier milliseconds. */
export function uploadIds(random: Random): (now: number) => string {
  let count = 0;
  const digits = (number: number, length: number): string => number.toString(16).padStart(length, "0").slice(-length);
  return (now) => {
    count++;
    const tail = digits(Math.floor(random() * 2 ** 32), 8) + digits(Math.floor(random() * 2 ** 16), 4);
    return (digits(now, 12) + digits(count, 8) + tail).toUpperCase();
  };
}
