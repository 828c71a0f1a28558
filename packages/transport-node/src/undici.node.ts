/**
 * An HTTP transport over undici: HTTP/2, proxies from the environment, pools.
 * @packageDocumentation
 */
export { UndiciTransport, type UndiciTransportOptions } from "./undici-transport.ts";
