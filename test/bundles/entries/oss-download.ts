import { memoryCheckpoints } from "@cosmoss/checkpoint/memory";
import { OSSClient } from "@cosmoss/client-oss";
import { download } from "@cosmoss/transfer";
import { ossPort } from "@cosmoss/transfer/oss";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials, sink: WritableStream): Promise<unknown> {
  const port = ossPort(new OSSClient({ region: "cn-hangzhou", credentials }));
  return download(port, { Bucket: "photos", Key: "a.txt" }, sink, { checkpoints: memoryCheckpoints() });
}
