import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "./problems.ts";
import { formatDuration, formatSize, parseCount, parseDuration, parseSize } from "./sizes.ts";

describe("parseSize", () => {
  it.each([
    ["1", 1],
    ["100", 100],
    ["10B", 10],
    ["512k", 524_288],
    ["512K", 524_288],
    ["8MiB", 8_388_608],
    ["8m", 8_388_608],
    ["5MB", 5_000_000],
    ["5 mb", 5_000_000],
    ["1.5KiB", 1536],
    ["2GB", 2e9],
    ["1GiB", 1_073_741_824],
    ["1TiB", 1_099_511_627_776],
    ["1MiB/s", 1_048_576],
  ])("reads %j", (text, bytes) => {
    expect(parseSize("--part-size", text)).toBe(bytes);
  });

  it.each(["", "0", "0.1", "-1", "1X", "MiB", "1e3", "1,5", "9999999TiB", "0x10"])("refuses %j", (text) => {
    expect(() => parseSize("--part-size", text)).toThrow(UsageError);
    expect(() => parseSize("--part-size", text)).toThrow(/^--part-size: ".*" is no size$/);
  });
});

describe("parseDuration", () => {
  it.each([
    ["90", 90],
    ["90s", 90],
    ["15m", 900],
    ["12h", 43_200],
    ["7d", 604_800],
    ["1w", 604_800],
  ])("reads %j", (text, seconds) => {
    expect(parseDuration("--expires", text)).toBe(seconds);
  });

  it.each(["", "0", "1y", "1.5h", "-1", "h"])("refuses %j", (text) => {
    expect(() => parseDuration("--expires", text)).toThrow(/is no length of time/);
  });
});

it("parseCount keeps to its bounds", () => {
  expect(parseCount("--parallel", "1", 1, 256)).toBe(1);
  expect(parseCount("--parallel", "256", 1, 256)).toBe(256);
  for (const text of ["0", "257", "", "x", "1.5", "-1", "1e2"]) {
    expect(() => parseCount("--parallel", text, 1, 256)).toThrow(/is no whole number from 1 to 256/);
  }
});

describe("formatSize", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [1_048_575, "1.0 MiB"],
    [1_048_576, "1.0 MiB"],
    [5_000_000, "4.8 MiB"],
    [1_099_511_627_776, "1.0 TiB"],
  ])("writes %d as %s", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it("is never wider than its column", () => {
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(formatSize(bytes)).toMatch(/^\d{1,4}(\.\d)? ([KMGTP]i)?B$/);
        expect(formatSize(bytes).length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

it.each([
  [0, "0s"],
  [59.4, "59s"],
  [65, "1m 05s"],
  [7380, "2h 03m"],
])("formatDuration writes %d as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
