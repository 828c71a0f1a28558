import { inspect } from "node:util";
import type { Credentials, CredentialsProvider } from "@cosmoss/types";
import { describe, expect, it } from "vitest";

/** A provider under test and what it reads from. @public */
export interface CredentialsSubject {
  readonly provider: CredentialsProvider;
  /** The keys it should give. */
  readonly expected: Credentials;
  /** Makes its source fail until `repair` is called; absent for a provider that cannot fail. */
  readonly fail?: () => void;
  readonly repair?: () => void;
}

/** What every credentials provider must keep to. `setUp` makes a fresh one for each test. @public */
export function credentialsContract(name: string, setUp: () => CredentialsSubject): void {
  /** Providers may answer, and fail, at once or later. */
  const ask = async (provider: CredentialsProvider, forceRefresh?: boolean) =>
    provider(forceRefresh === undefined ? undefined : { forceRefresh });

  describe(`${name} as a credentials provider`, () => {
    it("gives the keys, and nothing else", async () => {
      const { provider, expected } = setUp();
      expect(await ask(provider)).toEqual(expected);
    });

    it("gives them again, whether or not it is told to refresh", async () => {
      const { provider, expected } = setUp();
      for (const forceRefresh of [undefined, false, true, undefined, true]) {
        expect(await ask(provider, forceRefresh)).toEqual(expected);
      }
    });

    it("gives them to many at once", async () => {
      const { provider, expected } = setUp();
      const all = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(provider, index % 3 === 0)));
      for (const keys of all) expect(keys).toEqual(expected);
    });

    it("shows no secret when it is printed", () => {
      const { provider, expected } = setUp();
      expectNoSecret(inspect(provider, { depth: 9, showHidden: true }), expected);
    });

    it("fails with an error that shows no secret, and recovers", async () => {
      const { provider, expected, fail, repair } = setUp();
      fail?.();
      const failure = fail && (await ask(provider).catch((error: unknown) => error));
      expect(failure instanceof Error).toBe(fail !== undefined);
      expectNoSecret(inspect(failure, { depth: 9, showHidden: true }), expected);
      repair?.();
      expect(await ask(provider)).toEqual(expected);
    });
  });
}

/** Fails if `text` has one of the parts of `credentials` that must stay secret. @public */
export function expectNoSecret(text: string, credentials: Credentials): void {
  const { accessKeySecret, securityToken } = credentials;
  for (const secret of [accessKeySecret, securityToken]) if (secret) expect(text).not.toContain(secret);
}
