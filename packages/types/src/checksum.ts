/** A running checksum. @public */
export interface Checksum {
  update(bytes: Uint8Array): void;
  /** The value so far, as the provider writes it in headers; for CRC-64 an unsigned decimal number. */
  digest(): string;
}

/** Starts a checksum; `initial` is the value of the bytes that came before, when there were any. @public */
export interface ChecksumConstructor {
  new (initial?: string): Checksum;
}
