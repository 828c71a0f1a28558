/**
 * Files as ends of transfers, for Node, Bun and Deno.
 * @packageDocumentation
 */
export { type FileSinkOptions, toFile } from "./files/file-sink.node.ts";
export { fromFile } from "./files/file-source.node.ts";
export { directory, type DirectoryOptions } from "./sync/directory.node.ts";
