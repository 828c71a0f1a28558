/**
 * Alibaba Cloud OSS and Tencent Cloud COS on loopback.
 * @packageDocumentation
 */
export type { CnameTarget } from "./http/hosts.ts";
export type { PartSelection } from "./lose-parts.ts";
export type { Fault, FaultHook, FaultRequest } from "./server/faults.ts";
export type { RequestLogEntry } from "./server/request-log.ts";
export { type EmulatedService, type Emulator, type EmulatorOptions, startEmulator } from "./start-emulator.ts";
