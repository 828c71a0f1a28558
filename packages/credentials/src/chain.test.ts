import { ConfigError } from "@cosmoss/errors";
import { credentialsContract } from "@cosmoss/testkit/credentials-contract";
import { describe, expect, it, vi } from "vitest";
import { chain } from "./index.ts";

const keys = { accessKeyId: "id", accessKeySecret: "hush-chain" };
const none = (reason: string) => () => {
  throw new ConfigError(reason);
};

credentialsContract("chain", () => {
  let empty = false;
  const source = () => (empty ? none("not now")() : keys);
  return {
    provider: chain(none("not here"), source),
    expected: keys,
    fail: () => (empty = true),
    repair: () => (empty = false),
  };
});

describe("chain", () => {
  it("asks in order, and no further than the first that has keys", async () => {
    const last = vi.fn<() => typeof keys>(() => keys);
    expect(await chain(none("a"), () => Promise.resolve(keys), last)()).toBe(keys);
    expect(last).not.toHaveBeenCalled();
  });

  it("stays with the provider that had keys, and passes the options on", async () => {
    let first = false;
    const other = { accessKeyId: "other", accessKeySecret: "hush" };
    const second = vi
      .fn<() => Promise<typeof keys>>()
      .mockResolvedValueOnce(keys)
      .mockRejectedValueOnce(new ConfigError("gone"));
    const provider = chain(() => (first ? other : none("a")()), second);
    expect(await provider({ forceRefresh: true })).toBe(keys);
    expect(second).toHaveBeenCalledWith({ forceRefresh: true });
    first = true;
    await expect(provider()).rejects.toThrow("gone");
  });

  it("lists every reason when none has keys", async () => {
    const failure = chain(none("no variable"), none("no file"))();
    await expect(failure).rejects.toSatisfy(ConfigError.isInstance);
    await expect(failure).rejects.toThrow("(1) no variable; (2) no file");
  });

  it("ends with any other error, rather than go on to somebody else's keys", async () => {
    const refusal = new Error("role refused");
    const next = vi.fn<() => typeof keys>(() => keys);
    await expect(chain(none("a"), () => Promise.reject(refusal), next)()).rejects.toBe(refusal);
    expect(next).not.toHaveBeenCalled();
  });

  it("refuses to be empty", () => {
    expect(() => chain()).toThrow(ConfigError);
  });
});
