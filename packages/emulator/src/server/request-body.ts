import type { IncomingMessage } from "node:http";
import type { Clock } from "@cosmoss/types";

/** Milliseconds that a body may stand still before the services give up on it. */
const IDLE_MS = 60_000;

/** A request body stood still for too long. */
export class BodyTimeout extends Error {
  override readonly name: "BodyTimeout" = "BodyTimeout" as const;
}

/**
 * The body of a request as it comes. Fails when the connection breaks before its end, and with a {@link BodyTimeout}. Who
 * stops early leaves the request as it is, so that it can still be answered.
 */
export async function* readRequestBody(
  request: IncomingMessage,
  clock: Clock,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array, undefined>;
  for (;;) {
    const { done, value } = await withinTime(chunks.next(), clock);
    if (done) break;
    let taken = false;
    try {
      yield value;
      taken = true;
    } finally {
      if (!taken) await chunks.return?.();
    }
  }
  if (!request.complete) throw new Error("the request broke off");
}

function withinTime<T>(step: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(new BodyTimeout("the request body stood still")), IDLE_MS);
    void step.then(resolve, reject).finally(() => clock.clearTimeout(timer));
  });
}
