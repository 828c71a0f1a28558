/**
 * Retries: error classes, full jitter, token bucket, clock skew, the retry middleware.
 * @packageDocumentation
 */
export { classify, type RetryBody, type RetryContext, type RetryKind } from "./classify.ts";
export type { ClockSkew } from "./clock-skew.ts";
export { type RetryConfig, type RetryEvent, retryMiddleware, retryPlugin } from "./retry-middleware.ts";
export type { TokenBucket } from "./token-bucket.ts";
