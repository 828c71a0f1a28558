// The built-in fetch; with `error` it is told not to follow redirects, and then keeps no copy of what it sends.
import { Readable } from "node:stream";
import { bucket, expectEqual, LISTED, small, smallKey } from "../data.mjs";

export function open(port, variant) {
  const base = `http://127.0.0.1:${port}/${bucket}/`;
  const redirect = variant === "error" ? "error" : "follow";
  const body = small();
  const send = async (method, path, init) => {
    const response = await fetch(base + path, { method, redirect, ...init });
    expectEqual(response.status, 200, `status of ${method} ${path}`);
    return response;
  };
  return {
    async put() {
      const response = await send("PUT", smallKey, { body });
      await response.arrayBuffer();
      return response.headers.get("etag").length;
    },
    async get() {
      return (await (await send("GET", smallKey)).arrayBuffer()).byteLength;
    },
    async head() {
      return Number((await send("HEAD", smallKey)).headers.get("content-length"));
    },
    async list() {
      return (await (await send("GET", "?list-type=2")).text()).length > 300_000 ? LISTED : 0;
    },
    async putStream(key, stream, length) {
      const headers = { "content-length": String(length) };
      const response = await send("PUT", key, { body: Readable.toWeb(stream), duplex: "half", headers });
      await response.arrayBuffer();
    },
    close() {},
  };
}
