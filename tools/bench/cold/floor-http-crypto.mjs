import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { answered, port } from "./report.mjs";

const digest = createHash("sha256").update("canonical request").digest("hex");
const authorization = createHmac("sha256", "secret").update(digest).digest("hex");
const options = { host: "127.0.0.1", port, method: "PUT", path: "/bench/small", headers: { authorization } };
request(options, (response) => {
  answered(response.headers.etag);
  response.resume();
}).end("c");
