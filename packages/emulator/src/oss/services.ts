import {
  _AbortMultipartUpload,
  _AppendObject,
  _CompleteMultipartUpload,
  _CopyObject,
  _DeleteBucket,
  _DeleteMultipleObjects,
  _DeleteObject,
  _GetBucketInfo,
  _GetObject,
  _GetObjectTagging,
  _HeadObject,
  _InitiateMultipartUpload,
  _ListBuckets,
  _ListMultipartUploads,
  _ListObjects,
  _ListObjectsV2,
  _ListParts,
  _PutBucket,
  _PutObject,
  _UploadPart,
  _UploadPartCopy,
} from "@cosmoss/commands-oss";
import type { Random } from "@cosmoss/types";
import { serve, type Service } from "../server/handler.ts";
import { abortMultipartUpload } from "./abort-multipart-upload.ts";
import { appendObject } from "./append-object.ts";
import { completeMultipartUpload } from "./complete-multipart-upload.ts";
import { copyObject } from "./copy-object.ts";
import { deleteBucket } from "./delete-bucket.ts";
import { deleteMultipleObjects } from "./delete-multiple-objects.ts";
import { deleteObject } from "./delete-object.ts";
import { getBucketInfo } from "./get-bucket-info.ts";
import { getObject } from "./get-object.ts";
import { getObjectTagging } from "./get-object-tagging.ts";
import { headObject } from "./head-object.ts";
import { initiateMultipartUpload } from "./initiate-multipart-upload.ts";
import { listBuckets } from "./list-buckets.ts";
import { listMultipartUploads } from "./list-multipart-uploads.ts";
import { listObjects } from "./list-objects.ts";
import { listObjectsV2 } from "./list-objects-v2.ts";
import { listParts } from "./list-parts.ts";
import { putBucket } from "./put-bucket.ts";
import { putObject } from "./put-object.ts";
import { withStoreFailures } from "./store-failures.ts";
import { uploadIds } from "./upload-id.ts";
import { uploadPart } from "./upload-part.ts";
import { uploadPartCopy } from "./upload-part-copy.ts";

/** Every operation of OSS that is served, with what carries it out. */
export function ossServices(random: Random): Service[] {
  return [
    serve(_ListBuckets, listBuckets),
    serve(_PutBucket, putBucket),
    serve(_GetBucketInfo, getBucketInfo),
    serve(_DeleteBucket, deleteBucket),
    serve(_ListObjects, listObjects),
    serve(_ListObjectsV2, listObjectsV2),
    serve(_PutObject, putObject),
    serve(_AppendObject, appendObject),
    serve(_CopyObject, copyObject),
    serve(_GetObject, getObject),
    serve(_HeadObject, headObject),
    serve(_GetObjectTagging, getObjectTagging),
    serve(_DeleteObject, deleteObject),
    serve(_DeleteMultipleObjects, deleteMultipleObjects),
    serve(_InitiateMultipartUpload, initiateMultipartUpload(uploadIds(random))),
    serve(_UploadPart, uploadPart),
    serve(_UploadPartCopy, uploadPartCopy),
    serve(_CompleteMultipartUpload, completeMultipartUpload),
    serve(_AbortMultipartUpload, abortMultipartUpload),
    serve(_ListParts, listParts),
    serve(_ListMultipartUploads, listMultipartUploads),
  ].map((service) => withStoreFailures(service));
}
