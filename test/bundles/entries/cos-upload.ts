import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { COSClient } from "@cosmoss/client-cos";
import { upload } from "@cosmoss/transfer";
import { cosPort } from "@cosmoss/transfer/cos";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials, file: File): Promise<unknown> {
  const port = cosPort(new COSClient({ region: "ap-guangzhou", credentials }));
  return upload(port, file, { Bucket: "photos-1250000000", Key: file.name }, { checkpoints: memoryCheckpoints() });
}
