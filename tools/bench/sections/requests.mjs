// (a) Small requests: CPU of the client per request, and requests per second.
import { openClient } from "../clients.mjs";
import { digestOf, expectEqual, LISTED, SMALL } from "../data.mjs";
import { loop } from "../harness.mjs";

export const title = "Small requests";
export const clients = [
  ...["oss", "cos", "oss-undici", "oss-fetch"],
  ...["ali-oss-v1", "ali-oss-v4", "cos-nodejs", "aws-s3", "s3mini"],
  ...["http", "undici", "fetch", "fetch-error"],
];
export const settings = (quick) => (quick ? { repeats: 3, warmMs: 250, cpuMs: 250 } : { repeats: 7, warmMs: 400, cpuMs: 400 });

const operations = { put: digestOf(SMALL).etag.length, get: SMALL, head: SMALL, list: LISTED };
export const names = { put: "put 1 KiB", get: "get 1 KiB", head: "head", list: `list ${LISTED}` };

export async function measure(name, { port, warmMs, cpuMs }) {
  const client = await openClient(name, port);
  const figures = {};
  for (const concurrency of [1, 64]) {
    for (const [operation, expected] of Object.entries(operations)) {
      const call = async () => expectEqual(await client[operation](), expected, `${name} ${operation}`);
      await loop(call, { lanes: concurrency, cpuMs: warmMs });
      const { count, seconds, micros } = await loop(call, { lanes: concurrency, cpuMs });
      figures[`${operation}${concurrency} us`] = micros / count;
      figures[`${operation}${concurrency} /s`] = count / seconds;
    }
  }
  return figures;
}

export function tables() {
  return [1, 64].flatMap((concurrency) =>
    [
      ["us", "client CPU, µs per request"],
      ["/s", "requests/s"],
    ].map(([unit, caption]) => ({
      caption: `${caption}, concurrency ${concurrency}`,
      columns: Object.keys(operations).map((name) => [names[name], `${name}${concurrency} ${unit}`]),
    })),
  );
}

export function budgets(ratio) {
  const against = (operation, client, base, limit) => ({
    what: `${names[operation]}, concurrency 64: CPU of ${client === "oss" ? "Cosmoss OSS" : "Cosmoss OSS over fetch"}`,
    ...ratio(client, base, `${operation}64 us`),
    limit,
  });
  return [
    against("put", "oss", "http", 1.6),
    against("get", "oss", "http", 1.6),
    against("head", "oss", "http", 1.6),
    against("list", "oss", "ali-oss-v4", 1 / 9),
    against("put", "oss-fetch", "fetch", 0.85),
  ];
}
