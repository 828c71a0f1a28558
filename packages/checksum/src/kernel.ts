/** Continues a CRC. */
export type Kernel = (crc: bigint, bytes: Uint8Array) => bigint;

/** The longest piece that the WebAssembly kernel takes at once: it has to fit into its memory. */
export const SLICE = 131072;
