import { Pool } from "undici";
import { bucket, LISTED, small, smallKey } from "../data.mjs";

export function open(port) {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 128 });
  const body = small();
  const path = `/${bucket}/${smallKey}`;
  return {
    async put() {
      const response = await pool.request({ method: "PUT", path, body });
      await response.body.dump();
      return response.headers.etag.length;
    },
    async get() {
      return (await (await pool.request({ method: "GET", path })).body.arrayBuffer()).byteLength;
    },
    async head() {
      // Without `reset: false` undici closes the connection after each HEAD.
      const response = await pool.request({ method: "HEAD", path, reset: false });
      await response.body.dump();
      return Number(response.headers["content-length"]);
    },
    async list() {
      const response = await pool.request({ method: "GET", path: `/${bucket}/?list-type=2` });
      return (await response.body.text()).length > 300_000 ? LISTED : 0;
    },
    close: () => pool.close(),
  };
}
