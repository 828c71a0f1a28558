import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { systemEnvironment } from "./system-environment.ts";

it("is the process, without its runtime and script", () => {
  const outputs = { stdout: new EventEmitter(), stderr: new EventEmitter() };
  let opened = 0;
  let exited: number | undefined;
  const process = Object.assign(new EventEmitter(), outputs, {
    argv: ["node", "cosmoss", "ls", "-r"],
    env: { A: "1" },
    platform: "linux",
    cwd: () => "/work",
    exit: (code: number) => void (exited = code),
    get stdin() {
      return { read: ++opened };
    },
  });
  opened = 0;
  const environment = systemEnvironment(process as never);
  expect(environment).toMatchObject({ argv: ["ls", "-r"], env: { A: "1" }, cwd: "/work", platform: "linux" });
  // A reader that goes away must not end the process: who writes is told.
  for (const output of Object.values(outputs)) expect(output.listenerCount("error")).toBe(1);

  let pressed = 0;
  const letGo = environment.onInterrupt(() => void pressed++);
  process.emit("SIGINT");
  process.emit("SIGTERM");
  expect(pressed).toBe(2);
  letGo();
  expect([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")]).toEqual([0, 0]);
  environment.exit(130);
  expect(exited).toBe(130);
});
