import { ossFailure } from "../http/errors.ts";

const MAX_TAGS = 10;
const ALLOWED = /^[\p{L}\p{N} +\-=._:/]*$/u;

/** The tags of an `x-oss-tagging` header. Throws for tags that an object cannot have. */
export function readTags(
  tagging: Readonly<Record<string, string>> = {},
): readonly (readonly [key: string, value: string])[] {
  const tags = Object.entries(tagging);
  if (tags.length > MAX_TAGS) throw ossFailure("TooManyTags", { fields: { MaxTagCount: String(MAX_TAGS) } });
  for (const [key, value] of tags) {
    const fits = key !== "" && Buffer.byteLength(key) <= 128 && Buffer.byteLength(value) <= 256;
    if (!fits || !ALLOWED.test(key) || !ALLOWED.test(value)) {
      throw ossFailure("InvalidTag", { fields: { TagKey: key, TagValue: value } });
    }
  }
  return tags;
}
