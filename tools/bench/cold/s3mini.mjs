import { S3mini } from "s3mini";
import { answered, port } from "./report.mjs";

const keys = { accessKeyId: "id", secretAccessKey: "secret", region: "us-east-1" };
const client = new S3mini({ ...keys, endpoint: `http://127.0.0.1:${port}/bench` });
const response = await client.putObject("small", "c");
answered(response.headers.get("etag"));
