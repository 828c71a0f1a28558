/** What is known of the answer besides its content. @public */
export interface ResponseMetadata {
  httpStatusCode?: number;
  /** `x-oss-request-id` or `x-cos-request-id`: quote it to the provider's support. */
  requestId?: string;
  /** `x-cos-trace-id`. */
  extendedRequestId?: string;
  /** Never set; declared so that this type equals the Smithy one. */
  cfId?: string;
  /** Requests sent, the last one included. */
  attempts?: number;
  /** Milliseconds spent waiting between attempts. */
  totalRetryDelay?: number;
}

/** Every output has metadata. @public */
export interface MetadataBearer {
  $metadata: ResponseMetadata;
}
