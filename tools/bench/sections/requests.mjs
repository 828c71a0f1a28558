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
export const settings = (quick) =>
  quick ? { repeats: 3, warmCalls: 1500, cpuMs: 120 } : { repeats: 5, warmCalls: 3000, cpuMs: 200 };

const operations = { put: digestOf(SMALL).etag.length, get: SMALL, head: SMALL, list: LISTED };
export const names = { put: "put 1 KiB", get: "get 1 KiB", head: "head", list: `list ${LISTED}` };

export async function measure(name, { port, warmCalls, cpuMs }) {
  const client = await openClient(name, port);
  const calls = Object.entries(operations).map(([operation, expected]) => ({
    operation,
    call: async () => expectEqual(await client[operation](), expected, `${name} ${operation}`),
  }));
  // All of it before anything is measured: what V8 has compiled for one operation serves the others too.
  for (const { operation, call } of calls) {
    await loop(call, { lanes: 64, calls: operation === "list" ? warmCalls / 100 : warmCalls });
  }
  const figures = {};
  for (const lanes of [1, 64]) {
    for (const { operation, call } of calls) {
      await loop(call, { lanes, cpuMs: cpuMs / 2 });
      const { count, seconds, micros } = await loop(call, { lanes, cpuMs });
      figures[`${operation}${lanes} us`] = micros / count;
      figures[`${operation}${lanes} /s`] = count / seconds;
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
  const against = (operation, client, base, limit, concurrency = 64) => ({
    what: `${names[operation]}, concurrency ${concurrency}: CPU of ${client === "oss" ? "Cosmoss OSS" : "Cosmoss OSS over fetch"}`,
    ...ratio(client, base, `${operation}${concurrency} us`),
    limit,
  });
  return [
    against("put", "oss", "http", 1.6),
    against("get", "oss", "http", 1.6),
    against("head", "oss", "http", 1.6),
    // At concurrency 64 most of it is the garbage collector's: the 64 results that the program holds, half a MiB each.
    against("list", "oss", "ali-oss-v4", 1 / 9, 1),
    against("list", "oss", "ali-oss-v4", 1 / 9),
    against("put", "oss-fetch", "fetch", 0.85),
  ];
}
