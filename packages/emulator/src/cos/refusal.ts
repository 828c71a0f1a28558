import { ServiceError } from "@cosmoss/errors";

/** The error with which a service refused. Throws if it did not. */
export async function refusalOf(promise: Promise<unknown>): Promise<ServiceError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!ServiceError.isInstance(error)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

/** Its status and code, as `"404 NoSuchKey"`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const { statusCode, code } = await refusalOf(promise);
  return `${statusCode} ${code}`;
}
