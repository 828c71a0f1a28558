import { COSClient } from "@cosmoss/client-cos";
import { PutObjectCommand } from "@cosmoss/commands-cos/put-object";
import { fromEnv } from "@cosmoss/credentials/env";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";

const cos = new COSClient({
  region: "ap-guangzhou",
  credentials: fromEnv({ provider: "cos" }),
  requestHandler: new NodeHttpTransport(),
});

export async function upload(path: string): Promise<void> {
  await cos.send(new PutObjectCommand({ Bucket: "photos-1250000000", Key: "a", Body: createReadStream(path) }));
  await cos.send(new PutObjectCommand({ Bucket: "photos-1250000000", Key: "b", Body: Readable.from(["text"]) }));
  await cos.send(new PutObjectCommand({ Bucket: "photos-1250000000", Key: "c", Body: Buffer.from("text") }));
}
