import { Agent } from "node:http";
import type { LookupFunction } from "node:net";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import OSS from "ali-oss";
import COS from "cos-nodejs-sdk-v5";
import COS2 from "cos-nodejs-sdk-v5-2";
import { type Emulator, type EmulatorOptions, startEmulator } from "@cosmoss/emulator";
import { afterAll, inject } from "vitest";

export const cosRegion = "ap-guangzhou";

/** Starts an emulator for all tests of the calling file. */
export async function emulatorForFile(options?: EmulatorOptions): Promise<Emulator> {
  const emulator = await startEmulator(options);
  afterAll(() => emulator.close());
  return emulator;
}

/** A folder for all tests of the calling file. */
export function folderForFile(): string {
  return mkdtempSync(join(inject("scratch"), "file-"));
}

/** The real host names, on loopback: what the vendors' clients do with DNS. */
const onLoopback: LookupFunction = (_host, options, callback) => {
  if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
};

export function loopbackAgent(): Agent {
  const agent = new Agent({ keepAlive: true, lookup: onLoopback });
  afterAll(() => agent.destroy());
  return agent;
}

/** ali-oss, which speaks to an IP address as if it were the bucket's host. */
export function aliOss({ url, credentials }: Emulator, options: Partial<OSS.Options> = {}): OSS {
  const { accessKeyId, accessKeySecret } = credentials;
  return new OSS({ accessKeyId, accessKeySecret, endpoint: url, ...options });
}

/** Both versions have the same interface. */
export const cosVersions: readonly (readonly [version: string, constructor: typeof COS])[] = [
  ["3.0.0", COS],
  ["2.15.4", COS2],
];

/** The COS SDK, with the host in its URLs replaced by the emulator's address; the Host header stays that of the bucket. */
export function cosSdk(
  Constructor: typeof COS,
  { port, credentials }: Emulator,
  options: Partial<COS.COSOptions> & { Ip?: string; ConfCwd?: string } = {},
): COS {
  return new Constructor({
    SecretId: credentials.accessKeyId,
    SecretKey: credentials.accessKeySecret,
    Protocol: "http:",
    Ip: `127.0.0.1:${port}`,
    ...options,
  } as COS.COSOptions);
}
