import type { CopySource } from "@cosmoss/types";
import type { RawRequest, Verdict, VerifyOptions } from "@cosmoss/signer-oss";
import type { ServiceFailure } from "../http/errors.ts";
import type { ProviderName } from "../store/records.ts";
import type { UrlEncoding } from "./encode-output.ts";
import type { Exchange, Service } from "./handler.ts";

/** All that makes the emulator one service or the other. */
export interface Provider {
  readonly name: ProviderName;
  readonly services: readonly Service[];
  /** Query names that choose an operation, whether or not it is served here. */
  readonly subresources: readonly string[];
  readonly urlEncoding: UrlEncoding;
  /** Written before every document. */
  readonly xmlDeclaration: string;
  /** The service's own clients do not read numeric references (`&#x1;`): write such characters as themselves. */
  readonly namedEntitiesOnly?: true;
  /** Whether the service takes an object's path for the bucket itself. */
  isBucketRoot?(key: string): boolean;
  /** Headers of every response. */
  headers(requestId: string, startedAt: number, now: number): Record<string, string>;
  requestId(): string;
  verify(request: RawRequest, options: VerifyOptions): Promise<Verdict>;
  /** The failure of a refused signature. */
  refused(verdict: Verdict & { outcome: "refused" }, exchange: Exchange): ServiceFailure;
  /** Throws unless a request without a signature may do this. */
  checkAnonymous(exchange: Exchange): void;
  /** Throws for names that the service cannot have. */
  checkNames(exchange: Exchange): void;
  readCopySource(value: string): CopySource;
  badArgument(name: string, value: string): ServiceFailure;
  badDocument(detail: string): ServiceFailure;
  badTarget(detail: string): ServiceFailure;
  noSuchBucket(name: string): ServiceFailure;
  notImplemented(detail: string): ServiceFailure;
  methodNotAllowed(method: string): ServiceFailure;
  internalError(): ServiceFailure;
  /** Most bytes of a request document. */
  readonly documentLimit: number;
  documentTooLarge(): ServiceFailure;
  /** The failure of a `Content-MD5` that is not that of the request document. */
  badDigest(): ServiceFailure;
  /** The failure of a request document without the `Content-MD5` that its operation insists on. */
  missingDigest(): ServiceFailure;
}
