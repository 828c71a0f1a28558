import type { Clock, Credentials } from "@cosmoss/types";

/** The two services. */
export type ProviderName = "oss" | "cos";

/** Where a service is reached. */
export interface Settings {
  /** As `"cn-hangzhou"` or `"ap-guangzhou"`. */
  readonly region?: string;
  /** A host, with or without a scheme; absent for the region's ordinary one. */
  readonly endpoint?: string;
  /** `endpoint` is a domain bound to the bucket. */
  readonly cname?: boolean;
  /** The bucket goes into the path. */
  readonly pathStyle?: boolean;
}

/** A small text file. */
export interface ProfileFile {
  readonly text: string;
  /** Permission bits; absent where the system has none. */
  readonly mode?: number;
}

/** Reads a whole file; `undefined` if there is none. Throws a `ConfigError` for one that cannot be read. */
export type ReadFile = (path: string) => Promise<ProfileFile | undefined>;

/** What a place is looked up with. */
export interface PlaceContext {
  readonly provider: ProviderName;
  /** The profile asked for by name; absent for the one that the place takes by itself. */
  readonly profile?: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly clock: Pick<Clock, "now">;
}

/** What a place holds. */
export interface PlaceResult {
  /** Which file and section, or which variables, for people. */
  readonly source: string;
  readonly keys?: Credentials;
  /** Why there are no keys. */
  readonly none?: string;
  readonly settings?: Settings;
  /** Settings of single buckets, which go before `settings`. */
  readonly buckets?: ReadonlyMap<string, Settings>;
  readonly warnings?: readonly string[];
}

/** Looks at one place. Throws a `ConfigError` if keys should be there and cannot be used. */
export type Place = (context: PlaceContext) => Promise<PlaceResult>;
