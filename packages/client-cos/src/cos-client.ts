import { Client } from "@cosmoss/core";
import { retryPlugin } from "@cosmoss/retry";
import { FetchTransport } from "@cosmoss/transport-fetch";
import { clientConfig, type COSClientOptions } from "./config.ts";

/** The client of Tencent Cloud COS. Throws a `ConfigError` for options that cannot work. @public */
export class COSClient extends Client {
  constructor(options: COSClientOptions) {
    const config = clientConfig(options);
    super(
      "COSClient",
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
