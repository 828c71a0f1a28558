import { fileURLToPath } from "node:url";
import { COSClient } from "@cosmoss/client-cos";
import { describeWire } from "@cosmoss/testkit/wire";
import * as commands from "./index.ts";

describeWire(commands, fileURLToPath(new URL("../wire", import.meta.url)), (requestHandler) => {
  const region = "ap-guangzhou";
  return new COSClient({ region, credentials: "anonymous", requestHandler, maxAttempts: 1 });
});
