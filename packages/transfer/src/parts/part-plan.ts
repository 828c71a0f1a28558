import { ConfigError } from "@cosmoss/errors";
import type { PortLimits } from "../ports/port.ts";

const MIB = 1_048_576;

/** Bytes of a part where nobody says. */
export const DEFAULT_PART_SIZE = 8_388_608;

/** A part of an object: the bytes from `start` up to `end`. */
export interface PlannedPart {
  readonly PartNumber: number;
  readonly start: number;
  readonly end: number;
}

/** `partSize` if the provider takes parts of that size. Throws a `ConfigError` otherwise. */
export function checkPartSize(partSize: number, { minPartSize, maxPartSize }: PortLimits): number {
  if (Number.isInteger(partSize) && partSize >= minPartSize && partSize <= maxPartSize) return partSize;
  throw new ConfigError(`partSize is ${partSize}; give a whole number of bytes from ${minPartSize} to ${maxPartSize}`);
}

/**
 * The part size for an object of `size` bytes: the one given, or as large as it takes, from `usual` on. Throws a `ConfigError`
 * for one that the provider does not take, or that makes more parts than it takes.
 */
export function planPartSize(
  size: number,
  limits: PortLimits,
  given?: number,
  usual: number = DEFAULT_PART_SIZE,
): number {
  const least = Math.ceil(size / limits.maxParts);
  if (least > limits.maxPartSize) {
    throw new ConfigError(`${size} bytes are more than ${limits.maxParts} parts of ${limits.maxPartSize} bytes hold`);
  }
  if (given === undefined) return Math.min(Math.max(usual, Math.ceil(least / MIB) * MIB), limits.maxPartSize);
  if (checkPartSize(given, limits) >= least) return given;
  throw new ConfigError(
    `partSize is ${given}: ${size} bytes would make more than ${limits.maxParts} parts; give at least ${least}, or leave it out`,
  );
}

/** How many parts of `partSize` bytes hold `size` bytes; an empty object has none. */
export function partCount(size: number, partSize: number): number {
  return Math.ceil(size / partSize);
}

/** Bytes of one of the parts of an object. */
export function partLength(PartNumber: number, size: number, partSize: number): number {
  return Math.min(partSize, size - (PartNumber - 1) * partSize);
}

/** The parts of an object, in order. */
export function* planParts(size: number, partSize: number): Generator<PlannedPart, void, undefined> {
  for (let PartNumber = 1, start = 0; start < size; PartNumber++, start += partSize) {
    yield { PartNumber, start, end: Math.min(start + partSize, size) };
  }
}

/**
 * The size of a part of a stream, whose length nobody knows: doubled every 1,000 parts, so that 10,000 of them hold more than
 * 8 TiB, unless it was given.
 */
export function streamPartSize(PartNumber: number, { maxPartSize }: PortLimits, given?: number): number {
  return given ?? Math.min(DEFAULT_PART_SIZE * 2 ** Math.floor((PartNumber - 1) / 1000), maxPartSize);
}
