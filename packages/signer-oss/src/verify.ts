import { utf8 } from "./byte-string.ts";
import { readRequest, valuesOf, type ReadRequest } from "./raw-request.ts";
import type { V1Crypto, V4Crypto } from "./signature.ts";
import { readV1Header, readV1Query } from "./v1-verify.ts";
import { ALGORITHM } from "./v4-canonical.ts";
import { readV4Header, readV4Query } from "./v4-verify.ts";
import {
  judge,
  type Claim,
  type Refusal,
  type RawRequest,
  type Unreadable,
  type Verdict,
  type VerifyOptions,
} from "./verdict.ts";

/** A verifier over a crypto library. */
export function createVerifier<Key>(
  v4Crypto: V4Crypto<Key>,
  v1Crypto: V1Crypto,
): (request: RawRequest, options: VerifyOptions) => Promise<Verdict> {
  function read(request: ReadRequest, options: VerifyOptions): Claim | Unreadable | undefined {
    const { authorizations } = request;
    const has = (name: string): boolean => valuesOf(request, name).length > 0;
    const inHeader = authorizations.length > 0;
    const inV4Query = has("x-oss-signature-version") || has("x-oss-signature");
    const inV1Query = has("OSSAccessKeyId") || has("Signature");
    if (authorizations.length + Number(inV4Query) + Number(inV1Query) > 1) {
      return {
        scheme: "oss",
        problem: "The request is signed more than once: keep one Authorization header or one signed query.",
      };
    }
    if (inV4Query) return readV4Query(request, options, v4Crypto);
    if (inV1Query) return readV1Query(request, options, v1Crypto);
    if (!inHeader) return undefined;
    if (authorizations[0]!.startsWith(ALGORITHM + " ")) return readV4Header(request, options, v4Crypto);
    return readV1Header(request, options, v1Crypto);
  }

  return async (raw, options) => {
    const request = readRequest(raw);
    const claim = read(request, options);
    if (!claim) return { outcome: "anonymous" };
    if ("problem" in claim || isPathOf(options, request.pathname)) return judge(claim, options);
    return judge({ ...claim, objection: claim.objection ?? OTHER_PATH }, options);
  };
}

// A signature covers the bucket and the key, not the path. That they are those of the path is for the server to see to;
// one that reads its path through a URL parser, which drops `/../`, would let a signature for one object open another.
const OTHER_PATH: Refusal = {
  reason: "mismatch",
  message: "The path of the request is not that of its bucket and key.",
};

function isPathOf({ bucket = "", key = "" }: VerifyOptions, pathname: string): boolean {
  const [inHost, inPath] = [`/${key}`, `/${bucket}/${key}`].map((path) => utf8(path));
  return pathname === inHost || pathname === inPath || (!key && pathname === `/${bucket}`);
}
