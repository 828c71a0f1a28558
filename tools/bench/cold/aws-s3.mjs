import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { answered, port } from "./report.mjs";

const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
const endpoint = `http://127.0.0.1:${port}`;
const client = new S3Client({ region: "us-east-1", credentials, endpoint, forcePathStyle: true });
const { ETag } = await client.send(new PutObjectCommand({ Bucket: "bench", Key: "small", Body: "c" }));
answered(ETag);
client.destroy();
