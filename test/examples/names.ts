// Names that examples use without saying where they come from. Keep it short: a reader has to guess them.
import { createHash } from "node:crypto";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { GetObjectCommand } from "@cosmoss/commands-oss/get-object";
import { HeadObjectCommand } from "@cosmoss/commands-oss/head-object";
import type { Credentials, ResponseBody } from "@cosmoss/types";
import { emulator } from "./stage.ts";

export const oss = new OSSClient(emulator.oss);
export const cos = new COSClient(emulator.cos);
export const client = new OSSClient(emulator.oss);
export const Bucket = "photos";
export const Key = "a/1.jpg";
export const command = new HeadObjectCommand({ Bucket, Key });
export const file = new Uint8Array(1000);
export const hash = createHash("sha256");

export const region = "cn-hangzhou";
export const accessKeyId = "id";
export const accessKeySecret = "secret";
export const securityToken = "token";
export const expiration = new Date("2100-01-01");
export const credentials: Credentials = { accessKeyId, accessKeySecret, securityToken, expiration };
export const keys = new Map([[accessKeyId, credentials]]);

export async function fetchTemporaryKeysFromMyServer(): Promise<Credentials> {
  return credentials;
}

/** As the vendors' token services write them. */
export async function fetchFromMyServer() {
  return { AccessKeyId: "id", AccessKeySecret: "secret", SecurityToken: "token", Expiration: "2100-01-01T00:00:00Z" };
}

export function currentTrace(): string {
  return "4bf92f35";
}

/** Can be read many times, since the example shows all ways of reading it, of which a reader takes one. */
export const Body: ResponseBody = new Proxy({} as ResponseBody, {
  get(_, member) {
    const body = bodies.pop() as ResponseBody;
    const value: unknown = Reflect.get(body, member);
    return typeof value === "function" ? value.bind(body) : value;
  },
});
const bodies = await Promise.all(
  Array.from({ length: 10 }, async () => (await oss.send(new GetObjectCommand({ Bucket, Key }))).Body),
);
