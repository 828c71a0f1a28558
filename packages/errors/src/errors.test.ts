import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { inspect } from "node:util";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import type * as All from "./index.ts";
import {
  ConfigError,
  DecodeError,
  IntegrityError,
  ServiceError,
  type ServiceErrorOptions,
  TimeoutError,
  TransportError,
} from "./index.ts";

type Errors = Omit<typeof All, "CosmossError">;

/** One of each kind, from any copy of the package. */
const MAKE: Record<keyof Errors, (from: Errors) => Error> = {
  ConfigError: (from) => new from.ConfigError("m"),
  DecodeError: (from) => new from.DecodeError("m"),
  IntegrityError: (from) => new from.IntegrityError("m", { algorithm: "length", expected: "1", actual: "2" }),
  ServiceError: (from) => new from.ServiceError("m", { code: "NoSuchKey", statusCode: 404 }),
  TimeoutError: (from) => new from.TimeoutError("m", { timeout: "idle", limitMs: 5 }),
  TransportError: (from) => new from.TransportError("m", { phase: "connect" }),
};
const CLASSES: Errors = { ConfigError, DecodeError, IntegrityError, ServiceError, TimeoutError, TransportError };
const NAMES = Object.keys(MAKE) as (keyof Errors)[];

describe.each(NAMES)("%s", (name) => {
  const error = MAKE[name](CLASSES);

  it("is an Error of its class only", () => {
    expect(error).toBeInstanceOf(Error);
    expect(NAMES.filter((other) => error instanceof CLASSES[other])).toEqual([name]);
    expect(NAMES.filter((other) => CLASSES[other].isInstance(error))).toEqual([name]);
  });

  it("names its class in name, text and the first line of the stack", () => {
    expect(error.name).toBe(name);
    expect(String(error)).toBe(`${name}: m`);
    expect(error.stack!.split("\n")[0]).toBe(`${name}: m`);
    expect(inspect(error).split("\n")[0]).toBe(`${name}: m`);
  });

  it("is known across copies of the package, where instanceof fails", async () => {
    vi.resetModules();
    const copy = (await import("./index.ts")) as Errors;
    expect(copy[name]).not.toBe(CLASSES[name]);
    const foreign = MAKE[name](copy);
    expect(foreign instanceof CLASSES[name]).toBe(false);
    expect(NAMES.filter((other) => CLASSES[other].isInstance(foreign))).toEqual([name]);
    expect(NAMES.filter((other) => copy[other].isInstance(error))).toEqual([name]);
  });

  it.each([undefined, null, 0, "", name, {}, [], new Error("m"), { name }, Object.assign(new Error("m"), { name })])(
    "is not mistaken for %o",
    (other) => {
      expect(CLASSES[name].isInstance(other)).toBe(false);
    },
  );

  it("shows no brand", () => {
    expect(inspect(error)).not.toContain("$cosmoss");
    expect(Object.keys(error)).not.toContain("$cosmoss");
  });
});

describe("fields", () => {
  it("IntegrityError", () => {
    const error = new IntegrityError("m", { algorithm: "CRC-64/ECMA-182", expected: "1", actual: "2" });
    expect(error).toMatchObject({ algorithm: "CRC-64/ECMA-182", expected: "1", actual: "2", message: "m" });
    expect(error).not.toHaveProperty("cause");
  });

  it("TimeoutError", () => {
    const error = new TimeoutError("m", { timeout: "attempt", limitMs: 30_000 });
    expect(error).toMatchObject({ timeout: "attempt", limitMs: 30_000 });
  });

  it("TransportError", () => {
    const bare = new TransportError("m", { phase: "body" });
    expect({ ...bare }).toEqual({ name: "TransportError", phase: "body", code: undefined, staleSocket: false });
    const full = new TransportError("m", { phase: "request", code: "ECONNRESET", staleSocket: true });
    expect(full).toMatchObject({ phase: "request", code: "ECONNRESET", staleSocket: true });
  });

  it("ServiceError", () => {
    const options: Required<ServiceErrorOptions> = {
      code: "AccessDenied",
      statusCode: 403,
      requestId: "r",
      hostId: "h",
      ec: "0003-00000001",
      resource: "bucket/key",
      details: { ServerTime: "t" },
      response: { statusCode: 403, headers: { a: "b" } },
      metadata: { httpStatusCode: 403, requestId: "r", attempts: 2 },
    };
    const error = new ServiceError("m", options);
    const { details, response, metadata, ...shown } = options;
    expect({ ...error }).toEqual({ ...shown, name: "ServiceError", fault: "client" });
    expect(error.details).toBe(details);
    expect(error.$response).toBe(response);
    expect(error.$metadata).toBe(metadata);
    expect(error.$fault).toBe("client");
  });

  it("ServiceError without the optional ones", () => {
    const error = new ServiceError("m", { code: "Gone", statusCode: 410 });
    expect(error.details).toEqual({});
    expect(error.$response).toBeUndefined();
    expect(error.$metadata).toEqual({ httpStatusCode: 410 });
    expect([error.requestId, error.hostId, error.ec, error.resource]).toEqual(Array(4).fill(undefined));
  });

  it.each([
    [304, "client"],
    [400, "client"],
    [499, "client"],
    [203, "client"],
    [500, "server"],
    [503, "server"],
    // The document inside a 200 that a long copy or completion turned into an error.
    [200, "server"],
  ] as const)("ServiceError with status %i is the fault of the %s", (statusCode, fault) => {
    const error = new ServiceError("m", { code: "c", statusCode });
    expect([error.fault, error.$fault]).toEqual([fault, fault]);
  });

  it("have narrow types", () => {
    const error: unknown = MAKE.ServiceError(CLASSES);
    if (!ServiceError.isInstance(error)) throw new Error("not one");
    expectTypeOf(error).toEqualTypeOf<ServiceError>();
    expectTypeOf(error.name).toEqualTypeOf<"ServiceError">();
  });
});

describe("cause", () => {
  const cause = new Error("below");
  const withCause: Error[] = [
    new ConfigError("m", { cause }),
    new DecodeError("m", { cause }),
    new TimeoutError("m", { timeout: "total", limitMs: 1, cause }),
    new TransportError("m", { phase: "response", cause }),
  ];

  it.each(withCause.map((error) => [error.name, error] as const))("is kept by %s", (_, error) => {
    expect(error.cause).toBe(cause);
    expect(Object.keys(error)).not.toContain("cause");
  });

  it.each(NAMES)("is absent from %s when not given", (name) => {
    expect(Object.hasOwn(MAKE[name](CLASSES), "cause")).toBe(false);
  });
});

describe("print", () => {
  const secrets = ["hidden-authorization", "hidden-token", "hidden-string-to-sign", "hidden-trace"];
  const error = new ServiceError("The key is wrong.", {
    code: "SignatureDoesNotMatch",
    statusCode: 403,
    requestId: "shown-request-id",
    resource: "shown-bucket/shown-key",
    details: { StringToSign: "hidden-string-to-sign", SecurityToken: "hidden-token" },
    response: {
      statusCode: 403,
      headers: { authorization: "hidden-authorization", "x-oss-security-token": "hidden-token" },
    },
    metadata: { httpStatusCode: 403, extendedRequestId: "hidden-trace" },
  });

  function consoleOutput(value: unknown): string {
    const stream = new PassThrough();
    const printer = new Console({ stdout: stream, stderr: stream });
    printer.log(value);
    printer.error("failed:", value);
    printer.log({ nested: { deep: value } });
    printer.table([value]);
    return String(stream.read());
  }

  it.each<[string, (value: unknown) => string]>([
    ["util.inspect", (value) => inspect(value, { depth: Infinity })],
    ["console", consoleOutput],
    ["JSON.stringify", (value) => JSON.stringify(value)],
    ["JSON.stringify of a holder", (value) => JSON.stringify({ errors: [value] })],
    ["text and stack", (value) => `${String(value)} ${(value as Error).stack}`],
    ["a copy by spread", (value) => inspect({ ...(value as object) }, { depth: Infinity, showHidden: true })],
    [
      "for in",
      (value) => {
        let text = "";
        for (const key in value as object) text += `${key}=${inspect((value as any)[key])} `;
        return text;
      },
    ],
    ["as a cause", (value) => inspect(new Error("above", { cause: value }), { depth: Infinity })],
    ["in an AggregateError", (value) => inspect(new AggregateError([value]), { depth: Infinity })],
  ])("by %s shows nothing hidden", (_, print) => {
    const text = print(error);
    expect(text.length).toBeGreaterThan(30);
    for (const secret of secrets) expect(text).not.toContain(secret);
    // The same way of printing shows a secret that is not hidden.
    const leaky = Object.assign(new Error("hidden-token"), { headers: "hidden-token" });
    expect(print(leaky)).toContain("hidden-token");
  });

  it("shows what helps", () => {
    for (const text of [inspect(error), JSON.stringify(error), consoleOutput(error)]) {
      for (const shown of ["SignatureDoesNotMatch", "403", "shown-request-id", "shown-bucket/shown-key", "client"]) {
        expect(text).toContain(shown);
      }
    }
    expect(inspect(error)).toContain("The key is wrong.");
  });

  it("leaves hidden members readable and, for whoever wraps errors, writable", () => {
    expect(error.$response!.headers["authorization"]).toBe("hidden-authorization");
    const own = Object.getOwnPropertyDescriptor(error, "details")!;
    expect([own.enumerable, own.writable, own.configurable]).toEqual([false, true, true]);
  });
});
