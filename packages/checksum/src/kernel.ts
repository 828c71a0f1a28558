/** The longest piece that a kernel takes at once: it has to fit into the memory of the WebAssembly one. */
export const SLICE = 131072;

/** Continues a CRC over at most {@link SLICE} bytes. */
export type Kernel = (crc: bigint, bytes: Uint8Array) => bigint;
