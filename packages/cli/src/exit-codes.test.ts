import { ConfigError, IntegrityError, ServiceError, TimeoutError, TransportError } from "@cosmoss/errors";
import { describe, expect, it } from "vitest";
import { EXIT, EXIT_CODES_HELP, exitCodeOf, someFailed } from "./exit-codes.ts";
import { describeFailure, detailsOf, during, Failure } from "./failure.ts";
import { CredentialsProblem, Interrupted, NotFound, SomeFailed, UsageError } from "./problems.ts";

function refusal(statusCode: number, code = "Some", text = "Something."): ServiceError {
  return new ServiceError(`GetObject photos/a: b: ${text} (${code}, HTTP ${statusCode}, request R1)`, {
    code,
    statusCode,
    resource: "photos/a: b",
    requestId: "R1",
    details: {},
  });
}

function system(code: string): Error {
  return Object.assign(new Error(`${code}: whatever`), { code, syscall: "open", path: "/x" });
}

describe("exitCodeOf", () => {
  it.each([
    [new UsageError("x"), EXIT.usage],
    [new ConfigError("x"), EXIT.usage],
    [new NotFound("x"), EXIT.notFound],
    [refusal(404), EXIT.notFound],
    [system("ENOENT"), EXIT.notFound],
    [new CredentialsProblem("x", undefined), EXIT.denied],
    [refusal(403), EXIT.denied],
    [refusal(401), EXIT.denied],
    [system("EACCES"), EXIT.denied],
    [refusal(409), EXIT.failed],
    [refusal(503), EXIT.failed],
    [new TransportError("x", { phase: "connect" }), EXIT.network],
    [new TimeoutError("x", { timeout: "idle", limitMs: 1 }), EXIT.network],
    [new IntegrityError("x", { algorithm: "CRC", expected: "1", actual: "2" }), EXIT.integrity],
    [new Interrupted(), EXIT.interrupted],
    [system("EPIPE"), EXIT.brokenPipe],
    [system("ENOSPC"), EXIT.failed],
    [new SomeFailed("x"), EXIT.failed],
    ["no error at all", EXIT.failed],
  ])("%s", (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
    expect(exitCodeOf(new Failure("cp", error))).toBe(code);
  });

  it("of several failures is theirs when nothing was done and all are the same", () => {
    const [denied, missing] = [refusal(403), new Failure("x", refusal(404))];
    expect(exitCodeOf(someFailed("x", [missing, missing], 0))).toBe(EXIT.notFound);
    expect(exitCodeOf(someFailed("x", [missing, missing], 1))).toBe(EXIT.failed);
    expect(exitCodeOf(someFailed("x", [missing, denied], 0))).toBe(EXIT.failed);
  });

  it("has each of its codes in the help", () => {
    for (const code of Object.values(EXIT)) expect(EXIT_CODES_HELP).toMatch(new RegExp(`^  ${code} `, "m"));
  });
});

describe("describeFailure", () => {
  it("says in one line what failed, why, and what to do", () => {
    expect(
      describeFailure(new Failure("cat oss://photos/a", refusal(404, "NoSuchKey", "The key\nis not there.")), "cat"),
    ).toBe("cat oss://photos/a: The key is not there (NoSuchKey); see what is there with cosmoss ls");
    expect(describeFailure(new UsageError("wrong", "do this"), "cp")).toBe("cp: wrong; do this");
    expect(describeFailure(new UsageError("wrong"), "")).toBe("wrong");
    expect(describeFailure(system("ENOSPC"), "cp")).toBe(
      "cp: no space left on this disk (/x); make room and run the command again",
    );
  });

  it("knows where a bucket is when the service says so", () => {
    const error = new ServiceError("ListObjectsV2 photos: Elsewhere. (AccessDenied, HTTP 403)", {
      code: "AccessDenied",
      statusCode: 403,
      resource: "photos",
      details: { Endpoint: "oss-cn-beijing.aliyuncs.com" },
    });
    expect(describeFailure(error, "ls")).toBe(
      "ls: Elsewhere (AccessDenied); the bucket is at oss-cn-beijing.aliyuncs.com: add --endpoint oss-cn-beijing.aliyuncs.com",
    );
  });

  it("the innermost description counts", async () => {
    const failing = during("outer", () =>
      during("inner", () => {
        throw new Error("x");
      }),
    );
    await expect(failing).rejects.toThrow(/^inner$/);
  });
});

it("detailsOf has code, request id, stack and causes", () => {
  const error = new Error("outer", { cause: refusal(404, "NoSuchKey") });
  const lines = detailsOf(error);
  expect(lines).toContain("  code: NoSuchKey");
  expect(lines).toContain("  statusCode: 404");
  expect(lines).toContain("  requestId: R1");
  expect(lines.some((line) => line.startsWith("  caused by: GetObject"))).toBe(true);
  expect(lines.some((line) => line.startsWith("  at "))).toBe(true);
});
