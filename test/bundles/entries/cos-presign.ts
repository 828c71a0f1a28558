import { COSClient } from "@cosmoss/client-cos";
import { GetObjectCommand } from "@cosmoss/commands-cos/get-object";
import { presign } from "@cosmoss/core";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const client = new COSClient({ region: "ap-guangzhou", credentials });
  return presign(client, new GetObjectCommand({ Bucket: "photos-1250000000", Key: "a.txt" }), { expiresIn: 600 });
}
