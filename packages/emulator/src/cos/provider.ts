import {
  _AbortMultipartUpload,
  _AppendObject,
  _CompleteMultipartUpload,
  _CopyObject,
  _DeleteBucket,
  _DeleteMultipleObjects,
  _DeleteObject,
  _GetObject,
  _GetObjectTagging,
  _HeadBucket,
  _HeadObject,
  _InitiateMultipartUpload,
  _ListBuckets,
  _ListMultipartUploads,
  _ListObjects,
  _ListParts,
  _PutBucket,
  _PutObject,
  _UploadPart,
  _UploadPartCopy,
} from "@cosmoss/commands-cos";
import { type Verdict, verifyCos } from "@cosmoss/signer-cos";
import type { Clock, Random } from "@cosmoss/types";
import { escapePath } from "@cosmoss/uri";
import { cosFailure, type ServiceFailure } from "../http/errors.ts";
import { cosRequestId } from "../http/request-id.ts";
import { toText } from "../server/decode-input.ts";
import { type Exchange, serve } from "../server/handler.ts";
import type { Provider } from "../server/provider.ts";
import { abortMultipartUpload } from "./abort-multipart-upload.ts";
import { checkAnonymous } from "./access.ts";
import { appendObject } from "./append-object.ts";
import { completeMultipartUpload } from "./complete-multipart-upload.ts";
import { copyObject } from "./copy-object.ts";
import { readCopySource } from "./copy-source.ts";
import { deleteBucket } from "./delete-bucket.ts";
import { deleteMultipleObjects } from "./delete-multiple-objects.ts";
import { deleteObject } from "./delete-object.ts";
import { getObject } from "./get-object.ts";
import { getObjectTagging } from "./get-object-tagging.ts";
import { headBucket } from "./head-bucket.ts";
import { headObject } from "./head-object.ts";
import { initiateMultipartUpload } from "./initiate-multipart-upload.ts";
import { listBuckets } from "./list-buckets.ts";
import { listMultipartUploads } from "./list-multipart-uploads.ts";
import { listObjects } from "./list-objects.ts";
import { listParts } from "./list-parts.ts";
import { checkNames, isBucketRoot } from "./names.ts";
import { putBucket } from "./put-bucket.ts";
import { putObject } from "./put-object.ts";
import { uploadPartCopy } from "./upload-part-copy.ts";
import { uploadPart } from "./upload-part.ts";

const SUBRESOURCES: readonly string[] = [
  "accelerate",
  "acl",
  "append",
  "ci-process",
  "cors",
  "delete",
  "domain",
  "domaincertificate",
  "encryption",
  "image_process",
  "intelligenttiering",
  "inventory",
  "lifecycle",
  "location",
  "logging",
  "object-lock",
  "origin",
  "partNumber",
  "policy",
  "referer",
  "replication",
  "restore",
  "retention",
  "select",
  "select-type",
  "symlink",
  "tagging",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
];

/** More than any document has that the operations take: a thousand keys with every character escaped. */
const DOCUMENT_LIMIT = 8_388_608;

/** The emulation of Tencent Cloud COS. */
export function cosProvider({ clock, random }: { readonly clock: Clock; readonly random: Random }): Provider {
  return {
    name: "cos",
    services: [
      serve(_ListBuckets, listBuckets),
      serve(_PutBucket, putBucket),
      serve(_HeadBucket, headBucket),
      serve(_DeleteBucket, deleteBucket),
      serve(_ListObjects, listObjects),
      serve(_DeleteMultipleObjects, deleteMultipleObjects),
      serve(_PutObject, putObject),
      serve(_GetObject, getObject),
      serve(_HeadObject, headObject),
      serve(_GetObjectTagging, getObjectTagging),
      serve(_DeleteObject, deleteObject),
      serve(_CopyObject, copyObject),
      serve(_AppendObject, appendObject),
      serve(_InitiateMultipartUpload, initiateMultipartUpload(random)),
      serve(_UploadPart, uploadPart),
      serve(_UploadPartCopy, uploadPartCopy),
      serve(_CompleteMultipartUpload, completeMultipartUpload),
      serve(_AbortMultipartUpload, abortMultipartUpload),
      serve(_ListParts, listParts),
      serve(_ListMultipartUploads, listMultipartUploads),
    ],
    subresources: SUBRESOURCES,
    urlEncoding: { element: "EncodingType", escape: escapePath },
    xmlDeclaration: "<?xml version='1.0' encoding='utf-8' ?>",
    namedEntitiesOnly: true,
    isBucketRoot,
    headers: (requestId, _startedAt, now) => ({
      server: "tencent-cos",
      date: new Date(now).toUTCString(),
      "x-cos-request-id": requestId,
    }),
    requestId: () => cosRequestId(clock.now(), random),
    verify: verifyCos,
    refused,
    checkAnonymous,
    checkNames,
    readCopySource,
    badArgument: (name, value) =>
      cosFailure("InvalidArgument", {
        message: value === "" ? `${name} is missing.` : `${name} cannot be ${JSON.stringify(value)}.`,
      }),
    badDocument: (detail) => cosFailure("MalformedXML", { message: `The XML you provided is not valid: ${detail}` }),
    badTarget: (detail) => cosFailure("InvalidURI", { message: `The specified URI could not be parsed: ${detail}.` }),
    noSuchBucket: () => cosFailure("NoSuchBucket"),
    notImplemented: (message) => cosFailure("NotImplemented", { message }),
    // Without a CORS configuration, which no bucket here can have, every preflight is refused.
    methodNotAllowed: (method) => cosFailure(method === "OPTIONS" ? "AccessForbidden" : "MethodNotAllowed"),
    internalError: () => cosFailure("InternalError"),
    documentLimit: DOCUMENT_LIMIT,
    documentTooLarge: () => cosFailure("XMLSizeLimit"),
    badDigest: () =>
      cosFailure("InvalidDigest", { message: "The Content-MD5 you specified did not match what we received." }),
    missingDigest: () =>
      cosFailure("InvalidRequest", { message: "Missing required header for this request: Content-MD5" }),
  };
}

function refused(verdict: Verdict & { outcome: "refused" }, exchange: Exchange): ServiceFailure {
  const { reason, message } = verdict;
  const fields = { ServerTime: new Date(exchange.clock.now()).toISOString() };
  switch (reason) {
    case "unknown-key":
      return cosFailure("InvalidAccessKeyId");
    case "mismatch": {
      const { stringToSign, canonicalRequest } = verdict;
      return cosFailure("SignatureDoesNotMatch", {
        message,
        fields: {
          ...(stringToSign !== undefined && { StringToSign: stringToSign }),
          ...(canonicalRequest !== undefined && { FormatString: toText(canonicalRequest) }),
        },
      });
    }
    case "skewed":
    case "not-yet-valid":
      return cosFailure("RequestTimeTooSkewed", { fields });
    case "expired":
      return cosFailure("AccessDenied", { message, fields });
    case "expired-token":
      return cosFailure("ExpiredToken");
    default:
      return cosFailure("AccessDenied", { message });
  }
}
