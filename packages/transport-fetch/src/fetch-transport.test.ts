import { describeTransportContract } from "@cosmoss/testkit/transport-contract";
import { FetchTransport } from "./fetch-transport.ts";

describeTransportContract(
  "fetch",
  ({ idleTimeoutMs, clock }) => new FetchTransport({ ...(idleTimeoutMs && { idleTimeoutMs }), ...(clock && { clock }) }),
  { rawTargets: false, ownsConnections: false, sequentialConnections: 2, cleansReadables: false },
);
