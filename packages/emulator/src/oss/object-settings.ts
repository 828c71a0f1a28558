import { ossFailure } from "../http/errors.ts";
import type { Exchange } from "../server/handler.ts";
import type { Json, ObjectRecord } from "../store/records.ts";
import { bucketClass, checkStorageClass } from "./bucket-settings.ts";
import { badArgument } from "./object-failures.ts";
import { readTags } from "./tags.ts";

/** What a request may say about the object that it makes. */
export interface SettingsInput {
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  ContentLanguage?: string;
  ContentType?: string;
  Expires?: string;
  ObjectAcl?: string;
  StorageClass?: string;
  Metadata?: Record<string, string>;
  Tagging?: Record<string, string>;
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
}

/** What of an object does not come from its bytes. JSON, so that an upload can keep it. */
export interface ObjectSettings {
  readonly headers: { readonly [name: string]: string };
  readonly metadata: { readonly [name: string]: string };
  readonly storageClass: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly acl?: string;
  readonly attributes: { readonly [name: string]: Json };
}

const OBJECT_ACLS: readonly string[] = ["default", "private", "public-read", "public-read-write"];
const MAX_METADATA_BYTES = 8192;

/** Reads and checks what a request says about the object that it makes. */
export function readSettings(
  input: SettingsInput,
  exchange: Exchange,
  storageClasses?: readonly string[],
): ObjectSettings {
  const storageClass = input.StorageClass ?? bucketClass(exchange.bucket());
  checkStorageClass(storageClass, storageClasses);
  return {
    headers: contentHeaders(input),
    metadata: readMetadata(input.Metadata),
    storageClass,
    tags: readTags(input.Tagging),
    ...(input.ObjectAcl !== undefined && { acl: readAcl(input.ObjectAcl) }),
    attributes: readEncryption(input),
  };
}

/** The canned ACL of an object. */
export function readAcl(acl: string): string {
  if (OBJECT_ACLS.includes(acl)) return acl;
  throw badArgument("x-oss-object-acl", acl, "no such object access control exists");
}

/** The encryption of an object as outputs have it. */
export function encryptionOf(attributes: ObjectRecord["attributes"] = {}): {
  ServerSideEncryption?: string;
  ServerSideDataEncryption?: string;
  ServerSideEncryptionKeyId?: string;
} {
  const { encryption, dataEncryption, encryptionKeyId } = attributes;
  return {
    ...(typeof encryption === "string" && { ServerSideEncryption: encryption }),
    ...(typeof dataEncryption === "string" && { ServerSideDataEncryption: dataEncryption }),
    ...(typeof encryptionKeyId === "string" && { ServerSideEncryptionKeyId: encryptionKeyId }),
  };
}

function contentHeaders(input: SettingsInput): Record<string, string> {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Expires } = input;
  return {
    "content-type": input.ContentType ?? "application/octet-stream",
    ...(CacheControl !== undefined && { "cache-control": CacheControl }),
    ...(ContentDisposition !== undefined && { "content-disposition": ContentDisposition }),
    ...(ContentEncoding !== undefined && { "content-encoding": ContentEncoding }),
    ...(ContentLanguage !== undefined && { "content-language": ContentLanguage }),
    ...(Expires !== undefined && { expires: Expires }),
  };
}

function readMetadata(metadata: Record<string, string> = {}): Record<string, string> {
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata)) {
    const header = `x-oss-meta-${name}`;
    if (!/^[a-z0-9-]+$/.test(name)) {
      throw badArgument(header, value, "The name of user metadata is made of letters, digits and hyphens.");
    }
    bytes += Buffer.byteLength(header) + Buffer.byteLength(value);
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw badArgument("x-oss-meta-", String(bytes), `User metadata must not exceed ${MAX_METADATA_BYTES} bytes.`);
  }
  return metadata;
}

function readEncryption(input: SettingsInput): { [name: string]: Json } {
  const { ServerSideEncryption, ServerSideDataEncryption, ServerSideEncryptionKeyId } = input;
  const isKms = ServerSideEncryption === "KMS";
  if (
    (ServerSideEncryption !== undefined && !["AES256", "KMS", "SM4"].includes(ServerSideEncryption)) ||
    (ServerSideDataEncryption !== undefined && !(isKms && ServerSideDataEncryption === "SM4"))
  ) {
    throw ossFailure("InvalidEncryptionAlgorithmError");
  }
  if (ServerSideEncryptionKeyId !== undefined && !isKms) {
    throw badArgument(
      "x-oss-server-side-encryption-key-id",
      ServerSideEncryptionKeyId,
      "A key id needs x-oss-server-side-encryption: KMS.",
    );
  }
  return {
    ...(ServerSideEncryption !== undefined && { encryption: ServerSideEncryption }),
    ...(ServerSideDataEncryption !== undefined && { dataEncryption: ServerSideDataEncryption }),
    ...(ServerSideEncryptionKeyId !== undefined && { encryptionKeyId: ServerSideEncryptionKeyId }),
  };
}
