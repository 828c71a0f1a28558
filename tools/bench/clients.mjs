// Everyone who is measured. `kind` sorts the tables: ours, other clients, and floors: what the platform takes alone.
export const clients = {
  oss: { label: "Cosmoss OSS (V4)", kind: "ours", module: "cosmoss", variant: "oss" },
  "oss-v1": { label: "Cosmoss OSS (V1)", kind: "ours", module: "cosmoss", variant: "oss-v1" },
  "oss-undici": { label: "Cosmoss OSS over undici", kind: "ours", module: "cosmoss", variant: "oss-undici" },
  "oss-fetch": { label: "Cosmoss OSS over fetch", kind: "ours", module: "cosmoss", variant: "oss-fetch" },
  "oss-transfer": { label: "Cosmoss transfer, OSS", kind: "ours", module: "cosmoss", variant: "oss-transfer" },
  "cos-transfer": { label: "Cosmoss transfer, COS", kind: "ours", module: "cosmoss", variant: "cos-transfer" },
  cos: { label: "Cosmoss COS", kind: "ours", module: "cosmoss", variant: "cos" },
  "ali-oss-v1": { label: "ali-oss (V1)", kind: "peer", module: "ali-oss", variant: "v1" },
  "ali-oss-v4": { label: "ali-oss (V4)", kind: "peer", module: "ali-oss", variant: "v4" },
  "cos-nodejs": { label: "cos-nodejs-sdk-v5", kind: "peer", module: "cos-nodejs" },
  "aws-s3": { label: "@aws-sdk/client-s3", kind: "peer", module: "aws-s3" },
  s3mini: { label: "s3mini", kind: "peer", module: "s3mini" },
  http: { label: "node:http", kind: "floor", module: "floor-http" },
  "http-crc": { label: "node:http + CRC-64", kind: "floor", module: "floor-http", variant: "crc" },
  undici: { label: "undici.request", kind: "floor", module: "floor-undici" },
  fetch: { label: "fetch", kind: "floor", module: "floor-fetch" },
  "fetch-error": { label: "fetch, redirect: error", kind: "floor", module: "floor-fetch", variant: "error" },
};

/** Opens a client in this process. */
export async function openClient(name, port) {
  const { module, variant } = clients[name];
  const { open } = await import(`./clients/${module}.mjs`);
  return open(port, variant);
}
