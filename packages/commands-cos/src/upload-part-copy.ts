import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { CopySource, Operation } from "@cosmoss/types";

/** Input of {@link UploadPartCopyCommand}. @public */
export interface UploadPartCopyInput {
  /** With the AppID, as `photos-1250000000`. */
  Bucket: string;
  Key: string;
  UploadId: string;
  /** 1 to 10,000. */
  PartNumber: number;
  /** The region defaults to the client's. */
  CopySource: CopySource;
  /** `bytes=0-1048575`; default the whole object. */
  CopySourceRange?: string;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfMatch?: string;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfNoneMatch?: string;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfModifiedSince?: Date;
  /** Otherwise `PreconditionFailed`. */
  CopySourceIfUnmodifiedSince?: Date;
  /** Bits per second, 819,200 to 838,860,800. */
  TrafficLimit?: number;
}

/** Output of {@link UploadPartCopyCommand}. @public */
export interface UploadPartCopyOutput {
  /** Quoted. */
  ETag: string;
  LastModified: Date;
  /** CRC-64/ECMA-182 of the part, a decimal number. */
  CRC64?: string;
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
    CopySource: { in: "header", name: "x-cos-copy-source", type: "copy-source", required: true },
    CopySourceRange: { in: "header", name: "x-cos-copy-source-range" },
    CopySourceIfMatch: { in: "header", name: "x-cos-copy-source-if-match" },
    CopySourceIfNoneMatch: { in: "header", name: "x-cos-copy-source-if-none-match" },
    CopySourceIfModifiedSince: { in: "header", name: "x-cos-copy-source-if-modified-since", type: "http-date" },
    CopySourceIfUnmodifiedSince: { in: "header", name: "x-cos-copy-source-if-unmodified-since", type: "http-date" },
    TrafficLimit: { in: "header", name: "x-cos-traffic-limit", type: "int", min: 819200, max: 838860800 },
  },
  output: {
    ETag: { required: true },
    LastModified: { type: "iso-date", required: true },
    CRC64: {},
    CopySourceVersionId: { in: "header", name: "x-cos-copy-source-version-id" },
  },
  xml: xmlCodec,
  responseRoot: "CopyPartResult",
  errorIn200: true,
};

/** Makes a part of a range of an object on the server. COS `Upload Part - Copy`. @public */
export class UploadPartCopyCommand extends Command<UploadPartCopyInput, UploadPartCopyOutput> {
  constructor(input: UploadPartCopyInput) {
    super(_UploadPartCopy, input);
  }
}
