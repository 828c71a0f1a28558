import { COSClient } from "@cosmoss/client-cos";
import { GetObjectCommand } from "@cosmoss/commands-cos/get-object";
import { PutObjectCommand } from "@cosmoss/commands-cos/put-object";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const client = new COSClient({ region: "ap-guangzhou", credentials });
  await client.send(new PutObjectCommand({ Bucket: "photos-1250000000", Key: "a.txt", Body: "text" }));
  return client.send(new GetObjectCommand({ Bucket: "photos-1250000000", Key: "a.txt" }));
}
