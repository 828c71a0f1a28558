import { type CosErrorCode, cosFailure } from "../http/errors.ts";
import { StoreError, type StoreErrorCode } from "../store/store.ts";

const CODES: { readonly [code in StoreErrorCode]: CosErrorCode } = {
  BucketExists: "BucketAlreadyOwnedByYou",
  BucketNotFound: "NoSuchBucket",
  BucketNotEmpty: "BucketNotEmpty",
  ObjectNotFound: "NoSuchKey",
  UploadExists: "UploadConflict",
  UploadNotFound: "NoSuchUpload",
  PartNotFound: "InvalidPart",
  Closed: "ServiceUnavailable",
};

/** The outcome of a change to the store; what the store refuses becomes what COS says then. */
export async function committed<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    throw error instanceof StoreError ? cosFailure(CODES[error.code]) : error;
  }
}
