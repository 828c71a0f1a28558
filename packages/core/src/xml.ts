/**
 * What a command with an XML body names in its description.
 * @packageDocumentation
 */
export { xmlCodec } from "@cosmoss/xml-codec";
