import { ConfigError, DecodeError, IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { classify, type RetryBody, type RetryContext, type RetryKind } from "./index.ts";

const service = (statusCode: number, code: string, message = "refused") =>
  new ServiceError(message, { statusCode, code });
const once: RetryContext = { operation: { http: ["POST", "object", "append"], notIdempotent: true } };
const head: RetryContext = { operation: { http: ["HEAD", "object"] } };

describe("classify", () => {
  const cases: [what: string, error: unknown, any: RetryKind, notIdempotent: RetryKind][] = [
    ["no connection", new TransportError("x", { phase: "connect", code: "ECONNREFUSED" }), "transient", "transient"],
    ["a reset while sending", new TransportError("x", { phase: "request", code: "ECONNRESET" }), "transient", "no"],
    ["a broken response", new TransportError("x", { phase: "body" }), "transient", "no"],
    ["a stale connection", new TransportError("x", { phase: "response", staleSocket: true }), "stale-socket", "no"],
    [
      "a stale connection, unsent",
      new TransportError("x", { phase: "connect", staleSocket: true }),
      "stale-socket",
      "stale-socket",
    ],
    ["a wrong certificate", new TransportError("x", { phase: "connect", code: "CERT_HAS_EXPIRED" }), "no", "no"],
    ["connect timeout", new TimeoutError("x", { timeout: "connect", limitMs: 1 }), "transient", "transient"],
    ["attempt timeout", new TimeoutError("x", { timeout: "attempt", limitMs: 1 }), "transient", "no"],
    ["idle timeout", new TimeoutError("x", { timeout: "idle", limitMs: 1 }), "transient", "no"],
    ["total timeout", new TimeoutError("x", { timeout: "total", limitMs: 1 }), "no", "no"],
    ["500", service(500, "InternalError"), "transient", "no"],
    ["InternalError in a 200", service(200, "InternalError"), "transient", "no"],
    ["502", service(502, "BadGateway"), "transient", "no"],
    ["503 of a proxy", service(503, "Unknown"), "transient", "no"],
    ["504", service(504, "GatewayTimeout"), "transient", "no"],
    ["408", service(408, "Unknown"), "transient", "no"],
    ["RequestTimeout as a 400", service(400, "RequestTimeout"), "transient", "no"],
    ["501", service(501, "NotImplemented"), "no", "no"],
    ["404", service(404, "NoSuchKey"), "no", "no"],
    ["403", service(403, "AccessDenied"), "no", "no"],
    ["409", service(409, "PositionNotEqualToLength"), "no", "no"],
    ["a limit that is no rate", service(400, "CORSRuleBeyondLimit"), "no", "no"],
    ["429", service(429, "Unknown"), "throttling", "throttling"],
    ["SlowDown", service(503, "SlowDown"), "throttling", "throttling"],
    ["SlowDown in a 200", service(200, "SlowDown"), "throttling", "throttling"],
    ["ServiceUnavailable", service(503, "ServiceUnavailable"), "throttling", "throttling"],
    ["QpsLimitExceeded", service(503, "QpsLimitExceeded"), "throttling", "throttling"],
    ["DownloadTrafficRateLimitExceeded", service(503, "DownloadTrafficRateLimitExceeded"), "throttling", "throttling"],
    ["Throttling.User", service(400, "Throttling.User"), "throttling", "throttling"],
    ["RequestTimeTooSkewed", service(403, "RequestTimeTooSkewed"), "skew", "skew"],
    ["an expired signature of COS", service(403, "AccessDenied", "Request has expired"), "skew", "skew"],
    ["SecurityTokenExpired", service(403, "SecurityTokenExpired"), "expired-token", "expired-token"],
    ["InvalidSecurityToken", service(403, "InvalidSecurityToken"), "expired-token", "expired-token"],
    ["ExpiredToken", service(400, "ExpiredToken"), "expired-token", "expired-token"],
    ["IntegrityError", new IntegrityError("x", { algorithm: "length", expected: "1", actual: "0" }), "transient", "no"],
    ["ConfigError", new ConfigError("x"), "no", "no"],
    ["DecodeError", new DecodeError("x"), "no", "no"],
    ["an abort", new DOMException("stop", "AbortError"), "no", "no"],
    ["a fault of the program", new TypeError("x is not a function"), "no", "no"],
    ["a missing file", Object.assign(new Error("x"), { code: "ENOENT" }), "no", "no"],
    ["a timeout of a foreign handler", Object.assign(new Error("x"), { name: "TimeoutError" }), "transient", "no"],
    ["nothing", undefined, "no", "no"],
    ["null", null, "no", "no"],
    ["text", "ECONNRESET", "no", "no"],
  ];

  it.each(cases)("%s", (_what, error, any, notIdempotent) => {
    expect(classify(error)).toBe(any);
    expect(classify(error, { operation: { http: ["PUT", "object"] } })).toBe(any);
    expect(classify(error, once)).toBe(notIdempotent);
  });

  it("reads errors of another copy of the package by their members", () => {
    expect(classify({ name: "TransportError", phase: "request", staleSocket: true })).toBe("stale-socket");
    expect(classify({ name: "ServiceError", statusCode: 503, code: "SlowDown" })).toBe("throttling");
  });

  it("suspects the clock when a HEAD is refused without a document", () => {
    expect(classify(service(403, "AccessDenied"), head)).toBe("skew");
    expect(classify(service(404, "NoSuchKey"), head)).toBe("no");
    expect(classify(service(403, "SecurityTokenExpired"), head)).toBe("expired-token");
  });

  it.each(cases)("never repeats a body that is used up: %s", (_what, error) => {
    expect(classify(error, { body: { replayable: false, consumed: true } })).toBe("no");
  });

  it("repeats what has a body that can be sent again, or was not touched", () => {
    const reset = new TransportError("x", { phase: "request" });
    const bodies: RetryBody[] = [
      { replayable: true, consumed: true },
      { replayable: true, consumed: false },
      { replayable: false, consumed: false },
    ];
    for (const body of bodies) expect(classify(reset, { body })).toBe("transient");
  });

  it("repeats a not idempotent operation of whose one-shot body nothing was read", () => {
    const stale = new TransportError("x", { phase: "response", staleSocket: true });
    expect(classify(stale, { ...once, body: { replayable: false, consumed: false } })).toBe("stale-socket");
    expect(classify(stale, { ...once, body: { replayable: true, consumed: false } })).toBe("no");
  });
});
