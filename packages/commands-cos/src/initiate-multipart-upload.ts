import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation } from "@cosmoss/types";

/** Input of {@link InitiateMultipartUploadCommand}. @public */
export interface InitiateMultipartUploadInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  CacheControl?: string;
  ContentDisposition?: string;
  ContentEncoding?: string;
  /** Default: COS goes by the key's extension, else `application/octet-stream`. */
  ContentType?: string;
  /** Stored and replayed as it is. */
  Expires?: string;
  /** `true`: refuse with `FileAlreadyExists` when the key exists. */
  ForbidOverwrite?: boolean;
  /** `default` (default), `private`, `public-read`, `authenticated-read`, `bucket-owner-read` or `bucket-owner-full-control`. */
  ACL?: string;
  /** As `id="100000000001"`, several separated by commas. */
  GrantRead?: string;
  GrantReadACP?: string;
  GrantWriteACP?: string;
  GrantFullControl?: string;
  /** `STANDARD` (default), `STANDARD_IA`, `INTELLIGENT_TIERING`, `ARCHIVE`, `DEEP_ARCHIVE` or one of the `MAZ_` classes. */
  StorageClass?: string;
  /** User metadata, at most 2 KB in all. Names are stored in lower case. */
  Metadata?: Record<string, string>;
  /** At most 10 tags. */
  Tagging?: Record<string, string>;
  /** `AES256` or `cos/kms`. */
  ServerSideEncryption?: string;
  /** With `cos/kms`; default COS's own key. */
  SSEKMSKeyId?: string;
  /** With `cos/kms`: base64 of a JSON object. */
  SSEContext?: string;
  /** `AES256`: encrypt with the key below. */
  SSECustomerAlgorithm?: string;
  /** A 256-bit key in base64. */
  SSECustomerKey?: string;
  /** MD5 of the key in base64. */
  SSECustomerKeyMD5?: string;
  /** Bits per second, 819,200 to 838,860,800. */
  TrafficLimit?: number;
}

/** Output of {@link InitiateMultipartUploadCommand}. @public */
export interface InitiateMultipartUploadOutput {
  Bucket?: string;
  Key?: string;
  /** Names the upload until it is completed or aborted. */
  UploadId: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  SSEContext?: string;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
}

/** @internal */
export const _InitiateMultipartUpload: Operation<InitiateMultipartUploadInput, InitiateMultipartUploadOutput> = {
  name: "InitiateMultipartUpload",
  http: ["POST", "object", "uploads"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    CacheControl: { in: "header", name: "cache-control" },
    ContentDisposition: { in: "header", name: "content-disposition" },
    ContentEncoding: { in: "header", name: "content-encoding" },
    ContentType: { in: "header", name: "content-type" },
    Expires: { in: "header", name: "expires" },
    ForbidOverwrite: { in: "header", name: "x-cos-forbid-overwrite", type: "bool" },
    ACL: { in: "header", name: "x-cos-acl" },
    GrantRead: { in: "header", name: "x-cos-grant-read" },
    GrantReadACP: { in: "header", name: "x-cos-grant-read-acp" },
    GrantWriteACP: { in: "header", name: "x-cos-grant-write-acp" },
    GrantFullControl: { in: "header", name: "x-cos-grant-full-control" },
    StorageClass: { in: "header", name: "x-cos-storage-class" },
    Metadata: { in: "headers", name: "x-cos-meta-" },
    Tagging: { in: "header", name: "x-cos-tagging", type: "form" },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKey: { in: "header", name: "x-cos-server-side-encryption-customer-key", sensitive: true },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
    TrafficLimit: { in: "header", name: "x-cos-traffic-limit", type: "int", min: 819200, max: 838860800 },
  },
  output: {
    Bucket: {},
    Key: {},
    UploadId: { required: true },
    ServerSideEncryption: { in: "header", name: "x-cos-server-side-encryption" },
    SSEKMSKeyId: { in: "header", name: "x-cos-server-side-encryption-cos-kms-key-id" },
    SSEContext: { in: "header", name: "x-cos-server-side-encryption-context" },
    SSECustomerAlgorithm: { in: "header", name: "x-cos-server-side-encryption-customer-algorithm" },
    SSECustomerKeyMD5: { in: "header", name: "x-cos-server-side-encryption-customer-key-md5" },
  },
  xml: xmlCodec,
  responseRoot: "InitiateMultipartUploadResult",
  notIdempotent: true,
};

/** Begins a multipart upload; everything but the bytes is fixed here. COS `Initiate Multipart Upload`. @public */
export class InitiateMultipartUploadCommand extends Command<
  InitiateMultipartUploadInput,
  InitiateMultipartUploadOutput
> {
  constructor(input: InitiateMultipartUploadInput) {
    super(_InitiateMultipartUpload, input);
  }
}
