/**
 * An HTTP transport over fetch.
 * @packageDocumentation
 */
export { FetchTransport, type FetchTransportOptions } from "./fetch-transport.ts";
