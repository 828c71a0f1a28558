import { Client, VERSION } from "@cosmoss/core";
import { nodeStreams } from "@cosmoss/core/node";
import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { clientConfig, type OSSClientOptions } from "./config.ts";

/** The client of Alibaba Cloud OSS. Throws a `ConfigError` for options that cannot work. @public */
export class OSSClient extends Client {
  constructor(options: OSSClientOptions) {
    super({
      ...clientConfig(options, (transport) => new NodeHttpTransport(transport)),
      streams: nodeStreams,
      userAgent: `cosmoss/${VERSION} node/${process.versions.node}${options.userAgent ? " " + options.userAgent : ""}`,
    });
  }
}
