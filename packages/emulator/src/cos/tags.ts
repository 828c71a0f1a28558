import { cosFailure } from "../http/errors.ts";

const MAX_KEY = 128;
const MAX_VALUE = 256;

/** Tags as they are stored. Throws `InvalidTag` for too many, too long ones, and a key that is there twice. */
export function readTags(
  tagging: { readonly [key: string]: string },
  header: string | undefined,
  limit: number,
): [key: string, value: string][] {
  const tags = Object.entries(tagging);
  const given = new URLSearchParams(header).size;
  if (given !== tags.length) throw cosFailure("InvalidTag", { message: "A tag key is there twice." });
  if (tags.length > limit) throw cosFailure("InvalidTag", { message: `There are more than ${limit} tags.` });
  for (const [key, value] of tags) {
    if (key === "" || key.length > MAX_KEY || value.length > MAX_VALUE) {
      throw cosFailure("InvalidTag", {
        message: `A tag key has 1 to ${MAX_KEY} characters and a tag value at most ${MAX_VALUE}.`,
      });
    }
  }
  return tags;
}
