/**
 * CRC-64/ECMA-182 as OSS and COS use it: streaming and combinable.
 * @packageDocumentation
 */
export { combineCrc64 } from "./combine.ts";
export { Crc64, crc64 } from "./crc64.ts";
