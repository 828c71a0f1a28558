import { cosFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";

/** The most items of a page, and how many there are when the request does not say. */
export const PAGE_LIMIT = 1000;

/** Throws for a delimiter that is more than one character. */
export function checkDelimiter(delimiter: string | undefined): void {
  if (delimiter !== undefined && Array.from(delimiter).length > 1) throw cosFailure("InvalidDelimiter");
}

/** Throws for an `encoding-type` that is not `url`. */
export function checkEncodingType({ target }: Exchange): void {
  for (const { name, value } of target.query) {
    if (name === "encoding-type" && value !== "" && value !== "url") {
      throw cosFailure("InvalidArgument", { message: `encoding-type cannot be ${JSON.stringify(value)}.` });
    }
  }
}
