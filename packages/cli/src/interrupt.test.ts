import { expect, it } from "vitest";
import { Interrupt } from "./interrupt.ts";
import { Interrupted } from "./problems.ts";

function keyboard() {
  const listeners = new Set<() => void>();
  const exits: number[] = [];
  let notes = 0;
  const interrupt = new Interrupt(
    {
      onInterrupt(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      exit: (code) => void exits.push(code),
    },
    () => void notes++,
  );
  const press = () => {
    for (const listener of listeners) listener();
  };
  return { interrupt, press, exits, listeners, notes: () => notes };
}

it("the first Ctrl-C asks to stop, the second ends the process", () => {
  const { interrupt, press, exits, notes } = keyboard();
  let stops = 0;
  interrupt.onRequest(() => void stops++);
  expect(interrupt.requested).toBe(false);
  interrupt.throwIfRequested();
  press();
  expect([interrupt.requested, stops, notes(), exits]).toEqual([true, 1, 1, []]);
  expect(interrupt.signal.reason).toBeInstanceOf(Interrupted);
  expect(() => interrupt.throwIfRequested()).toThrow(Interrupted);
  press();
  expect([stops, notes(), exits]).toEqual([1, 1, [130]]);
});

it("what comes later is stopped at once, and what let go is left alone", () => {
  const { interrupt, press } = keyboard();
  const stopped: string[] = [];
  const letGo = interrupt.onRequest(() => void stopped.push("early"));
  letGo();
  press();
  interrupt.onRequest(() => void stopped.push("late"));
  expect(stopped).toEqual(["late"]);
});

it("leaves no listener", () => {
  const { interrupt, listeners } = keyboard();
  expect(listeners.size).toBe(1);
  interrupt.close();
  expect(listeners.size).toBe(0);
});
