import { inspect } from "node:util";
import { ConfigError, CosmossError, IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";

/** An error together with what was to be done when it came up. */
export class Failure extends Error {
  override readonly name = "Failure";
  /** Whether other programs were told of it. */
  told = false;

  /** `what`: as `"upload a.txt to oss://photos/a.txt"`. */
  constructor(what: string, cause: unknown) {
    super(what, { cause });
  }
}

/** Says of whatever `work` throws what was to be done. */
export async function during<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(what, error);
  }
}

/** The error itself. */
export function causeOf(error: unknown): unknown {
  return error instanceof Failure ? error.cause : error;
}

/** In one line: what failed (or the `command`, where nobody said), why, and what to do. */
export function describeFailure(error: unknown, command: string): string {
  const cause = causeOf(error);
  const what = error instanceof Failure ? error.message : command;
  const advice = adviceFor(cause);
  return oneLine(`${what === "" ? "" : `${what}: `}${reasonOf(cause)}${advice === undefined ? "" : `; ${advice}`}`);
}

/** Why, without what was to be done. */
export function reasonOf(error: unknown): string {
  if (ServiceError.isInstance(error)) return serviceReason(error);
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const system = code === undefined || syscall === undefined ? undefined : SYSTEM[code];
  if (system !== undefined) return `${system}${path === undefined ? "" : ` (${path})`}`;
  return sentence(error.message || error.name);
}

const SYSTEM: Record<string, string> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied by this machine",
  EPERM: "not permitted by this machine",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  ENOSPC: "no space left on this disk",
  EROFS: "the file system is read-only",
  EMFILE: "too many open files",
  EADDRINUSE: "the port is in use",
};

/** The service's own words without the operation, which says less than the command line, and with its code. */
function serviceReason(error: ServiceError): string {
  const { code, statusCode, resource, message } = error;
  const end = message.lastIndexOf(` (${code}, HTTP `);
  const begin = resource === undefined ? -1 : message.indexOf(` ${resource}: `);
  const text = begin < 0 || end < 0 ? message : message.slice(begin + resource!.length + 3, end);
  const said = text === "no message" ? (HEAD_REASONS[statusCode] ?? `HTTP ${statusCode}`) : sentence(text);
  return `${said} (${code})`;
}

/** HEAD is answered without words. */
const HEAD_REASONS: Record<number, string> = {
  403: "access denied",
  404: "no such bucket or object",
};

const ADVICE: Record<string, string> = {
  NoSuchKey: "see what is there with cosmoss ls",
  NotFound: "see what is there with cosmoss ls",
  NoSuchBucket: "see your buckets with cosmoss ls, or give another --region or --endpoint",
  NoSuchUpload: "see what is under way with cosmoss multipart ls",
  BucketNotEmpty: "add --force to delete what is in it, or empty it with cosmoss rm -r",
  BucketAlreadyExists: "names are shared by all users of the service: choose another",
  BucketAlreadyOwnedByYou: "it is yours already",
  InvalidAccessKeyId: "check the access key id, or choose another --profile",
  SignatureDoesNotMatch: "check the access key secret and --region",
  SecurityTokenExpired: "get new temporary credentials",
  ExpiredToken: "get new temporary credentials",
  RequestTimeTooSkewed: "set the clock of this machine",
  PreconditionFailed: "the object changed meanwhile: run the command again",
  InvalidRange: "see its size with cosmoss stat",
  InvalidObjectState: "the object is archived: restore it first",
};
const SYSTEM_ADVICE: Record<string, string> = {
  ENOSPC: "make room and run the command again",
  EADDRINUSE: "choose another with --port",
  EACCES: "check the permissions",
  EPERM: "check the permissions",
  ENOENT: "check the name",
};

const OWN = new Set(["UsageError", "CredentialsProblem", "NotFound", "Refused", "Interrupted", "SomeFailed"]);

function adviceFor(error: unknown): string | undefined {
  const { advice, code } = Object(error) as { advice?: string; code?: string };
  if (advice !== undefined) return advice;
  if (ServiceError.isInstance(error)) {
    const { Endpoint, Region } = error.details;
    if (Endpoint !== undefined && error.statusCode < 500)
      return `the bucket is at ${Endpoint}: add --endpoint ${Endpoint}`;
    if (Region !== undefined && error.statusCode < 500) return `the bucket is in ${Region}: add --region ${Region}`;
    const known = ADVICE[error.code];
    if (known !== undefined) return known;
    if (error.statusCode === 403) return "ask the owner of the bucket, or choose another --profile";
    return error.fault === "server" ? "try again later" : "see more with --verbose";
  }
  if (TransportError.isInstance(error) || TimeoutError.isInstance(error)) {
    return "run the command again when the network is back";
  }
  if (IntegrityError.isInstance(error)) return "nothing wrong was kept; run the command again";
  // Their messages say it.
  if (ConfigError.isInstance(error) || (error instanceof Error && OWN.has(error.name))) return undefined;
  return (code !== undefined && SYSTEM_ADVICE[code]) || "see more with --verbose";
}

/** Everything else there is to know, line by line; no secrets. */
export function detailsOf(error: unknown): string[] {
  const lines: string[] = [];
  for (let one = causeOf(error), depth = 0; one !== undefined && depth < 5; depth++) {
    if (!(one instanceof Error)) {
      lines.push(typeof one === "string" ? one : inspect(one));
      break;
    }
    if (depth > 0) lines.push(`caused by: ${one.message}`);
    for (const name of CosmossError.isInstance(one) ? SHOWN : ["code", "syscall", "path"]) {
      const value = (one as unknown as Record<string, unknown>)[name];
      if (typeof value === "string" || typeof value === "number") lines.push(`${name}: ${value}`);
    }
    lines.push(...(one.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)));
    one = one.cause;
  }
  return lines.map((line) => `  ${line.trim()}`);
}

const SHOWN = [
  "code",
  "statusCode",
  "requestId",
  "ec",
  "hostId",
  "resource",
  "phase",
  "timeout",
  "limitMs",
  "algorithm",
  "expected",
  "actual",
];

/** A reason stands in the middle of a line, so it ends without a full stop. */
function sentence(text: string): string {
  return text.replace(/[.\s]+$/, "");
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}
