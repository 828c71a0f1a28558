import { Readable } from "node:stream";
import { Client, VERSION } from "@cosmoss/core";
import { retryPlugin } from "@cosmoss/retry";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
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
          new NodeHttpTransport({
            clock: config.clock,
            ...(options.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: options.idleTimeoutMs }),
          }),
        toHandlerStream: options.requestHandler && ((body) => Readable.from(body, { objectMode: false })),
        userAgent: `cosmoss/${VERSION} node/${process.versions.node}${options.userAgent ? " " + options.userAgent : ""}`,
      },
      [retryPlugin({ ...config, maxAttempts: options.maxAttempts })],
    );
  }
}
