// undici's entry point loads four times as much and installs itself as the dispatcher of the whole process, with which
// the built-in fetch of older Node versions cannot work. These modules do neither.
declare module "undici/lib/dispatcher/agent.js" {
  import type { Agent } from "undici";
  const agent: typeof Agent;
  export default agent;
}
declare module "undici/lib/dispatcher/env-http-proxy-agent.js" {
  import type { EnvHttpProxyAgent } from "undici";
  const agent: typeof EnvHttpProxyAgent;
  export default agent;
}
declare module "undici/lib/core/connect.js" {
  import type { buildConnector } from "undici";
  const build: typeof buildConnector;
  export default build;
}
declare module "undici/lib/dispatcher/pool.js" {
  import type { Pool } from "undici";
  const pool: typeof Pool;
  export default pool;
}
declare module "undici/lib/api/api-connect.js" {
  const connect: (...args: unknown[]) => unknown;
  export default connect;
}
