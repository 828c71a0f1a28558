import { escapeBytes, unescapeBytes } from "./byte-string.ts";
import { escapeName, httpString, signEntries, stringToSign, type CosCrypto, type Entry } from "./canonical.ts";
import { readRequest, type Pair, type ReadRequest } from "./raw-request.ts";
import {
  judge,
  type Claim,
  type RawRequest,
  type Refusal,
  type Unreadable,
  type Verdict,
  type VerifyOptions,
} from "./verdict.ts";

const FIELDS = [
  "q-sign-algorithm",
  "q-ak",
  "q-sign-time",
  "q-key-time",
  "q-header-list",
  "q-url-param-list",
  "q-signature",
] as const;

/** A verifier over a crypto library. */
export function createVerifier<Key>(
  crypto: CosCrypto<Key>,
): (request: RawRequest, options: VerifyOptions) => Promise<Verdict> {
  return async (raw, options) => {
    const request = readRequest(raw);
    const carriers = carriersOf(request);
    if (!carriers.length) return { outcome: "anonymous" };
    return judge(readClaim(request, carriers, options, crypto), options);
  };
}

/** The fields of a signature, as found in one place of the request. */
interface Carrier {
  readonly scheme: string;
  readonly fields: readonly Pair[];
}

/** The places of the request that hold a signature. */
export function carriersOf({ authorizations, parameters }: ReadRequest): Carrier[] {
  const carriers = authorizations.map((text): Carrier => ({ scheme: "cos-header", fields: fieldsOf(text) }));
  const inQuery = parameters.filter(({ name }) => (FIELDS as readonly string[]).includes(name));
  if (inQuery.length) carriers.push({ scheme: "cos-url", fields: inQuery.map(({ name, value }) => [name, value]) });
  for (const { name, value } of parameters) {
    if (name === "sign") carriers.push({ scheme: "cos-sign", fields: fieldsOf(value) });
  }
  return carriers;
}

const fieldsOf = (text: string): Pair[] =>
  text.split("&").map((piece): Pair => {
    const equals = piece.indexOf("=");
    return equals < 0 ? [piece, ""] : [piece.slice(0, equals), piece.slice(equals + 1)];
  });

/** Reads the signature of a request that has one. */
export function readClaim<Key>(
  request: ReadRequest,
  carriers: readonly Carrier[],
  options: VerifyOptions,
  crypto: CosCrypto<Key>,
): Claim | Unreadable {
  const { scheme, fields } = carriers[0]!;
  const fail = (problem: string): Unreadable => ({ scheme, problem });
  if (carriers.length > 1) return fail("The request is signed more than once: keep one of header, query and `sign`.");
  const found = new Map(fields);
  if (found.size !== fields.length || !FIELDS.every((name) => found.has(name))) {
    return fail(`The signature does not consist of one each of ${FIELDS.join(", ")}.`);
  }
  const [algorithm, accessKeyId, signTime, keyTime, headerList, parameterList, signature] = FIELDS.map((name) =>
    found.get(name)!,
  ) as [string, string, string, string, string, string, string];
  if (algorithm !== "sha1") return fail("q-sign-algorithm is not sha1.");
  if (!accessKeyId) return fail("q-ak is empty.");
  if (!isTime(signTime) || !isTime(keyTime)) return fail("q-sign-time or q-key-time is not <start>;<end> in seconds.");
  if (!/^[0-9a-f]{40}$/.test(signature)) return fail("q-signature is not 40 lower-case hexadecimal digits.");

  const headers = pick(headerList, request.headers);
  const parameters = pick(
    parameterList,
    request.parameters.map(({ name, value }): Pair => [name, value]),
  );
  const missing = headers.missing ?? parameters.missing;
  return {
    scheme,
    accessKeyId,
    signature,
    tokens: tokensOf(request),
    objection:
      timeObjection(signTime, options) ??
      timeObjection(keyTime, options) ??
      (missing === undefined
        ? undefined
        : { reason: "mismatch", message: `The signature covers ${missing}, which the request does not have.` }),
    async compute(secret) {
      const canonicalRequest = httpString(
        request.method,
        request.pathname,
        signEntries(parameters.entries),
        signEntries(headers.entries),
      );
      const text = stringToSign(signTime, await crypto.sha1(canonicalRequest));
      return {
        canonicalRequest,
        stringToSign: text,
        signature: await crypto.hmac(crypto.deriveKey(secret, keyTime), text),
      };
    },
  };
}

const isTime = (text: string): boolean => /^\d{1,12};\d{1,12}$/.test(text);

function timeObjection(time: string, { now, maxSkewMs = 300_000 }: VerifyOptions): Refusal | undefined {
  const [start, end] = time.split(";").map((seconds) => Number(seconds) * 1000) as [number, number];
  if (now > end) return { reason: "expired", message: "Request has expired" };
  if (now < start - maxSkewMs) {
    return {
      reason: "skewed",
      message: "The difference between the request time and the current time is too large.",
    };
  }
  return undefined;
}

/**
 * The entries that a list names. A listed name that the request lacks is `missing`: to read it as empty would let
 * someone take `?acl` off a signed URL and get the object.
 */
function pick(list: string, all: readonly Pair[]): { entries: Entry[]; missing: string | undefined } {
  const found = new Map<string, Pair>();
  for (const pair of all) {
    const name = escapeName(pair[0]);
    if (!found.has(name)) found.set(name, pair);
  }
  const entries: Entry[] = [];
  let missing: string | undefined;
  for (const item of list.split(";")) {
    if (item === "") continue;
    // Clients encode list items not at all, once, or (in URLs) twice; the query decoder has undone one.
    const forms = [item, escapeBytes(item), escapeBytes(unescapeBytes(item))].map((form) => form.toLowerCase());
    const pair = found.get(forms.find((form) => found.has(form)) ?? item);
    if (pair) entries.push([pair[0], escapeBytes(pair[1])]);
    else missing ??= item;
  }
  return { entries, missing };
}

/** Vendors' clients write the token into a URL as it is, with `+` and `%` of its own. */
function tokensOf({ headers, parameters }: ReadRequest): string[] {
  const inHeaders = headers.filter(([name]) => /^x-c(?:os|i)-security-token$/.test(name)).map(([, value]) => value);
  if (inHeaders.length) return inHeaders;
  return parameters
    .filter(({ name }) => name === "x-cos-security-token")
    .flatMap(({ rawValue }) => [rawValue, unescapeBytes(rawValue)]);
}
