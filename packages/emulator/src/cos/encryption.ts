import { createHash } from "node:crypto";
import { cosFailure } from "../http/errors.ts";
import type { ObjectMeta } from "../store/records.ts";

/** The members by which inputs ask for encryption. */
export interface EncryptionInput {
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly SSEContext?: string;
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKey?: string;
  readonly SSECustomerKeyMD5?: string;
}

/** What an answer says of an object's encryption, and what is stored of it: never the customer's key. */
export interface EncryptionEcho {
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly SSEContext?: string;
  readonly SSECustomerAlgorithm?: string;
  readonly SSECustomerKeyMD5?: string;
}

/** Reads what encryption an input asks for. Throws `InvalidArgument`. */
export function readEncryption(input: EncryptionInput): EncryptionEcho {
  const { ServerSideEncryption, SSEKMSKeyId, SSEContext } = input;
  const customer = readCustomerKey(input);
  if (ServerSideEncryption === undefined) return customer;
  if (customer.SSECustomerKeyMD5 !== undefined) throw invalid("Two kinds of server-side encryption were asked for.");
  if (ServerSideEncryption !== "AES256" && ServerSideEncryption !== "cos/kms") {
    throw invalid("x-cos-server-side-encryption must be AES256 or cos/kms.");
  }
  return {
    ServerSideEncryption,
    ...(SSEKMSKeyId !== undefined && { SSEKMSKeyId }),
    ...(SSEContext !== undefined && { SSEContext }),
  };
}

/** What is stored of an object's encryption. */
export function encryptionOf({ attributes }: Pick<ObjectMeta, "attributes">): EncryptionEcho {
  return (attributes?.["encryption"] as EncryptionEcho | undefined) ?? {};
}

/** Throws unless the input has the key with which the customer had the bytes encrypted, if he had. */
export function checkCustomerKey(stored: EncryptionEcho, input: EncryptionInput): void {
  const given = readCustomerKey(input).SSECustomerKeyMD5;
  if (stored.SSECustomerKeyMD5 === given) return;
  throw stored.SSECustomerKeyMD5 === undefined
    ? invalid("The object is not encrypted with a key of the customer.")
    : cosFailure("InvalidRequest", {
        message: "The object is encrypted with a key of the customer: the request must have that key.",
      });
}

function readCustomerKey(input: EncryptionInput): EncryptionEcho {
  const { SSECustomerAlgorithm, SSECustomerKey, SSECustomerKeyMD5 } = input;
  if (SSECustomerAlgorithm === undefined && SSECustomerKey === undefined && SSECustomerKeyMD5 === undefined) return {};
  const key = Buffer.from(SSECustomerKey ?? "", "base64");
  const isRight =
    SSECustomerAlgorithm === "AES256" &&
    key.length === 32 &&
    createHash("md5").update(key).digest("base64") === SSECustomerKeyMD5;
  if (!isRight) throw invalid("The customer's key must be 256 bits for AES256, with its MD5.");
  return { SSECustomerAlgorithm, SSECustomerKeyMD5 };
}

function invalid(message: string): Error {
  return cosFailure("InvalidArgument", { message });
}
