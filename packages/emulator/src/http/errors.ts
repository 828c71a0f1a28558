import type { ProviderName } from "../store/records.ts";
import { _COS_ERRORS } from "./cos-error-codes.ts";
import { _OSS_ERRORS } from "./oss-error-codes.ts";

/** A code that OSS answers with. @public */
export type OssErrorCode = keyof typeof _OSS_ERRORS;

/** A code that COS answers with. @public */
export type CosErrorCode = keyof typeof _COS_ERRORS;

/** What one occurrence of an error adds to, or changes of, its entry in the table. @public */
export interface FailureDetails {
  readonly message?: string;
  readonly status?: number;
  /** OSS only. */
  readonly ec?: string;
  /** Further elements of the document, in order: `Key`, `BucketName`, `StringToSign`, … */
  readonly fields?: { readonly [element: string]: string };
  /** Further headers of the response, names in lower case. */
  readonly headers?: { readonly [name: string]: string };
}

/** A request failed in a way the service has a code for. Handlers throw it. @public */
export class ServiceFailure extends Error {
  override readonly name: "ServiceFailure" = "ServiceFailure" as const;
  readonly provider: ProviderName;
  readonly code: string;
  readonly status: number;
  readonly ec: string | undefined;
  readonly fields: { readonly [element: string]: string };
  readonly headers: { readonly [name: string]: string };

  constructor(provider: ProviderName, code: string, details: FailureDetails & { message: string; status: number }) {
    super(details.message);
    this.provider = provider;
    this.code = code;
    this.status = details.status;
    this.ec = details.ec;
    this.fields = details.fields ?? {};
    this.headers = details.headers ?? {};
  }
}

/** An error of OSS, from its table. @public */
export function ossFailure(code: OssErrorCode, details: FailureDetails = {}): ServiceFailure {
  const [status, message, ec] = _OSS_ERRORS[code] as readonly [number, string, string?];
  return new ServiceFailure("oss", code, { status, message, ...(ec !== undefined && { ec }), ...details });
}

/** An error of COS, from its table. @public */
export function cosFailure(code: CosErrorCode, details: FailureDetails = {}): ServiceFailure {
  const [status, message] = _COS_ERRORS[code];
  return new ServiceFailure("cos", code, { status, message, ...details });
}

/** What an error document says about the request. @public */
export interface FailureContext {
  readonly method: string;
  readonly requestId: string;
  /** The Host header as sent. */
  readonly host: string;
  /** COS only: what was asked for, `{host}/{key}`. */
  readonly resource?: string;
  /** COS only. */
  readonly traceId?: string;
}

/** A response to write: names of headers in lower case; the headers that every response has are not among them. @public */
export interface FailureResponse {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** Empty for HEAD. */
  readonly body: string;
}

/** The response for a failure. For HEAD, OSS puts the document in `x-oss-err`, and COS says no more than the status. @public */
export function renderFailure(failure: ServiceFailure, context: FailureContext): FailureResponse {
  const isHead = context.method === "HEAD";
  const document = failureDocument(failure, context);
  const headers: { [name: string]: string } = { ...failure.headers };
  if (failure.provider === "oss") {
    if (failure.ec !== undefined) headers["x-oss-ec"] = failure.ec;
    if (isHead) headers["x-oss-err"] = Buffer.from(document).toString("base64");
  } else if (context.traceId !== undefined) headers["x-cos-trace-id"] = context.traceId;
  if (!isHead) {
    headers["content-type"] = "application/xml";
    headers["content-length"] = String(Buffer.byteLength(document));
  }
  return { status: failure.status, headers, body: isHead ? "" : document };
}

/** The error document itself, which COS also sends after a 200 when a long request fails late. @public */
export function failureDocument(failure: ServiceFailure, context: FailureContext): string {
  const { code, message, fields, ec } = failure;
  if (failure.provider === "oss") {
    const elements: [string, string][] = [
      ["Code", code],
      ["Message", message],
      ["RequestId", context.requestId],
      ["HostId", context.host],
      ...Object.entries(fields),
    ];
    if (ec !== undefined) elements.push(["EC", ec], ["RecommendDoc", `https://api.aliyun.com/troubleshoot?q=${ec}`]);
    const lines = elements.map(([name, text]) => `  <${name}>${escapeXml(text)}</${name}>\n`);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>\n${lines.join("")}</Error>\n`;
  }
  const elements: [string, string][] = [
    ["Code", code],
    ["Message", message],
    ...Object.entries(fields),
    ["Resource", context.resource ?? context.host],
    ["RequestId", context.requestId],
  ];
  if (context.traceId !== undefined) elements.push(["TraceId", context.traceId]);
  const text = elements.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join("");
  return `<?xml version='1.0' encoding='utf-8' ?><Error>${text}</Error>`;
}

/** Named entities only: the COS SDKs do not decode numeric ones. */
function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
