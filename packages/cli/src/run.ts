import type { Command } from "commander";
import { Clouds } from "./clouds.ts";
import type { Context } from "./context.ts";
import { isFinal } from "./each.ts";
import type { Environment } from "./environment.ts";
import { EXIT, exitCodeOf } from "./exit-codes.ts";
import { causeOf, describeFailure, detailsOf } from "./failure.ts";
import { Interrupt } from "./interrupt.ts";
import { Printer } from "./output/printer.ts";
import { reportFailureEvent } from "./output/reports.ts";
import { Interrupted, SomeFailed } from "./problems.ts";
import { CommandLineError, createProgram } from "./program.ts";
import type { GlobalOptions, Start } from "./shared-options.ts";

/** What tells other programs of what it does. */
const TRANSFERS = new Set(["cp", "mv", "sync"]);

/** Runs the program, says what went wrong, and gives the exit code. Leaves nothing running. */
export async function run(environment: Environment): Promise<number> {
  const { argv, stdout, stderr } = environment;
  let printer = new Printer(environment, { verbose: argv.includes("--verbose") });
  let running = "";
  let tells = false;

  const start: Start = (handler) =>
    async function action(this: Command) {
      const options: GlobalOptions = this.optsWithGlobals();
      running = nameOf(this);
      // Nothing but the object belongs on standard output when that is the target.
      tells = TRANSFERS.has(running) && this.args.at(-1) !== "-";
      printer = new Printer(environment, options);
      const interrupt = new Interrupt(environment, () =>
        printer.note("\nstopping; press Ctrl-C again to quit at once"),
      );
      const clouds = new Clouds(environment, options, printer);
      const context: Context = { environment, clouds, printer, interrupt };
      try {
        await handler(context, options as never, this.args);
        await printer.flush();
      } catch (error) {
        // What requests reject with when they are stopped may be anything.
        throw interrupt.requested ? new Interrupted(interrupt.advice) : error;
      } finally {
        interrupt.close();
        clouds.destroy();
      }
    };

  let help = "";
  const program = createProgram(start, { write: (text) => void (help += text), columns: stdout.columns });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    await printer.flush().catch(() => {});
    if (error instanceof CommandLineError && help !== "") {
      // Without a command, help is the answer to a mistake.
      (error.exitCode === 0 ? stdout : stderr).write(help);
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    const code = exitCodeOf(error);
    report(printer, error, running, code);
    // Of several that failed, each was told.
    if (tells && !isFinal(error) && !(causeOf(error) instanceof SomeFailed)) {
      await reportFailureEvent(printer, error, { name: running }).catch(() => {});
    }
    return code;
  }
}

function report(printer: Printer, error: unknown, command: string, code: number): void {
  if (code === EXIT.brokenPipe) return;
  const cause = causeOf(error);
  if (cause instanceof Interrupted) return printer.problem(describeFailure(cause, ""));
  printer.problem(describeFailure(error, command));
  for (const line of detailsOf(error)) printer.detail(line);
}

function nameOf(command: Command): string {
  return command.parent?.parent ? `${command.parent.name()} ${command.name()}` : command.name();
}
