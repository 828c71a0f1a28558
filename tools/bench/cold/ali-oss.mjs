import OSS from "ali-oss";
import { answered, port } from "./report.mjs";

const keys = { accessKeyId: "id", accessKeySecret: "secret", bucket: "bench", region: "oss-cn-hangzhou" };
const client = new OSS({ ...keys, authorizationV4: true, endpoint: `http://127.0.0.1:${port}` });
const { res } = await client.put("small", Buffer.from("c"));
answered(res.headers.etag);
process.exit();
