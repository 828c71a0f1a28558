import { OSSClient } from "@cosmoss/client-oss";
import { GetObjectCommand } from "@cosmoss/commands-oss/get-object";
import { presign } from "@cosmoss/core";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const client = new OSSClient({ region: "cn-hangzhou", credentials });
  return presign(client, new GetObjectCommand({ Bucket: "photos", Key: "a.txt" }), { expiresIn: 600 });
}
