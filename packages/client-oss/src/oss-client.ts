import { Client } from "@cosmoss/core";
import { FetchTransport } from "@cosmoss/transport-fetch";
import { clientConfig, type OSSClientOptions } from "./config.ts";

/** The client of Alibaba Cloud OSS. Throws a `ConfigError` for options that cannot work. @public */
export class OSSClient extends Client {
  constructor(options: OSSClientOptions) {
    super(clientConfig(options, (transport) => new FetchTransport(transport)));
  }
}
