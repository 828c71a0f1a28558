import { Readable } from "node:stream";
import { Client, VERSION } from "@cosmoss/core";
import { retryPlugin } from "@cosmoss/retry";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
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
