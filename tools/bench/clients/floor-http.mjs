// node:http with a kept-alive agent, and nothing else; with `crc` every large byte also goes through our CRC-64.
import { Agent, request } from "node:http";
import { bucket, expectEqual, LISTED, small, smallKey } from "../data.mjs";
import { Gatherer, sendParts, using } from "../files.mjs";

export async function open(port, variant) {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const Crc64 = variant === "crc" ? (await import("@cosmoss/checksum")).Crc64 : undefined;
  const body = small();

  const start = (method, path, headers) => request({ host: "127.0.0.1", port, agent, method, path, headers });
  /** Resolves to the response, its body unread. */
  const send = (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const message = start(method, path, headers);
      message.on("response", (response) => {
        if (response.statusCode === 200) resolve(response);
        else reject(new Error(`${method} ${path}: status ${response.statusCode}`));
      });
      message.on("error", reject);
      message.end(body);
    });
  const bytes = (response) =>
    new Promise((resolve, reject) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
      response.on("error", reject);
    });
  const check = (crc, response) => {
    if (crc) expectEqual(crc.digest(), response.headers["x-oss-hash-crc64ecma"], "CRC-64");
  };
  const putBytes = async (path, piece) => {
    const response = await send("PUT", path, { "content-length": piece.length }, piece);
    if (Crc64 && piece !== body) {
      const crc = new Crc64();
      crc.update(piece);
      check(crc, response);
    }
    await bytes(response);
    return response.headers.etag;
  };
  const text = async (method, path, body) => String(await bytes(await send(method, path, undefined, body)));

  return {
    async put() {
      return (await putBytes(`/${bucket}/${smallKey}`, body)).length;
    },
    async get() {
      return (await bytes(await send("GET", `/${bucket}/${smallKey}`))).length;
    },
    async head() {
      const response = await send("HEAD", `/${bucket}/${smallKey}`);
      await bytes(response);
      return Number(response.headers["content-length"]);
    },
    /** The text alone. */
    async list() {
      return (await text("GET", `/${bucket}/?list-type=2`)).length > 300_000 ? LISTED : 0;
    },
    async putStream(key, stream, length) {
      const message = start("PUT", `/${bucket}/${key}`, { "content-length": length });
      const answered = new Promise((resolve, reject) => message.on("response", resolve).on("error", reject));
      stream.pipe(message);
      const response = await answered;
      expectEqual(response.statusCode, 200, `status of PUT ${key}`);
      await bytes(response);
    },
    async upload(key, path, size) {
      const id = /<UploadId>(\w+)/.exec(await text("POST", `/${bucket}/${key}?uploads`))[1];
      await sendParts(path, size, (number, piece) =>
        putBytes(`/${bucket}/${key}?partNumber=${number}&uploadId=${id}`, piece),
      );
      await text("POST", `/${bucket}/${key}?uploadId=${id}`, "<CompleteMultipartUpload/>");
    },
    async download(key, path) {
      const response = await send("GET", `/${bucket}/${key}`);
      const crc = Crc64 && new Crc64();
      await using(path, "w", async (file) => {
        const gatherer = new Gatherer(file);
        await new Promise((resolve, reject) => {
          response.on("data", (chunk) => {
            crc?.update(chunk);
            const full = gatherer.add(chunk);
            if (!full) return;
            response.pause();
            full.then(() => response.resume(), reject);
          });
          response.on("end", resolve).on("error", reject);
        });
        await gatherer.end();
      });
      check(crc, response);
    },
    close: () => agent.destroy(),
  };
}
