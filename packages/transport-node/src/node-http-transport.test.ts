import { describeTransportContract } from "@cosmoss/testkit/transport-contract";
import { NodeHttpTransport } from "./node-http-transport.ts";

describeTransportContract(
  "node:http",
  ({ insecure, ...settings }) => new NodeHttpTransport({ ...settings, tls: { rejectUnauthorized: !insecure } }),
  { rawTargets: true, ownsConnections: true, sequentialConnections: 1, cleansReadables: true },
);
