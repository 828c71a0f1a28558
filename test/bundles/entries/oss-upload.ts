import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { OSSClient } from "@cosmoss/client-oss";
import { upload } from "@cosmoss/transfer";
import { ossPort } from "@cosmoss/transfer/oss";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials, file: File): Promise<unknown> {
  const port = ossPort(new OSSClient({ region: "cn-hangzhou", credentials }));
  return upload(port, file, { Bucket: "photos", Key: file.name }, { checkpoints: memoryCheckpoints() });
}
