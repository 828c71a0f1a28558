import { describeTransportContract } from "@cosmoss/testkit/transport-contract";
import { UndiciTransport } from "./undici-transport.ts";

describeTransportContract(
  "undici",
  ({ insecure, ...settings }) => new UndiciTransport({ ...settings, tls: { rejectUnauthorized: !insecure } }),
  { rawTargets: true, ownsConnections: true, sequentialConnections: 2, cleansReadables: true },
);
