import { ConfigError } from "@cosmoss/errors";
import type { PayloadReader } from "@cosmoss/types";
import { createPayloadReader } from "./response-stream.ts";

/** Reads the payload of an output. @public */
export const readPayload: PayloadReader = /* @__PURE__ */ createPayloadReader(() => {
  throw new ConfigError("toReadable() gives a Node stream and works on Node only; use stream() here");
});
