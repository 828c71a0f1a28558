import { Client } from "@cosmoss/core";
import { FetchTransport } from "@cosmoss/transport-fetch";
import { clientConfig, type COSClientOptions } from "./config.ts";

/** The client of Tencent Cloud COS. Throws a `ConfigError` for options that cannot work. @public */
export class COSClient extends Client {
  constructor(options: COSClientOptions) {
    super(clientConfig(options, (transport) => new FetchTransport(transport)));
  }
}
