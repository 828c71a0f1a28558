/**
 * Alibaba Cloud OSS commands, one module each.
 * @packageDocumentation
 */
export {
  AbortMultipartUploadCommand,
  type AbortMultipartUploadInput,
  type AbortMultipartUploadOutput,
  _AbortMultipartUpload,
} from "./abort-multipart-upload.ts";
export {
  AppendObjectCommand,
  type AppendObjectInput,
  type AppendObjectOutput,
  _AppendObject,
} from "./append-object.ts";
export {
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadInput,
  type CompleteMultipartUploadOutput,
  type CompletedPart,
  _CompleteMultipartUpload,
} from "./complete-multipart-upload.ts";
export { CopyObjectCommand, type CopyObjectInput, type CopyObjectOutput, _CopyObject } from "./copy-object.ts";
export {
  DeleteBucketCommand,
  type DeleteBucketInput,
  type DeleteBucketOutput,
  _DeleteBucket,
} from "./delete-bucket.ts";
export {
  DeleteMultipleObjectsCommand,
  type DeleteMultipleObjectsInput,
  type DeleteMultipleObjectsOutput,
  type DeletedObject,
  type ObjectIdentifier,
  _DeleteMultipleObjects,
} from "./delete-multiple-objects.ts";
export {
  DeleteObjectCommand,
  type DeleteObjectInput,
  type DeleteObjectOutput,
  _DeleteObject,
} from "./delete-object.ts";
export {
  type BucketAccess,
  type BucketEncryption,
  type BucketInfo,
  type BucketLogging,
  GetBucketInfoCommand,
  type GetBucketInfoInput,
  type GetBucketInfoOutput,
  _GetBucketInfo,
} from "./get-bucket-info.ts";
export { GetObjectCommand, type GetObjectInput, type GetObjectOutput, _GetObject } from "./get-object.ts";
export {
  GetObjectTaggingCommand,
  type GetObjectTaggingInput,
  type GetObjectTaggingOutput,
  type Tag,
  _GetObjectTagging,
} from "./get-object-tagging.ts";
export { HeadObjectCommand, type HeadObjectInput, type HeadObjectOutput, _HeadObject } from "./head-object.ts";
export {
  InitiateMultipartUploadCommand,
  type InitiateMultipartUploadInput,
  type InitiateMultipartUploadOutput,
  _InitiateMultipartUpload,
} from "./initiate-multipart-upload.ts";
export {
  type BucketSummary,
  ListBucketsCommand,
  type ListBucketsInput,
  type ListBucketsOutput,
  _ListBuckets,
} from "./list-buckets.ts";
export {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsInput,
  type ListMultipartUploadsOutput,
  type MultipartUpload,
  _ListMultipartUploads,
} from "./list-multipart-uploads.ts";
export {
  type CommonPrefix,
  ListObjectsV2Command,
  type ListObjectsV2Input,
  type ListObjectsV2Output,
  type ObjectSummary,
  _CommonPrefix,
  _ListObjectsV2,
  _ObjectSummary,
} from "./list-objects-v2.ts";
export { ListObjectsCommand, type ListObjectsInput, type ListObjectsOutput, _ListObjects } from "./list-objects.ts";
export {
  ListPartsCommand,
  type ListPartsInput,
  type ListPartsOutput,
  type UploadedPart,
  _ListParts,
} from "./list-parts.ts";
export { type Owner, _Owner } from "./owner.ts";
export { PutBucketCommand, type PutBucketInput, type PutBucketOutput, _PutBucket } from "./put-bucket.ts";
export { PutObjectCommand, type PutObjectInput, type PutObjectOutput, _PutObject } from "./put-object.ts";
export {
  UploadPartCopyCommand,
  type UploadPartCopyInput,
  type UploadPartCopyOutput,
  _UploadPartCopy,
} from "./upload-part-copy.ts";
export { UploadPartCommand, type UploadPartInput, type UploadPartOutput, _UploadPart } from "./upload-part.ts";
