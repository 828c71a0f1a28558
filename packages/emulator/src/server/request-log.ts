/** One request that the emulator has answered, or whose connection broke. Holds no query, no header and no signature. @public */
export interface RequestLogEntry {
  readonly provider: "oss" | "cos";
  /** The provider's API name. */
  readonly operation: string | undefined;
  readonly method: string;
  /** Percent-encoded, as received. */
  readonly path: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** Absent when no answer was sent. */
  readonly status: number | undefined;
  /** The provider's code, for errors. */
  readonly code: string | undefined;
  /** Of the body. */
  readonly requestBytes: number;
  /** Of the body. */
  readonly responseBytes: number;
  /** A number for the TCP connection: requests with the same one shared it. */
  readonly connection: number;
}
