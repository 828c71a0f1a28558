/**
 * Signatures of Alibaba Cloud OSS: making and verifying.
 * @packageDocumentation
 */
import { v1Crypto, v4Crypto } from "./crypto.ts";
import type { RawRequest, Verdict, VerifyOptions } from "./verdict.ts";
import { createVerifier } from "./verify.ts";

export { SignerV1, type SignerV1Options } from "./v1.ts";
export { SignerV4, type SignerV4Options } from "./v4.ts";
export type { RawRequest, RefusalReason, Verdict, VerifyOptions } from "./verdict.ts";

/** Judges a received request by whichever of V1 and V4, header or URL, it is signed with. Never throws for what a client sends. @public */
export function verifyOss(request: RawRequest, options: VerifyOptions): Promise<Verdict> {
  return createVerifier(v4Crypto, v1Crypto)(request, options);
}
