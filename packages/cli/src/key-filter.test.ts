import { ConfigError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { keyFilter } from "./key-filter.ts";

const KEYS = ["a.jpg", "2024/c.jpg", "2024/e.txt"];

describe("keyFilter", () => {
  it.each([
    [{}, KEYS],
    [{ include: ["*.jpg"] }, ["a.jpg", "2024/c.jpg"]],
    [{ include: ["*.jpg"], exclude: ["2024/"] }, ["a.jpg"]],
    [{ exclude: ["[!a].*"] }, ["a.jpg"]],
  ])("%j", async (patterns, keys) => {
    expect(KEYS.filter(await keyFilter(patterns))).toEqual(keys);
  });

  it("refuses what is no pattern", async () => {
    await expect(keyFilter({ include: [""] })).rejects.toBeInstanceOf(ConfigError);
  });
});
