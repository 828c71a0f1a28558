import type { TransferProgress } from "@cosmoss/transfer";
import { FakeClock } from "@cosmoss/testkit/fake-clock";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Recorder } from "../testing/world.ts";
import { createDisplay } from "./create-display.ts";
import { drawLine } from "./drawn-display.ts";
import { describeProgress } from "./line-display.ts";
import { Printer } from "./printer.ts";

const MIB = 1_048_576;

function progress(moved: number, more: Partial<TransferProgress> = {}): TransferProgress {
  return {
    phase: "transferring",
    total: 200 * MIB,
    acknowledged: moved * MIB,
    inFlight: 0,
    fraction: moved / 200,
    bytesPerSecond: 12.5 * MIB,
    etaSeconds: (200 - moved) / 12.5,
    ...more,
  };
}

function world(options: { terminal?: boolean; json?: boolean; quiet?: boolean }) {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  if (options.terminal) stderr.isTTY = true;
  const clock = new FakeClock();
  const printer = new Printer({ stdout, stderr }, options);
  return { stdout, stderr, clock, printer, context: { environment: { stderr, clock } as never, printer } };
}

describe("describeProgress", () => {
  it("says how much has moved", () => {
    expect(describeProgress(progress(50))).toBe("25%, 50.0 MiB of 200.0 MiB, 12.5 MiB/s, 12s left");
    expect(describeProgress(progress(50, { inFlight: 10 * MIB }))).toMatch(/60\.0 MiB of/);
    expect(
      describeProgress({ phase: "transferring", acknowledged: 0, inFlight: 5, fraction: 0, bytesPerSecond: 0 }),
    ).toBe("5 B");
    expect(describeProgress(progress(199.99, { fraction: 0.99999 }))).toMatch(/^99%/);
  });
});

describe("drawLine", () => {
  it("has columns", () => {
    expect(drawLine({ name: "big.iso", progress: progress(50) }, 80)).toBe(
      "big.iso       [==--------] 25%, 50.0 MiB of 200.0 MiB, 12.5 MiB/s, 12s left",
    );
    expect(drawLine({ name: `${"long/".repeat(9)}name`, progress: progress(200, { fraction: 1 }) }, 120)).toMatch(
      /^…\S{31} \[={20}\] 100%, /,
    );
  });

  it("never wraps, and gives no orders to the terminal", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.integer({ min: 10, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, columns, fraction) => {
          const line = drawLine({ name, progress: progress(1, { fraction }) }, columns);
          expect([...line].length).toBeLessThan(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});

describe("createDisplay", () => {
  it("with --quiet writes nothing", async () => {
    const { context, stdout, stderr } = world({ quiet: true, terminal: true });
    const display = createDisplay(context, { several: true });
    display.file("a", progress(1));
    display.total(progress(1));
    display.ended("a");
    display.close();
    expect([stdout.text, stderr.text]).toEqual(["", ""]);
  });

  it("into a file writes a line now and then", async () => {
    const { context, clock, stdout, stderr } = world({});
    const display = createDisplay(context, { several: false });
    for (let second = 0; second <= 25; second++) {
      display.file("big", progress(second));
      display.total(progress(second));
      await clock.advance(1000);
    }
    display.file("big", progress(200, { phase: "done", fraction: 1 }));
    display.close();
    expect(stderr.lines).toEqual([
      "big: 5%, 10.0 MiB of 200.0 MiB, 12.5 MiB/s, 15s left",
      "big: 10%, 20.0 MiB of 200.0 MiB, 12.5 MiB/s, 14s left",
    ]);
    expect(stdout.text).toBe("");
  });

  it("for several files that is the total", async () => {
    const { context, clock, stderr } = world({});
    const display = createDisplay(context, { several: true });
    await clock.advance(10_000);
    display.file("big", progress(1));
    display.total(progress(100));
    expect(stderr.lines).toEqual(["total: 50%, 100.0 MiB of 200.0 MiB, 12.5 MiB/s, 8s left"]);
  });

  it("with --json gives an event a second and file", async () => {
    const { context, clock, stdout, stderr } = world({ json: true, terminal: true });
    const display = createDisplay(context, { several: true });
    for (let tenth = 0; tenth <= 20; tenth++) {
      for (const name of ["a", "b"]) display.file(name, progress(tenth));
      await clock.advance(100);
    }
    display.close();
    const events = stdout.lines.map((line) => JSON.parse(line) as { name: string; acknowledged: number });
    expect(events.map(({ name, acknowledged }) => [name, acknowledged / MIB])).toEqual([
      ["a", 0],
      ["b", 0],
      ["a", 10],
      ["b", 10],
      ["a", 20],
      ["b", 20],
    ]);
    expect(stderr.text).toBe("");
  });

  it("on a terminal draws no more than eight files, and writes lines above them", async () => {
    const { context, printer, stderr } = world({ terminal: true });
    stderr.columns = 80;
    const display = createDisplay(context, { several: true });
    printer.note("before anything is drawn");
    for (let file = 0; file < 12; file++) display.file(`file-${file}`, progress(file));
    display.ended("file-0");
    display.file("file-12", progress(3));
    display.total(progress(5));
    printer.note("meanwhile");
    display.close();
    printer.note("afterwards");
    const names = new Set(stderr.text.match(/file-\d+/g));
    expect([...names].sort()).toEqual([1, 12, 2, 3, 4, 5, 6, 7].map((file) => `file-${file}`));
    const [first] = stderr.lines;
    expect(first).toBe("before anything is drawn");
    expect(stderr.text).toContain("meanwhile\n");
    expect(stderr.text.endsWith("afterwards\n")).toBe(true);
  });
});
