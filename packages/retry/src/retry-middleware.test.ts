import { ConfigError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import type { HandlerExecutionContext } from "@cosmoss/types";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type RetryConfig, type RetryEvent, retryMiddleware, retryPlugin } from "./index.ts";

const START = Date.UTC(2024, 4, 6, 8, 8, 9);
const output = () => ({ response: {}, output: { $metadata: { httpStatusCode: 200 } } as Record<string, any> });
const reset = () => new TransportError("reset", { phase: "response", code: "ECONNRESET" });
const stale = () => new TransportError("stale", { phase: "response", staleSocket: true });
const refusal = (statusCode: number, code: string, headers: Record<string, string> = {}, details = {}) =>
  new ServiceError(`refused: ${code}`, { statusCode, code, details, response: { statusCode, headers } });

/** A middleware around `attempt`, on a fake clock, with all waits as long as they can be. */
function setUp(
  attempt: (count: number) => unknown,
  options: Partial<RetryConfig> = {},
  context: HandlerExecutionContext = {},
) {
  const clock = new FakeClock(START);
  const events: RetryEvent[] = [];
  const skew = { offset: 0 };
  const bucket = { tokens: 500 };
  const config = {
    clock,
    skew,
    random: () => 1,
    tokenBucket: bucket,
    onRetry: (event: RetryEvent) => events.push(event),
  };
  const state = { clock, events, skew, bucket, context, sent: [] as number[], over: false };
  const handler = retryMiddleware({ ...config, ...options })(async () => {
    state.sent.push(clock.now() - START);
    const failure = await attempt(state.sent.length);
    if (failure !== undefined) throw failure;
    return output();
  }, context);
  const send = () => handler({ input: {}, request: {} }).finally(() => (state.over = true));
  /** Sends and lets an hour pass. */
  const run = async () => {
    const settled = send().then(
      (result) => ({ result, error: undefined }),
      (error: unknown) => ({ result: undefined, error }),
    );
    for (let turns = 0; !state.over && turns < 100; turns++) await clock.advance(60_000);
    expect(clock.pending).toBe(0);
    return settled;
  };
  return Object.assign(state, { send, run });
}

const waits = (events: RetryEvent[]) => events.map((event) => event.delayMs);

describe("success at the first attempt", () => {
  it("sets no timer, listens to nothing, asks for no time, and says that there was one attempt", async () => {
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, "addEventListener");
    const once = setUp(() => undefined, {}, { abortSignal: signal });
    const now = vi.spyOn(once.clock, "now");
    const timer = vi.spyOn(once.clock, "setTimeout");
    now.mockClear();
    const { output: result } = await once.send();
    expect(result.$metadata).toEqual({ httpStatusCode: 200, attempts: 1, totalRetryDelay: 0 });
    expect([listen.mock.calls.length, timer.mock.calls.length, once.events.length]).toEqual([0, 0, 0]);
    // The one call is the test's own record of when the attempt was sent.
    expect(now).toHaveBeenCalledTimes(1);
  });

  it("does without $metadata", async () => {
    const middleware = retryMiddleware({ clock: new FakeClock(), skew: { offset: 0 }, random: () => 0 });
    const result = { response: {}, output: {} };
    expect(await middleware(async () => result, {})({ input: {}, request: {} })).toBe(result);
  });
});

describe("back-off", () => {
  it("makes four attempts, waiting up to 100, 200 and 400 ms, and rejects with the last error", async () => {
    const errors = [reset(), reset(), reset(), refusal(500, "InternalError")];
    const failing = setUp((count) => errors[count - 1], {}, { commandName: "GetObjectCommand" });
    const { error } = await failing.run();
    expect(error).toBe(errors[3]);
    expect(failing.sent).toEqual([0, 100, 300, 700]);
    expect(errors[3]).toMatchObject({ $metadata: { httpStatusCode: 500, attempts: 4, totalRetryDelay: 700 } });
    expect(failing.events[1]).toEqual({
      attempt: 2,
      delayMs: 200,
      error: errors[1],
      kind: "transient",
      commandName: "GetObjectCommand",
    });
  });

  it("tells a success that came late how it came", async () => {
    const { result } = await setUp((count) => (count < 3 ? reset() : undefined)).run();
    expect(result!.output.$metadata).toMatchObject({ attempts: 3, totalRetryDelay: 300 });
  });

  it("makes as many attempts as it is told, and no wait longer than 20 seconds", async () => {
    const failing = setUp(reset, { maxAttempts: 11 });
    await failing.run();
    expect(waits(failing.events)).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 20_000, 20_000]);
    const single = setUp(reset, { maxAttempts: 1 });
    expect((await single.run()).error).toBeInstanceOf(TransportError);
    expect(single.sent).toEqual([0]);
  });

  it("waits longer when throttled", async () => {
    const failing = setUp(() => refusal(503, "SlowDown"));
    await failing.run();
    expect(waits(failing.events)).toEqual([500, 1000, 2000]);
  });

  it("spreads the waits over the whole range", async () => {
    const failing = setUp(reset, { random: () => 0.25 });
    await failing.run();
    expect(waits(failing.events)).toEqual([25, 50, 100]);
  });

  it("is bounded whatever the options, the errors and the dice", async () => {
    const errors = [
      reset,
      stale,
      () => refusal(429, "SlowDown", { "retry-after": "9" }),
      () => refusal(403, "ExpiredToken"),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(3), { minLength: 1 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (maxAttempts, kinds, dice) => {
          const random = () => dice.next().value as number;
          const run = setUp((count) => errors[kinds[count % kinds.length]!]!(), {
            maxAttempts,
            random,
          });
          const { error } = await run.run();
          expect(error).toBeDefined();
          expect(run.sent.length).toBeLessThanOrEqual(maxAttempts + 3 + 1);
          for (const delay of waits(run.events)) expect(delay).toBeLessThanOrEqual(20_000);
          expect(run.sent.at(-1)).toBeLessThanOrEqual((maxAttempts - 1) * 20_000);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([0, -1, NaN])("refuses maxAttempts %d", (maxAttempts) => {
    expect(() => setUp(reset, { maxAttempts })).toThrow(ConfigError);
  });

  it("ends with what onRetry throws", async () => {
    const bug = new Error("hook");
    const failing = setUp(reset, {
      onRetry: () => {
        throw bug;
      },
    });
    expect((await failing.run()).error).toBe(bug);
    expect(failing.sent).toHaveLength(1);
  });
});

describe("Retry-After", () => {
  const headers = (value: string) => ({ "retry-after": value });

  it.each([
    ["seconds", "3", 3_000],
    ["a date", new Date(START + 4_000).toUTCString(), 4_000],
    ["more than 20 seconds", "3600", 20_000],
    ["a date in the past", new Date(START - 4_000).toUTCString(), 0],
    ["nonsense", "soon", 0],
    ["0", "0", 0],
  ])("%s", async (_what, value, asked) => {
    const once = setUp((count) => (count === 1 ? refusal(503, "SlowDown", headers(value)) : undefined), {
      random: () => 0,
    });
    await once.run();
    expect(waits(once.events)).toEqual([asked]);
  });

  it("is spread by the jitter, so that clients told the same do not come back together", async () => {
    const once = setUp((count) => (count === 1 ? refusal(503, "SlowDown", headers("3")) : undefined), {
      random: () => 0.5,
    });
    await once.run();
    expect(waits(once.events)).toEqual([3_250]);
  });

  it("reads a date by the service's clock", async () => {
    const date = new Date(START + 90_000).toUTCString();
    const once = setUp((count) => (count === 1 ? refusal(503, "SlowDown", headers(date)) : undefined), {
      random: () => 0,
    });
    once.skew.offset = 85_000;
    await once.run();
    expect(waits(once.events)).toEqual([5_000]);
  });
});

describe("deadline", () => {
  it("does not wait beyond it", async () => {
    const failing = setUp(reset, {}, { deadline: START + 250, totalTimeoutMs: 250, subject: "GetObject b/k" });
    const { error } = await failing.run();
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ timeout: "total", limitMs: 250, cause: { message: "reset" } });
    expect((error as Error).message).toContain("GetObject b/k");
    expect(failing.sent).toEqual([0, 100]);
  });

  it("also counts what the service asks for", async () => {
    const { error } = await setUp(
      () => refusal(503, "SlowDown", { "retry-after": "9" }),
      {},
      { deadline: START + 5_000 },
    ).run();
    expect(error).toMatchObject({ timeout: "total", cause: { code: "SlowDown" } });
  });

  it("holds for retries without a wait too", async () => {
    const failing = setUp(stale, {}, { deadline: START });
    expect((await failing.run()).error).toMatchObject({ timeout: "total" });
    expect(failing.sent).toHaveLength(1);
  });

  it("leaves errors alone that would not be repeated anyway", async () => {
    const missing = refusal(404, "NoSuchKey");
    expect((await setUp(() => missing, {}, { deadline: START - 1 }).run()).error).toBe(missing);
    const last = reset();
    expect((await setUp(() => last, { maxAttempts: 1 }, { deadline: START - 1 }).run()).error).toBe(last);
  });
});

describe("abort", () => {
  it("ends a wait within 50 ms, with the signal's reason, and leaves no timer", async () => {
    const controller = new AbortController();
    const once = () => refusal(503, "SlowDown", { "retry-after": "10" });
    const failing = setUp(once, {}, { abortSignal: controller.signal });
    const settled = failing.send().catch((error: unknown) => error);
    await failing.clock.advance(5_050);
    expect([failing.over, failing.clock.pending]).toEqual([false, 1]);
    const reason = { why: "enough" };
    controller.abort(reason);
    await failing.clock.advance(50);
    expect([failing.over, failing.clock.pending]).toEqual([true, 0]);
    expect(await settled).toBe(reason);
    expect(failing.sent).toHaveLength(1);
  });

  it("is not listened to", async () => {
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, "addEventListener");
    await setUp(reset, { maxAttempts: 20 }, { abortSignal: signal }).run();
    expect(listen).not.toHaveBeenCalled();
  });

  it("during an attempt gives the reason, and no further attempt", async () => {
    const controller = new AbortController();
    const failing = setUp(() => (controller.abort("enough"), reset()), {}, { abortSignal: controller.signal });
    expect((await failing.run()).error).toBe("enough");
    expect(failing.sent).toHaveLength(1);
  });

  it("in the hook is heeded even when the retry would be at once", async () => {
    const controller = new AbortController();
    const failing = setUp(stale, { onRetry: () => controller.abort("enough") }, { abortSignal: controller.signal });
    expect((await failing.run()).error).toBe("enough");
    expect(failing.sent).toHaveLength(1);
  });
});

describe("bodies", () => {
  const errors = [reset, stale, () => refusal(503, "SlowDown"), () => refusal(403, "ExpiredToken")];
  /** Fails five attempts; the one numbered `consumedBy` begins to read the body. Answers whether a read body was sent. */
  async function sendsAgain(error: () => Error, consumedBy: number, replayable: boolean): Promise<boolean> {
    const body = { replayable, consumed: false };
    let sentAgain = false;
    const attempt = (count: number) => {
      sentAgain ||= body.consumed;
      body.consumed ||= count >= consumedBy;
      return count < 6 ? error() : undefined;
    };
    await setUp(attempt, { maxAttempts: 10 }, { body }).run();
    return sentAgain;
  }

  it.each(errors)("are never sent again when they cannot be, whatever fails (%#)", async (error) => {
    for (const consumedBy of [1, 2, 3, 4]) expect(await sendsAgain(error, consumedBy, false)).toBe(false);
  });

  it.each(errors)("are sent again when they can be (%#)", async (error) => {
    expect(await sendsAgain(error, 1, true)).toBe(true);
  });

  it("looks again after the wait, and gives up with the error before it", async () => {
    const body = { replayable: false, consumed: false };
    const error = reset();
    const failing = setUp(() => error, { onRetry: () => (body.consumed = true) }, { body });
    expect((await failing.run()).error).toBe(error);
    expect(failing.sent).toHaveLength(1);
  });
});

describe("stale connections", () => {
  it("are replaced at once, without using up an attempt", async () => {
    const once = setUp((count) => (count <= 3 ? stale() : undefined), { maxAttempts: 1 });
    const { result } = await once.run();
    expect(result!.output.$metadata).toMatchObject({ attempts: 4, totalRetryDelay: 0 });
    expect(once.events.map((event) => event.kind)).toEqual(["stale-socket", "stale-socket", "stale-socket"]);
    expect(once.bucket.tokens).toBe(500);
  });

  it("are backed off from when there is no end of them", async () => {
    const failing = setUp(stale);
    await failing.run();
    expect(waits(failing.events)).toEqual([0, 0, 0, 100, 200, 400]);
  });
});

describe("expired tokens", () => {
  it("ask for fresh credentials once", async () => {
    const context: HandlerExecutionContext = {};
    const asked: unknown[] = [];
    const expired = setUp(
      () => (asked.push(context["refreshCredentials"]), refusal(403, "SecurityTokenExpired")),
      {},
      context,
    );
    expect((await expired.run()).error).toMatchObject({ code: "SecurityTokenExpired" });
    expect(asked).toEqual([undefined, true]);
    expect(expired.events).toMatchObject([{ kind: "expired-token", delayMs: 0 }]);
  });

  it("do not ask when something else went wrong", async () => {
    const failing = setUp(reset);
    await failing.run();
    expect(failing.context["refreshCredentials"]).toBe(false);
  });
});

describe("token bucket", () => {
  it("pays for retries and gets a success's share back", async () => {
    const once = setUp((count) => (count < 3 ? reset() : undefined));
    await once.run();
    expect(once.bucket.tokens).toBe(500 - 5);
    await once.send();
    expect(once.bucket.tokens).toBe(500 - 5 + 1);
  });

  it("charges more for time-outs and refusals of a busy service", async () => {
    for (const error of [new TimeoutError("late", { timeout: "attempt", limitMs: 1 }), refusal(429, "SlowDown")]) {
      const failing = setUp(() => error);
      await failing.run();
      expect(failing.bucket.tokens).toBe(500 - 3 * 10);
    }
  });

  it("ends retrying when it is empty, with the error itself", async () => {
    const failing = setUp(reset, { tokenBucket: { tokens: 9 } });
    expect((await failing.run()).error).toMatchObject({ message: "reset" });
    expect(failing.sent).toEqual([0, 100]);
  });

  it("never holds more than 500", async () => {
    const fresh = setUp(() => undefined);
    await fresh.send();
    expect(fresh.bucket.tokens).toBe(500);
  });

  it("is one for all sends of a middleware", async () => {
    const clock = new FakeClock(START);
    const middleware = retryMiddleware({ clock, skew: { offset: 0 }, random: () => 0 });
    let sent = 0;
    const handler = middleware(async () => {
      sent++;
      throw reset();
    }, {});
    for (let call = 0; call < 100; call++) await handler({ input: {}, request: {} }).catch(() => {});
    expect(sent).toBe(100 + 500 / 5);
  });
});

describe("clock skew", () => {
  const DAY = 86_400_000;
  /** A service whose clock is off by `ahead` from ours; refuses what was signed 15 minutes off. */
  function service(ahead: number, answer: (time: Date) => ServiceError) {
    const clock = new FakeClock(START);
    const skew = { offset: 0 };
    const middleware = retryMiddleware({ clock, skew, random: () => 1 });
    let requests = 0;
    const send = (latency: number, context: HandlerExecutionContext = {}) =>
      middleware(async () => {
        requests++;
        const signed = clock.now() + skew.offset;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, latency));
        const time = clock.now() + ahead;
        if (Math.abs(time - signed) > 15 * 60_000) throw answer(new Date(time));
        return output();
      }, context)({ input: {}, request: {} });
    return { clock, skew, send, requests: () => requests };
  }
  const serverTime = (time: Date) => refusal(403, "RequestTimeTooSkewed", {}, { ServerTime: time.toISOString() });
  const dateHeader = (time: Date) => refusal(403, "RequestTimeTooSkewed", { date: time.toUTCString() });
  const expired = (time: Date) =>
    new ServiceError("Request has expired", {
      statusCode: 403,
      code: "AccessDenied",
      response: { statusCode: 403, headers: { date: time.toUTCString() } },
    });

  it.each([
    ["the document's ServerTime", serverTime, DAY],
    ["the date header", dateHeader, -DAY],
    ["COS's other answer", expired, 3_600_000],
  ])(
    "is learnt from %s by 100 calls at once, which all succeed, each with at most one more request",
    async (_what, answer, ahead) => {
      const { clock, skew, send, requests } = service(ahead, answer);
      const sends = Array.from({ length: 100 }, (_, index) => send(5 + (index % 7)));
      const settled = Promise.all(sends);
      await clock.advance(1_000);
      for (const { output: result } of await settled) {
        expect(result.$metadata.attempts).toBeLessThanOrEqual(2);
        expect(result.$metadata.totalRetryDelay).toBe(0);
      }
      expect(Math.abs(skew.offset - ahead)).toBeLessThan(2_000);
      const before = requests();
      const last = send(5);
      await clock.advance(10);
      await last;
      expect(requests() - before).toBe(1);
    },
  );

  it("is learnt from a refused HEAD", async () => {
    const { clock, send } = service(DAY, (time) => refusal(403, "Forbidden", { date: time.toUTCString() }));
    const settled = send(5, { operation: { http: ["HEAD", "object"] } });
    await clock.advance(100);
    expect((await settled).output.$metadata.attempts).toBe(2);
  });

  it.each([
    ["a time that is nearly ours", new Date(START + 29_000).toISOString()],
    ["1970", new Date(DAY).toISOString()],
    ["nonsense", "yesterday"],
  ])("is not learnt from %s", async (_what, ServerTime) => {
    const failing = setUp(() => refusal(403, "RequestTimeTooSkewed", {}, { ServerTime }));
    expect((await failing.run()).error).toMatchObject({ code: "RequestTimeTooSkewed" });
    expect([failing.sent.length, failing.skew.offset]).toEqual([1, 0]);
  });

  it("is not pursued for ever when the service keeps refusing", async () => {
    let ahead = 0;
    const failing = setUp(() =>
      refusal(403, "RequestTimeTooSkewed", { date: new Date(START + (ahead += DAY)).toUTCString() }),
    );
    expect((await failing.run()).error).toMatchObject({ code: "RequestTimeTooSkewed" });
    expect(failing.sent).toHaveLength(3);
  });

  it("only makes the call sign again when another call has learnt it meanwhile", async () => {
    const once = setUp((count) => {
      if (count > 1) return undefined;
      once.skew.offset = 12_345;
      return refusal(403, "RequestTimeTooSkewed", {}, { ServerTime: new Date(START + DAY).toISOString() });
    });
    expect((await once.run()).error).toBeUndefined();
    expect(once.skew.offset).toBe(12_345);
  });
});

describe("retryPlugin", () => {
  it("adds the middleware outside of signing", () => {
    const add = vi.fn<(...args: unknown[]) => void>();
    retryPlugin({ clock: new FakeClock(), skew: { offset: 0 }, random: () => 0 }).applyToStack({ add } as any);
    expect(add).toHaveBeenCalledWith(expect.any(Function), { step: "finalizeRequest", name: "retryMiddleware" });
  });
});

describe("what a repetition is refused with", () => {
  it("has the failure of the attempt before as its cause, whose answer may just have been lost", async () => {
    const lost = reset();
    const sending = setUp((count) => (count === 1 ? lost : refusal(404, "NoSuchUpload")));
    const { error } = await sending.run();
    expect(error).toMatchObject({ code: "NoSuchUpload" });
    expect((error as Error).cause).toBe(lost);
    expect(Object.keys(error as object)).not.toContain("cause");
  });

  it("is left as it is when nothing came before, and when it is the same failure", async () => {
    const first = await setUp(() => refusal(404, "NoSuchUpload")).run();
    expect((first.error as Error).cause).toBeUndefined();
    const same = reset();
    expect(((await setUp(() => same).run()).error as Error).cause).toBeUndefined();
  });
});

it("does not ask a source again that failed by itself", async () => {
  const failure = reset();
  const sending = setUp(() => failure, {}, { body: { replayable: true, consumed: true, failure } });
  expect((await sending.run()).error).toBe(failure);
  expect(sending.sent).toHaveLength(1);
});
