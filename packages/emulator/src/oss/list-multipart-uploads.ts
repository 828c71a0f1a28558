import type { ListMultipartUploadsInput, ListMultipartUploadsOutput } from "@cosmoss/commands-oss";
import type { Answer, Exchange } from "../server/handler.ts";
import { listPage } from "../store/list.ts";
import { checkLengths } from "./list-arguments.ts";
import { seconds } from "./seconds.ts";
import { uploadSettings } from "./upload-record.ts";

/** Lists the open uploads of a bucket by key, then in the order in which they began. */
export function listMultipartUploads(
  input: ListMultipartUploadsInput,
  exchange: Exchange,
): Answer<ListMultipartUploadsOutput> {
  const { Bucket, Prefix = "", Delimiter = "", KeyMarker = "", UploadIdMarker = "", MaxUploads = 1000 } = input;
  checkLengths({ prefix: Prefix, delimiter: Delimiter, "key-marker": KeyMarker });
  const bucket = exchange.bucket();
  const page = listPage((scan) => bucket.uploads(scan), {
    prefix: Prefix,
    delimiter: Delimiter,
    ...(KeyMarker !== "" && { after: KeyMarker }),
    // Without a key it says nothing, since ids are ordered within their key only.
    ...(KeyMarker !== "" && UploadIdMarker !== "" && { afterId: UploadIdMarker }),
    limit: MaxUploads,
  });
  return {
    output: {
      Bucket,
      KeyMarker,
      UploadIdMarker,
      NextKeyMarker: page.last ?? "",
      NextUploadIdMarker: page.lastItem?.id ?? "",
      Delimiter,
      Prefix,
      MaxUploads,
      IsTruncated: page.isTruncated,
      Uploads: page.items.map((upload) => ({
        Key: upload.key,
        UploadId: upload.id,
        StorageClass: uploadSettings(upload).storageClass,
        Initiated: seconds(upload.initiated),
      })),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: prefix })),
    },
  };
}
