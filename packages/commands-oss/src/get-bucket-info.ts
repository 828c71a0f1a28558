import { Command } from "@cosmoss/core";
import { xmlCodec } from "@cosmoss/core/xml";
import type { Operation, Shape } from "@cosmoss/types";
import { _Owner, type Owner } from "./owner.ts";

/** Input of {@link GetBucketInfoCommand}. @public */
export interface GetBucketInfoInput {
  Bucket: string;
}

/** How new objects of a bucket are encrypted. @public */
export interface BucketEncryption {
  /** `None`, `AES256`, `KMS` or `SM4`. */
  SSEAlgorithm: string;
  KMSMasterKeyID?: string;
  KMSDataEncryption?: string;
}

/** The ACL of a bucket. @public */
export interface BucketAccess {
  /** `private`, `public-read` or `public-read-write`. */
  Grant: string;
}

/** Where a bucket's access is logged. @public */
export interface BucketLogging {
  LogBucket?: string;
  LogPrefix?: string;
}

/** A bucket with its settings. @public */
export interface BucketInfo {
  Name: string;
  /** As `oss-cn-hangzhou`. */
  Location: string;
  CreationDate: Date;
  ExtranetEndpoint?: string;
  IntranetEndpoint?: string;
  AccessControlList?: BucketAccess;
  DataRedundancyType?: string;
  Owner?: Owner;
  StorageClass?: string;
  ResourceGroupId?: string;
  ServerSideEncryptionRule?: BucketEncryption;
  /** `Enabled` or `Suspended`; absent when never set. */
  Versioning?: string;
  AccessMonitor?: string;
  TransferAcceleration?: string;
  CrossRegionReplication?: string;
  BucketPolicy?: BucketLogging;
  Comment?: string;
  BlockPublicAccess?: boolean;
}

/** Output of {@link GetBucketInfoCommand}. @public */
export interface GetBucketInfoOutput {
  Bucket: BucketInfo;
}

const BucketEncryptionShape: Shape<BucketEncryption> = {
  SSEAlgorithm: { required: true },
  KMSMasterKeyID: {},
  KMSDataEncryption: {},
};

const BucketAccessShape: Shape<BucketAccess> = {
  Grant: { required: true },
};

const BucketLoggingShape: Shape<BucketLogging> = {
  LogBucket: {},
  LogPrefix: {},
};

const BucketInfoShape: Shape<BucketInfo> = {
  Name: { required: true },
  Location: { required: true },
  CreationDate: { type: "iso-date", required: true },
  ExtranetEndpoint: {},
  IntranetEndpoint: {},
  AccessControlList: { struct: () => BucketAccessShape },
  DataRedundancyType: {},
  Owner: { struct: () => _Owner },
  StorageClass: {},
  ResourceGroupId: {},
  ServerSideEncryptionRule: { struct: () => BucketEncryptionShape },
  Versioning: {},
  AccessMonitor: {},
  TransferAcceleration: {},
  CrossRegionReplication: {},
  BucketPolicy: { struct: () => BucketLoggingShape },
  Comment: {},
  BlockPublicAccess: { type: "bool" },
};

/** @internal */
export const _GetBucketInfo: Operation<GetBucketInfoInput, GetBucketInfoOutput> = {
  name: "GetBucketInfo",
  http: ["GET", "bucket", "bucketInfo"],
  input: {
    Bucket: { in: "bucket", required: true },
  },
  output: {
    Bucket: { struct: () => BucketInfoShape, required: true },
  },
  xml: xmlCodec,
  responseRoot: "BucketInfo",
};

/** What is known of a bucket. OSS `GetBucketInfo`. @public */
export class GetBucketInfoCommand extends Command<GetBucketInfoInput, GetBucketInfoOutput> {
  constructor(input: GetBucketInfoInput) {
    super(_GetBucketInfo, input);
  }
}
