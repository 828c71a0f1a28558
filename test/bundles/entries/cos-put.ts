import { COSClient } from "@cosmoss/client-cos";
import { PutObjectCommand } from "@cosmoss/commands-cos/put-object";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const client = new COSClient({ region: "ap-guangzhou", credentials });
  return client.send(new PutObjectCommand({ Bucket: "photos-1250000000", Key: "a.txt", Body: "text" }));
}
