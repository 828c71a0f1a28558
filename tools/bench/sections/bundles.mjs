// (f) Bytes of a bundle for browsers, minified and gzipped.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { clients as known } from "../clients.mjs";
import { here } from "../harness.mjs";

export const title = "Bundles";
const ours = (lines) => ({ lines: lines.join("\n") });
const oss = (...commands) => [
  'export { OSSClient } from "@cosmoss/client-oss";',
  ...commands.map((name) => `export * from "@cosmoss/commands-oss/${name}";`),
];
const cos = (...commands) => [
  'export { COSClient } from "@cosmoss/client-cos";',
  ...commands.map((name) => `export * from "@cosmoss/commands-cos/${name}";`),
];
const programs = {
  "oss-put": { label: "Cosmoss OSS: put", ...ours(oss("put-object")) },
  "oss-get": { label: "Cosmoss OSS: get", ...ours(oss("get-object")) },
  "oss-put-get": { label: "Cosmoss OSS: put and get", ...ours(oss("put-object", "get-object")) },
  "oss-put-head": { label: "Cosmoss OSS: put and head", ...ours(oss("put-object", "head-object")) },
  "oss-put-delete": { label: "Cosmoss OSS: put and delete", ...ours(oss("put-object", "delete-object")) },
  "oss-list": { label: "Cosmoss OSS: list", ...ours(oss("list-objects-v2")) },
  "oss-presign": {
    label: "Cosmoss OSS: presign alone",
    ...ours([
      'export { OSSPresigner, presign } from "@cosmoss/client-oss/presign";',
      'export { GetObjectCommand } from "@cosmoss/commands-oss/get-object";',
    ]),
  },
  "cos-put": { label: "Cosmoss COS: put", ...ours(cos("put-object")) },
  "cos-get": { label: "Cosmoss COS: get", ...ours(cos("get-object")) },
  "ali-oss": { label: known["ali-oss-v4"].label.replace(/ .*/, ""), lines: 'export { default } from "ali-oss";' },
  "cos-nodejs": {
    label: "cos-nodejs-sdk-v5 (for Node: it has none for browsers)",
    lines: 'export { default } from "cos-nodejs-sdk-v5";',
    platform: "node",
  },
  "aws-s3": {
    label: "@aws-sdk/client-s3: put",
    lines: 'export { S3Client, PutObjectCommand } from "@aws-sdk/client-s3";',
  },
  s3mini: { label: "s3mini", lines: 'export { S3mini } from "s3mini";' },
};
export const clients = Object.keys(programs);
export const label = (name) => programs[name].label;
export const settings = () => ({ repeats: 1 });
export const inProcess = true;

export async function measure(name) {
  const { lines, platform = "browser" } = programs[name];
  const { outputFiles, metafile } = await build({
    stdin: { contents: lines, resolveDir: here("."), loader: "js" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const { text } = outputFiles[0];
  const reader = Object.values(metafile.outputs).some(({ inputs }) =>
    Object.entries(inputs).some(
      ([path, { bytesInOutput }]) => /xml-codec\/dist\/(?!error)/.test(path) && bytesInOutput > 0,
    ),
  );
  return { bytes: text.length, gzip: gzipSync(text, { level: 9 }).length, "XML reader": Number(reader) };
}

export const tables = () => [
  {
    caption: "esbuild, minified, ESM",
    columns: [
      ["bytes", "bytes"],
      ["gzip bytes", "gzip"],
    ],
  },
];

export const budgets = (ratio, difference, value) => [
  { what: "bundle: OSS client and put, gzip bytes", ...value("oss-put", "gzip"), limit: 6500 },
  { what: "bundle: OSS client and get, gzip bytes", ...value("oss-get", "gzip"), limit: 6500 },
  { what: "bundle: get beside put, gzip bytes", ...difference("oss-put-get", "oss-put", "gzip"), limit: 700 },
  { what: "bundle: head beside put, gzip bytes", ...difference("oss-put-head", "oss-put", "gzip"), limit: 700 },
  { what: "bundle: delete beside put, gzip bytes", ...difference("oss-put-delete", "oss-put", "gzip"), limit: 700 },
  { what: "bundle: presign alone, gzip bytes", ...value("oss-presign", "gzip"), limit: 3000 },
  { what: "bundle: XML readers in put", ...value("oss-put", "XML reader"), limit: 0 },
];
