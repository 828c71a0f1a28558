/**
 * XML documents read and written as a shape directs, in a single pass and within hard limits.
 * @packageDocumentation
 */
import type { XmlCodec } from "@cosmoss/types";
import { readXml } from "./read.ts";
import { writeXml } from "./write.ts";

export { readXml };
export { writeXml };
export type { XmlLimits } from "./scanner.ts";

/** {@link readXml} and {@link writeXml}, as an operation's `xml` wants them. @public */
export const xmlCodec: XmlCodec = { read: readXml, write: writeXml };
