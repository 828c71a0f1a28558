// ali-oss brings no types. These are those of its members that the suites call.
declare module "ali-oss" {
  import type { Agent } from "node:http";
  import type { Readable, Writable } from "node:stream";

  namespace OSS {
    interface Options {
      accessKeyId: string;
      accessKeySecret: string;
      bucket?: string;
      region?: string;
      endpoint?: string;
      cname?: boolean;
      sldEnable?: boolean;
      authorizationV4?: boolean;
      agent?: Agent;
      timeout?: number;
      retryMax?: number;
      headerEncoding?: "utf-8" | "latin1";
      stsToken?: string;
      refreshSTSTokenInterval?: number;
    }
    interface Response {
      status: number;
      headers: Record<string, string>;
      size: number;
    }
    interface Result {
      res: Response;
    }
    interface RequestOptions {
      headers?: Record<string, string>;
    }
    interface PutOptions extends RequestOptions {
      mime?: string;
      meta?: Record<string, string | number>;
      contentLength?: number;
    }
    interface PutResult extends Result {
      name: string;
      url: string;
    }
    interface GetOptions extends RequestOptions {
      subres?: Record<string, string>;
    }
    interface ListedObject {
      name: string;
      lastModified: string;
      etag: string;
      type: string;
      size: number;
      storageClass: string;
      owner: { id: string; displayName: string } | null;
    }
    interface Listing extends Result {
      objects: ListedObject[];
      prefixes: string[] | null;
      isTruncated: boolean;
      nextMarker: string | null;
    }
    interface ListingV2 extends Omit<Listing, "nextMarker"> {
      keyCount: number;
      continuationToken: string | null;
      nextContinuationToken: string | null;
    }
    interface ListQuery {
      prefix?: string;
      marker?: string;
      delimiter?: string;
      "max-keys"?: number;
      "encoding-type"?: string;
    }
    interface ListV2Query extends Omit<ListQuery, "marker"> {
      "start-after"?: string;
      "continuation-token"?: string;
      "fetch-owner"?: string;
    }
    interface ListedBucket {
      name: string;
      region: string;
      creationDate: string;
      storageClass: string;
    }
    interface BucketInfo {
      Name: string;
      Location: string;
      StorageClass: string;
      AccessControlList: { Grant: string };
    }
    interface CopyResult extends Result {
      data: { etag: string; lastModified: string } | null;
    }
    interface Checkpoint {
      uploadId: string;
      doneParts: { number: number; etag: string }[];
    }
    interface MultipartOptions extends PutOptions {
      parallel?: number;
      partSize?: number;
      progress?(fraction: number, checkpoint: Checkpoint | null, response: Response): unknown;
      checkpoint?: Checkpoint;
      copyheaders?: Record<string, string>;
    }
    interface MultipartResult extends Result {
      bucket: string;
      name: string;
      etag: string;
    }
    interface ListedPart {
      PartNumber: string;
      LastModified: string;
      ETag: string;
      Size: string;
    }
    interface SignOptions {
      expires?: number;
      method?: string;
      "Content-Type"?: string;
      response?: Record<string, string>;
      subResource?: Record<string, string>;
    }
  }

  class OSS {
    constructor(options: OSS.Options);
    useBucket(name: string): this;
    putBucket(name: string): Promise<OSS.Result & { bucket: string | null }>;
    listBuckets(query?: { prefix?: string; marker?: string; "max-keys"?: number }): Promise<
      OSS.Result & {
        buckets: OSS.ListedBucket[] | null;
        owner: { id: string; displayName: string };
        isTruncated: boolean;
        nextMarker: string | null;
      }
    >;
    getBucketInfo(name?: string): Promise<OSS.Result & { bucket: OSS.BucketInfo }>;
    deleteBucket(name: string): Promise<OSS.Result>;
    put(name: string, file: Buffer | string | Readable, options?: OSS.PutOptions): Promise<OSS.PutResult>;
    putStream(name: string, stream: Readable, options?: OSS.PutOptions): Promise<OSS.PutResult>;
    putMeta(name: string, meta: Record<string, string>): Promise<OSS.CopyResult>;
    append(
      name: string,
      file: Buffer,
      options?: { position?: string | number },
    ): Promise<OSS.PutResult & { nextAppendPosition: string }>;
    head(
      name: string,
      options?: OSS.RequestOptions,
    ): Promise<OSS.Result & { status: number; meta: Record<string, string> | null }>;
    get(name: string, options?: OSS.GetOptions): Promise<OSS.Result & { content: Buffer }>;
    get(name: string, file: string | Writable, options?: OSS.GetOptions): Promise<OSS.Result>;
    getStream(name: string, options?: OSS.GetOptions): Promise<OSS.Result & { stream: Readable }>;
    copy(
      name: string,
      source: string,
      options?: { meta?: Record<string, string>; headers?: Record<string, string> },
    ): Promise<OSS.CopyResult>;
    copy(name: string, source: string, bucket: string): Promise<OSS.CopyResult>;
    list(query?: OSS.ListQuery): Promise<OSS.Listing>;
    listV2(query?: OSS.ListV2Query): Promise<OSS.ListingV2>;
    delete(name: string): Promise<OSS.Result>;
    deleteMulti(names: string[], options?: { quiet?: boolean }): Promise<OSS.Result & { deleted: { Key: string }[] }>;
    initMultipartUpload(name: string, options?: OSS.PutOptions): Promise<OSS.Result & { uploadId: string }>;
    uploadPart(
      name: string,
      uploadId: string,
      number: number,
      file: Buffer | string,
      start: number,
      end: number,
    ): Promise<OSS.Result & { etag: string }>;
    uploadPartCopy(
      name: string,
      uploadId: string,
      number: number,
      range: string,
      source: { sourceKey: string; sourceBucketName: string },
    ): Promise<OSS.Result & { etag: string }>;
    completeMultipartUpload(
      name: string,
      uploadId: string,
      parts: { number: number; etag: string }[],
    ): Promise<OSS.MultipartResult>;
    abortMultipartUpload(name: string, uploadId: string): Promise<OSS.Result>;
    multipartUpload(name: string, file: Buffer | string, options?: OSS.MultipartOptions): Promise<OSS.MultipartResult>;
    multipartUploadCopy(
      name: string,
      source: { sourceKey: string; sourceBucketName: string },
      options?: OSS.MultipartOptions,
    ): Promise<OSS.MultipartResult>;
    listParts(
      name: string,
      uploadId: string,
      query?: { "max-parts"?: number; "part-number-marker"?: number },
    ): Promise<
      OSS.Result & { isTruncated: string; nextPartNumberMarker: string; parts: OSS.ListedPart[] | OSS.ListedPart }
    >;
    listUploads(query: {
      prefix?: string;
      "max-uploads"?: number;
      "key-marker"?: string;
      "upload-id-marker"?: string;
    }): Promise<
      OSS.Result & {
        uploads: { name: string; uploadId: string }[];
        isTruncated: boolean;
        nextKeyMarker: string;
        nextUploadIdMarker: string;
      }
    >;
    signatureUrl(name: string, options?: OSS.SignOptions): string;
    asyncSignatureUrl(name: string, options?: OSS.SignOptions): Promise<string>;
    signatureUrlV4(
      method: string,
      expires: number,
      request?: { headers?: Record<string, string>; queries?: Record<string, string> },
      name?: string,
      additionalHeaders?: string[],
    ): Promise<string>;
  }

  export = OSS;
}
