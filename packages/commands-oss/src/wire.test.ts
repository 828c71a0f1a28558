import { fileURLToPath } from "node:url";
import { OSSClient } from "@cosmoss/client-oss";
import { describeWire } from "@cosmoss/testkit/wire";
import * as commands from "./index.ts";

describeWire(commands, fileURLToPath(new URL("../wire", import.meta.url)), (requestHandler) => {
  const region = "cn-hangzhou";
  return new OSSClient({ region, credentials: "anonymous", requestHandler, maxAttempts: 1 });
});
