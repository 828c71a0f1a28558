import { cosFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import type { Json, ObjectMeta } from "../store/records.ts";
import { type AclInput, readAcl } from "./access.ts";
import { guessContentType } from "./content-type.ts";
import { type EncryptionInput, readEncryption } from "./encryption.ts";
import { readStorageClass } from "./storage-class.ts";
import { readTags } from "./tags.ts";

const MAX_METADATA_BYTES = 2048;
const MAX_TAGS = 10;

/** What of an object is decided when it is made, its bytes aside. */
export type ObjectTraits = Pick<ObjectMeta, "storageClass" | "headers" | "metadata" | "tags" | "acl" | "attributes">;

/** The members that decide the traits of an object. */
export interface TraitsInput extends AclInput, EncryptionInput {
  readonly CacheControl?: string;
  readonly ContentDisposition?: string;
  readonly ContentEncoding?: string;
  readonly ContentType?: string;
  readonly Expires?: string;
  readonly StorageClass?: string;
  readonly Metadata?: Record<string, string>;
  readonly Tagging?: Record<string, string>;
}

/** Reads and checks the traits of the object that an input makes. */
export function readTraits(input: TraitsInput & { readonly Key: string }, exchange: Exchange): ObjectTraits {
  const { acl, grants } = readAcl(input, "object");
  const encryption = readEncryption(input);
  const attributes: { [name: string]: Json } = {
    ...(grants && { grants }),
    ...(Object.keys(encryption).length > 0 && { encryption: encryption as { [name: string]: string } }),
  };
  const tags = input.Tagging && readTags(input.Tagging, exchange.headers["x-cos-tagging"], MAX_TAGS);
  return {
    storageClass: readStorageClass(input.StorageClass),
    headers: readHeaders(input),
    metadata: checkMetadata(input.Metadata ?? {}),
    ...(tags && { tags }),
    ...(acl !== undefined && { acl }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}

/** Throws for user metadata beyond what COS keeps. */
export function checkMetadata(metadata: { readonly [name: string]: string }): { readonly [name: string]: string } {
  let size = 0;
  for (const [name, value] of Object.entries(metadata)) size += Buffer.byteLength(name) + Buffer.byteLength(value);
  if (size > MAX_METADATA_BYTES) {
    throw cosFailure("KeyTooLong", { message: `The user metadata has more than ${MAX_METADATA_BYTES} bytes.` });
  }
  return metadata;
}

/** Throws `FileAlreadyExists` when there is an object that must not be overwritten. */
export function checkOverwrite(current: ObjectMeta | undefined, forbidden: boolean | undefined): void {
  if (forbidden && current) throw cosFailure("FileAlreadyExists");
}

function readHeaders(input: TraitsInput & { readonly Key: string }): { [name: string]: string } {
  const headers: { [name: string]: string } = { "content-type": input.ContentType ?? guessContentType(input.Key) };
  for (const [name, value] of [
    ["cache-control", input.CacheControl],
    ["content-disposition", input.ContentDisposition],
    ["content-encoding", input.ContentEncoding],
    ["expires", input.Expires],
  ] as const) {
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}
