import { describe, expect, it } from "vitest";
import { Recorder } from "../testing/world.ts";
import { Printer } from "./printer.ts";

function setUp(options: ConstructorParameters<typeof Printer>[1] = {}) {
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  return { stdout, stderr, printer: new Printer({ stdout, stderr }, options) };
}

describe("Printer", () => {
  it("holds answers back, and writes long ones in between", async () => {
    const { printer, stdout } = setUp();
    await printer.answer({}, "a");
    expect(stdout.text).toBe("");
    await printer.answer({}, "x".repeat(20_000));
    expect(stdout.text).toHaveLength(20_003);
    await printer.answer({}, "b");
    await printer.flush();
    expect(stdout.text.endsWith("x\nb\n")).toBe(true);
  });

  it("writes events at once, after what was held back", async () => {
    const { printer, stdout } = setUp();
    await printer.answer({}, "a");
    await printer.event({ event: "e" }, "b");
    await printer.event({ event: "for programs only" });
    expect(stdout.text).toBe("a\nb\n");
  });

  it("keeps the order of what a terminal shows", async () => {
    const terminal = new Recorder();
    const printer = new Printer({ stdout: terminal, stderr: terminal }, {});
    await printer.answer({}, "answer");
    printer.note("note");
    await printer.answer({}, "answer");
    printer.problem("problem");
    expect(terminal.lines).toEqual(["answer", "note", "answer", "cosmoss: problem"]);
  });

  it("with --json gives records, one per line", async () => {
    const { printer, stdout } = setUp({ json: true, quiet: true });
    await printer.answer({ a: "1\n2" }, "a");
    await printer.event({ event: "e" }, "b");
    expect(stdout.text).toBe('{"a":"1\\n2"}\n{"event":"e"}\n');
  });

  it("with --quiet gives answers and problems", async () => {
    const { printer, stdout, stderr } = setUp({ quiet: true });
    await printer.answer({}, "a");
    await printer.event({}, "b");
    printer.note("c");
    printer.detail("d");
    printer.problem("e");
    await printer.flush();
    expect([stdout.text, stderr.text]).toEqual(["a\n", "cosmoss: e\n"]);
  });

  it("gives details with --verbose", () => {
    const { printer, stderr } = setUp({ verbose: true });
    printer.detail("d");
    expect(stderr.text).toBe("d\n");
  });

  it("writes above what is drawn, on the same terminal only", async () => {
    const above: string[] = [];
    const piped = setUp();
    const letGo = piped.printer.drawing((line) => void above.push(line));
    await piped.printer.event({}, "to a file");
    piped.printer.note("note");
    expect([piped.stdout.text, piped.stderr.text, above]).toEqual(["to a file\n", "", ["note"]]);
    letGo();
    piped.printer.note("later");
    expect(piped.stderr.text).toBe("later\n");

    const terminal = setUp();
    terminal.stdout.isTTY = true;
    terminal.printer.drawing((line) => void above.push(line));
    await terminal.printer.event({}, "event");
    expect([terminal.stdout.text, above]).toEqual(["", ["note", "event"]]);
  });

  it("rejects when the reader has gone, but not for the one of notes", async () => {
    const { printer, stdout, stderr } = setUp();
    for (const output of [stdout, stderr]) {
      output.on("error", () => {});
      output.failure = Object.assign(new Error("gone"), { code: "EPIPE" });
    }
    printer.note("a");
    await expect(printer.event({}, "b")).rejects.toThrow("gone");
    // The stream itself only says that it is closed.
    await expect(printer.event({}, "c")).rejects.toThrow("gone");
  });
});
