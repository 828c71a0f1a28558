import COS from "cos-nodejs-sdk-v5";
import { answered, port } from "./report.mjs";

const keys = { SecretId: "id", SecretKey: "secret", Protocol: "http:", Domain: `127.0.0.1:${port}` };
const cos = new COS(keys);
const object = { Bucket: "bench-1250000000", Region: "ap-guangzhou", Key: "small", Body: "c" };
answered((await cos.putObject(object)).ETag);
process.exit();
