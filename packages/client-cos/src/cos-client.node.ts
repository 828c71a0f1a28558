import { Client, VERSION } from "@cosmoss/core";
import { nodeStreams } from "@cosmoss/core/node";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { clientConfig, type COSClientOptions } from "./config.ts";

/** The client of Tencent Cloud COS. Throws a `ConfigError` for options that cannot work. @public */
export class COSClient extends Client {
  constructor(options: COSClientOptions) {
    super({
      ...clientConfig(options, (transport) => new NodeHttpTransport(transport)),
      streams: nodeStreams,
      userAgent: `cosmoss/${VERSION} node/${process.versions.node}${options.userAgent ? " " + options.userAgent : ""}`,
    });
  }
}
