import * as commands from "@cosmoss/commands-oss";
import type { AnyOperation } from "@cosmoss/types";
import { expect, it } from "vitest";
import { ossServices } from "./services.ts";

it("every operation of OSS that has a command is served, once", () => {
  const names = Object.entries(commands).flatMap(([name, value]) =>
    /^_[A-Z]/.test(name) && "http" in value ? [(value as unknown as AnyOperation).name] : [],
  );
  expect(names.length).toBeGreaterThanOrEqual(20);
  expect(
    ossServices(() => 0)
      .map(({ operation }) => operation.name)
      .toSorted(),
  ).toEqual(names.toSorted());
});
