import type { Credentials } from "./credentials.ts";
import type { HttpRequest } from "./http.ts";

/** What a signature is made from besides the request itself. @public */
export interface SignOptions {
  /** Absent for a service-level request. */
  readonly bucket?: string | undefined;
  /** The raw key, not percent-encoded; absent for a bucket-level request. */
  readonly key?: string | undefined;
  readonly credentials: Credentials;
  /** Milliseconds since the epoch, already corrected for clock skew. */
  readonly time: number;
}

/** What a signed URL is made from besides the request itself. @public */
export interface PresignOptions extends SignOptions {
  /** Seconds from {@link SignOptions.time} for which the URL is good. */
  readonly expiresIn: number;
}

/** Puts a signature on requests. Either method may answer at once or with a promise. @public */
export interface Signer {
  /** Seconds by which the window of a URL begins, and so ends, before the time it is signed at; default 0. */
  readonly leadSeconds?: number;
  /** Adds the authentication headers to `request.headers`; replaces those of an earlier attempt. */
  sign(request: HttpRequest, options: SignOptions): void | Promise<void>;
  /** The complete raw query string (no `?`) of a signed URL for the request. */
  presign(request: HttpRequest, options: PresignOptions): string | Promise<string>;
}
