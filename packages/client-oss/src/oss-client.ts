import { Client } from "@cosmoss/core";
import { retryPlugin } from "@cosmoss/retry";
import { FetchTransport } from "@cosmoss/transport-fetch";
import { clientConfig, type OSSClientOptions } from "./config.ts";

/** The client of Alibaba Cloud OSS. Throws a `ConfigError` for options that cannot work. @public */
export class OSSClient extends Client {
  constructor(options: OSSClientOptions) {
    const config = clientConfig(options);
    super(
      "OSSClient",
      {
        ...config,
        requestHandler:
          options.requestHandler ??
          new FetchTransport({
            clock: config.clock,
            ...(options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs }),
          }),
      },
      [retryPlugin({ ...config, maxAttempts: options.maxAttempts })],
    );
  }
}
