import type { GetObjectInput, GetObjectOutput } from "@cosmoss/commands-oss";
import { ossFailure } from "../http/errors.ts";
import { contentRange, ossRange } from "../http/ranges.ts";
import type { Answer, Exchange } from "../server/handler.ts";
import type { OpenObject } from "../store/store.ts";
import { describeObject, unchanged } from "./describe-object.ts";
import { badArgument, checkThawed, noSuchKey } from "./object-failures.ts";
import { checkVersionId } from "./version-id.ts";

/** The parameters that replace a header of the answer. */
const OVERRIDES = {
  ContentType: ["ResponseContentType", "response-content-type"],
  ContentLanguage: ["ResponseContentLanguage", "response-content-language"],
  Expires: ["ResponseExpires", "response-expires"],
  CacheControl: ["ResponseCacheControl", "response-cache-control"],
  ContentDisposition: ["ResponseContentDisposition", "response-content-disposition"],
  ContentEncoding: ["ResponseContentEncoding", "response-content-encoding"],
} as const;

/** Sends an object or a range of it, if the conditions of the request hold. */
export async function getObject(input: GetObjectInput, exchange: Exchange): Promise<Answer<GetObjectOutput>> {
  const { Key } = input;
  if (input.Process !== undefined) {
    throw ossFailure("NotImplemented", { message: "The emulator does not process objects: leave x-oss-process out." });
  }
  const overrides = readOverrides(input, exchange);
  checkVersionId(input.VersionId, Key);
  const object = exchange.bucket().open(Key);
  if (!object) throw noSuchKey(Key);
  try {
    checkThawed(object.record);
    const same = unchanged(exchange, object.record);
    if (!same) return answer(object, input, overrides);
    await object.close();
    return same;
  } catch (error) {
    await object.close();
    throw error;
  }
}

function answer(
  object: OpenObject,
  { Range, RangeBehavior }: GetObjectInput,
  overrides: Record<string, string>,
): Answer<GetObjectOutput> {
  const { record } = object;
  const { size } = record;
  const range = ossRange(Range, size, RangeBehavior);
  const ContentRange = contentRange(range, size);
  if (range.kind === "unsatisfiable") {
    throw ossFailure("InvalidRange", {
      fields: { ActualObjectSize: String(size), RangeRequested: Range ?? "" },
      headers: { "content-range": ContentRange ?? "" },
    });
  }
  const { start, end } = range.kind === "part" ? range : { start: 0, end: size };
  return {
    status: range.kind === "part" ? 206 : 200,
    output: { ...describeObject(record), ...(ContentRange !== undefined && { ContentRange }), ...overrides },
    headers: { "accept-ranges": "bytes" },
    payload: { length: end - start, bytes: object.read(start, end), close: () => object.close() },
  };
}

function readOverrides(input: GetObjectInput, exchange: Exchange): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const [member, [parameter, wire]] of Object.entries(OVERRIDES)) {
    const value = input[parameter];
    if (value === undefined) continue;
    if (exchange.accessKeyId === undefined) {
      throw ossFailure("InvalidRequest", { message: "Response headers can be overridden by signed requests only." });
    }
    // oxlint-disable-next-line no-control-regex -- such a value would end the header
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(value)) throw badArgument(wire, value, "A header cannot have this value.");
    overrides[member] = value;
  }
  return overrides;
}
