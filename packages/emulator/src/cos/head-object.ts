import type { HeadObjectInput, HeadObjectOutput } from "@cosmoss/commands-cos";
import type { Answer, Exchange } from "../server/handler.ts";
import { checkCustomerKey, encryptionOf } from "./encryption.ts";
import { findObject } from "./find-object.ts";
import { objectHeaders } from "./object-headers.ts";
import { notModified } from "./read-conditions.ts";

/** Tells of an object what `getObject` does, without its bytes. */
export function headObject(input: HeadObjectInput, exchange: Exchange): Answer<HeadObjectOutput> {
  const record = findObject(exchange.bucket(), input.Key, input.VersionId);
  checkCustomerKey(encryptionOf(record), input);
  return notModified(record, exchange) ?? { output: objectHeaders(record), headers: { "accept-ranges": "bytes" } };
}
