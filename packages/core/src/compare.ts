import { IntegrityError } from "@cosmoss/errors";
import type { PayloadContext } from "@cosmoss/types";

/** Throws an `IntegrityError` for two values that are known and not the same. */
export const compare: PayloadContext["compare"] = (context, algorithm, expected, actual) => {
  if (expected === undefined || actual === undefined || expected === actual) return;
  throw new IntegrityError(`${context.subject}: ${algorithm} of Body is ${actual}, expected ${expected}; try again`, {
    algorithm,
    expected,
    actual,
  });
};
