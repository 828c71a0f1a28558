import { OSSClient } from "@cosmoss/client-oss";
import { PutObjectCommand } from "@cosmoss/commands-oss/put-object";
import { answered, port } from "./report.mjs";

const credentials = { accessKeyId: "id", accessKeySecret: "secret" };
const client = new OSSClient({ region: "cn-hangzhou", credentials, endpoint: `http://127.0.0.1:${port}` });
const { ETag } = await client.send(new PutObjectCommand({ Bucket: "bench", Key: "small", Body: "c" }));
answered(ETag);
client.destroy();
