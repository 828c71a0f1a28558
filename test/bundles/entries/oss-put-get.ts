import { OSSClient } from "@cosmoss/client-oss";
import { GetObjectCommand } from "@cosmoss/commands-oss/get-object";
import { PutObjectCommand } from "@cosmoss/commands-oss/put-object";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const client = new OSSClient({ region: "cn-hangzhou", credentials });
  await client.send(new PutObjectCommand({ Bucket: "photos", Key: "a.txt", Body: "text" }));
  return client.send(new GetObjectCommand({ Bucket: "photos", Key: "a.txt" }));
}
