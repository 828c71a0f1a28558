// The one server of a run, in a process of its own: OSS, COS and S3 as far as the benchmark calls them. It checks no
// signature but every byte, discards what arrives, and answers with right ETags and checksums.
import { createServer } from "node:http";
import { block, bucket, cosBucket, digestOf, LISTED, MIB, PART, SMALL, small, smallKey } from "./data.mjs";

const listing = Buffer.from(listXml());
const smallBody = small();
const fixed = ["server", "AliyunOSS", "x-oss-server-time", "3"];
const uploads = new Map();

const server = createServer((request, response) => {
  const { method, url } = request;
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? "" : url.slice(mark + 1);
  const key = path.slice(path.lastIndexOf("/") + 1);
  if (method === "PUT" || method === "POST") receive(request, response, key, query);
  else if (key === "" || key === bucket || key === cosBucket) answer(request, response, bucketXml(query));
  else sendObject(request, response, key);
});
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
process.on("disconnect", () => process.exit());

/** Headers of every answer; the clients of COS get their own names. */
function common(request, length, digest) {
  const prefix = request.headers.authorization?.startsWith("q-sign") ? "x-cos-" : "x-oss-";
  const headers = [...fixed, `${prefix}request-id`, "5C06A3B67B8B5A3DA422299D", "content-length", String(length)];
  if (digest) headers.push("etag", digest.etag, `${prefix}hash-crc64ecma`, digest.crc, "content-md5", digest.md5);
  return headers;
}

function receive(request, response, key, query) {
  const expected = block();
  let length = 0;
  let wrong = false;
  // The AWS SDK wraps a stream in chunks of its own; their frames are no bytes of the object.
  const framed = request.headers["x-amz-decoded-content-length"];
  const isDocument = request.method === "POST";
  request.on("data", (chunk) => {
    if (!framed && !isDocument) wrong ||= !matches(chunk, expected, length % PART);
    length += chunk.length;
  });
  request.on("end", () => {
    if (framed) length = Number(framed);
    if (wrong) return refuse(response, "the bytes are not those that were to be sent");
    if (!isDocument) {
      const upload = uploads.get(/uploadId=(\w+)/i.exec(query)?.[1]);
      if (upload) upload.bytes += length;
      response.writeHead(200, common(request, 0, digestOf(length)));
      response.end();
    } else multipart(request, response, key, query);
  });
}

function matches(chunk, expected, at) {
  const fits = Math.min(chunk.length, PART - at);
  return (
    chunk.compare(expected, at, at + fits, 0, fits) === 0 &&
    (fits === chunk.length || chunk.compare(expected, 0, chunk.length - fits, fits) === 0)
  );
}

function multipart(request, response, key, query) {
  if (/^uploads|&uploads/.test(query)) {
    const id = `U${uploads.size + 1}`;
    uploads.set(id, { bytes: 0 });
    const text = `<Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`;
    return answer(request, response, document("InitiateMultipartUploadResult", text));
  }
  const { bytes } = uploads.get(/uploadId=(\w+)/i.exec(query)[1]);
  if (bytes !== sizeOf(key)) return refuse(response, `${bytes} bytes arrived for ${key}`);
  const text = `<Location>http://localhost/${key}</Location><Bucket>${bucket}</Bucket><Key>${key}</Key><ETag>"0-64"</ETag>`;
  answer(request, response, document("CompleteMultipartUploadResult", text), digestOf(bytes));
}

function answer(request, response, body, digest) {
  response.writeHead(200, [...common(request, body.length, digest), "content-type", "application/xml"]);
  response.end(body);
}

function refuse(response, message) {
  const body = document("Error", `<Code>BenchFailed</Code><Message>${message}</Message>`);
  response.writeHead(400, ["content-type", "application/xml", "content-length", String(body.length)]);
  response.end(body);
}

const sizeOf = (key) => (key === smallKey ? SMALL : Number(key.split("-")[1]) * MIB);

function sendObject(request, response, key) {
  const size = sizeOf(key);
  const prefix = request.headers.authorization?.startsWith("q-sign") ? "x-cos-" : "x-oss-";
  const [first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range)?.slice(1).map(Number) ?? [0, size - 1];
  const isRange = request.headers.range !== undefined;
  response.writeHead(isRange ? 206 : 200, [
    ...common(request, last + 1 - first, digestOf(size)),
    ...(isRange ? ["content-range", `bytes ${first}-${last}/${size}`] : []),
    ...["content-type", "application/octet-stream", "last-modified", "Wed, 01 Oct 2025 08:00:00 GMT"],
    ...["accept-ranges", "bytes", `${prefix}object-type`, "Normal", `${prefix}storage-class`, "Standard"],
  ]);
  if (request.method === "HEAD") return response.end();
  if (size === SMALL) return response.end(smallBody);
  let at = first;
  const more = () => {
    while (at <= last) {
      const from = at % PART;
      const length = Math.min(MIB, PART - from, last + 1 - at);
      at += length;
      if (!response.write(block().subarray(from, from + length))) return response.once("drain", more);
    }
    response.end();
  };
  more();
}

function bucketXml(query) {
  return /(^|&)uploads/.test(query)
    ? document("ListMultipartUploadsResult", `<Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>`)
    : listing;
}

function document(root, text) {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<${root}>${text}</${root}>`);
}

/** A page as all three services write it. */
function listXml() {
  let text = `<Name>${bucket}</Name><Prefix></Prefix><Marker></Marker><MaxKeys>${LISTED}</MaxKeys><Delimiter></Delimiter><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><KeyCount>${LISTED}</KeyCount>`;
  for (let i = 0; i < LISTED; i++) {
    const name = `photos/2025/10/${String(i).padStart(4, "0")}-holiday-at-the-sea.jpg`;
    const etag = `&quot;${String(i).padStart(8, "0")}C8A2D6F1B3E49A7758F0AD2C&quot;`;
    text += `<Contents><Key>${name}</Key><LastModified>2025-10-01T08:00:${String(i % 60).padStart(2, "0")}.000Z</LastModified><ETag>${etag}</ETag><Type>Normal</Type><Size>${123456 + i}</Size><StorageClass>Standard</StorageClass><Owner><ID>1250000000</ID><DisplayName>bench</DisplayName></Owner></Contents>`;
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>${text}</ListBucketResult>`;
}
