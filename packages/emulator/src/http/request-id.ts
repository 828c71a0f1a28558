import type { Random } from "@cosmoss/types";

/** A request id in the form of OSS: 24 digits in upper-case hex. `now` in milliseconds since the Unix epoch. @public */
export function ossRequestId(now: number, random: Random): string {
  return (seconds(now) + hex(random, 8) + hex(random, 8)).toUpperCase();
}

/** A request id in the form of COS: base64 of a time and a random part. `now` in milliseconds since the Unix epoch. @public */
export function cosRequestId(now: number, random: Random): string {
  return Buffer.from(`${seconds(now)}_${hex(random, 8)}_${hex(random, 4)}_${hex(random, 6)}`).toString("base64");
}

function seconds(now: number): string {
  return Math.floor(now / 1000)
    .toString(16)
    .padStart(8, "0")
    .slice(-8);
}

function hex(random: Random, digits: number): string {
  return Math.floor(random() * 16 ** digits)
    .toString(16)
    .padStart(digits, "0");
}
