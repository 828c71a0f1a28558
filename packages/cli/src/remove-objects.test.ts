import { systemClock } from "@cosmoss/core";
import { TransferPool } from "@cosmoss/transfer";
import { expect, it } from "vitest";
import { Printer } from "./output/printer.ts";
import { removeObjects } from "./remove-objects.ts";
import { Recorder } from "./testing/world.ts";

it("objects that the service will not delete are named and counted, and do not stop the others", async () => {
  const stdout = new Recorder();
  const stderr = new Recorder();
  const asked: string[] = [];
  const port = {
    clock: systemClock,
    random: () => 0.5,
    pool: new TransferPool(),
    async *list() {
      for (const Key of ["p/a", "p/b", "p/c", "p/skip"]) yield { Key, Size: 1, ETag: "", LastModified: new Date(0) };
    },
    async deleteMany(_bucket: string, keys: string[]) {
      asked.push(...keys);
      return keys.includes("p/b") ? [{ Key: "p/b", Code: "AccessDenied", Message: "Locked" }] : [];
    },
  };
  const context = {
    clouds: { service: async () => ({ port }) },
    printer: new Printer({ stdout, stderr }, {}),
    interrupt: { signal: new AbortController().signal, onRequest: () => () => {} },
  };
  const removed = await removeObjects(
    context as never,
    { kind: "remote", provider: "oss", bucket: "photos", key: "p/" },
    { chosen: (key) => key !== "skip", dryRun: false },
  );
  await context.printer.flush();
  expect(removed).toEqual({ deleted: 2, failed: 1 });
  expect(asked).toEqual(["p/a", "p/b", "p/c"]);
  expect(stdout.lines).toEqual(["deleted oss://photos/p/a", "deleted oss://photos/p/c"]);
  expect(stderr.lines).toEqual(["cosmoss: rm oss://photos/p/b: Locked (AccessDenied)"]);
});
