import { Readable } from "node:stream";
import type { PayloadReader } from "@cosmoss/types";
import { createPayloadReader } from "./response-stream.ts";

/** Reads the payload of an output. @public */
export const readPayload: PayloadReader = /* @__PURE__ */ createPayloadReader((chunks) =>
  Readable.from(chunks, { objectMode: false }),
);
