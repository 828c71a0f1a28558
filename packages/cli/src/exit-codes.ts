import { ConfigError, IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
import { causeOf } from "./failure.ts";
import { CredentialsProblem, Interrupted, NotFound, SomeFailed, UsageError } from "./problems.ts";

/** What the program ends with. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  network: 5,
  integrity: 6,
  interrupted: 130,
  brokenPipe: 141,
} as const;

/** For `--help`. */
export const EXIT_CODES_HELP = `Exit codes:
  0    done
  1    something else failed, or several files did, each for reasons of its own
  2    the command line or the configuration cannot work; nothing was done
  3    no such bucket, object, upload or file
  4    access denied, or no credentials
  5    the network failed, or a time limit ran out
  6    what arrived is not what was sent
  130  stopped by Ctrl-C
  141  the reader of the output went away`;

const DENIED = new Set([401, 403]);

/** The failure to end with when of several things so many were done: one that stands for all, if there is such. */
export function someFailed(message: string, failures: readonly unknown[], done: number): SomeFailed {
  const codes = new Set(failures.map(exitCodeOf));
  return new SomeFailed(message, done === 0 && codes.size === 1 ? failures[0] : undefined);
}

/** The exit code for an error. */
export function exitCodeOf(failure: unknown): number {
  const error = causeOf(failure);
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof SomeFailed) return error.example === undefined ? EXIT.failed : exitCodeOf(error.example);
  if (error instanceof CredentialsProblem) return EXIT.denied;
  if (error instanceof NotFound) return EXIT.notFound;
  if (error instanceof UsageError || ConfigError.isInstance(error)) return EXIT.usage;
  if (ServiceError.isInstance(error)) {
    if (error.statusCode === 404) return EXIT.notFound;
    return DENIED.has(error.statusCode) ? EXIT.denied : EXIT.failed;
  }
  if (TransportError.isInstance(error) || TimeoutError.isInstance(error)) return EXIT.network;
  if (IntegrityError.isInstance(error)) return EXIT.integrity;
  const { code } = Object(error) as { code?: unknown };
  if (code === "ENOENT") return EXIT.notFound;
  if (code === "EACCES" || code === "EPERM") return EXIT.denied;
  if (code === "EPIPE") return EXIT.brokenPipe;
  return EXIT.failed;
}
