import { COSClient } from "@cosmoss/client-cos";
import { PutObjectCommand } from "@cosmoss/commands-cos/put-object";
import { answered, port } from "./report.mjs";

const credentials = { accessKeyId: "id", accessKeySecret: "secret" };
const client = new COSClient({ region: "ap-guangzhou", credentials, endpoint: `http://127.0.0.1:${port}` });
const { ETag } = await client.send(new PutObjectCommand({ Bucket: "bench-1250000000", Key: "small", Body: "c" }));
answered(ETag);
client.destroy();
