import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { CopySource, Operation } from "@cosmoss/types";

/** Input of {@link UploadPartCopyCommand}. @public */
export interface UploadPartCopyInput {
  Bucket: string;
  Key: string;
  UploadId: string;
  /** 1 to 10,000. */
  PartNumber: number;
  /** In the same region. */
  CopySource: CopySource;
  /** `bytes=0-1048575`; default the whole object. */
  CopySourceRange?: string;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  CopySourceIfNoneMatch?: string;
  /** Otherwise `NotModified`, a `ServiceError` with the status 304. */
  CopySourceIfModifiedSince?: Date;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfUnmodifiedSince?: Date;
  /** Bits per second, 245,760 to 838,860,800. */
  TrafficLimit?: number;
  /** `requester`, to pay for access to another's bucket. */
  RequestPayer?: string;
}

/** Output of {@link UploadPartCopyCommand}. @public */
export interface UploadPartCopyOutput {
  /** Quoted. */
  ETag: string;
  LastModified: Date;
  CopySourceVersionId?: string;
}

/** @internal */
export const _UploadPartCopy: Operation<UploadPartCopyInput, UploadPartCopyOutput> = {
  name: "UploadPartCopy",
  http: ["PUT", "object"],
  input: {
    Bucket: { in: "bucket", required: true },
    Key: { in: "key", required: true },
    UploadId: { in: "query", name: "uploadId", required: true },
    PartNumber: { in: "query", name: "partNumber", type: "int", min: 1, max: 10000, required: true },
    CopySource: { in: "header", name: "x-oss-copy-source", type: "copy-source", required: true },
    CopySourceRange: { in: "header", name: "x-oss-copy-source-range" },
    CopySourceIfMatch: { in: "header", name: "x-oss-copy-source-if-match" },
    CopySourceIfNoneMatch: { in: "header", name: "x-oss-copy-source-if-none-match" },
    CopySourceIfModifiedSince: { in: "header", name: "x-oss-copy-source-if-modified-since", type: "http-date" },
    CopySourceIfUnmodifiedSince: { in: "header", name: "x-oss-copy-source-if-unmodified-since", type: "http-date" },
    TrafficLimit: { in: "header", name: "x-oss-traffic-limit", type: "int", min: 245760, max: 838860800 },
    RequestPayer: { in: "header", name: "x-oss-request-payer" },
  },
  output: {
    ETag: { required: true },
    LastModified: { type: "iso-date", required: true },
    CopySourceVersionId: { in: "header", name: "x-oss-copy-source-version-id" },
  },
  xml: xmlCodec,
  responseRoot: "CopyPartResult",
  errorIn200: true,
};

/** Makes a part of a range of an object on the server. OSS `UploadPartCopy`. @public */
export class UploadPartCopyCommand extends Command<UploadPartCopyInput, UploadPartCopyOutput> {
  constructor(input: UploadPartCopyInput) {
    super(_UploadPartCopy, input);
  }
}
