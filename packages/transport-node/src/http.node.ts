/**
 * An HTTP transport over node:http and node:https.
 * @packageDocumentation
 */
export { NodeHttpTransport, type NodeHttpTransportOptions } from "./node-http-transport.ts";
