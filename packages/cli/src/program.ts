import { VERSION } from "@cosmoss/core";
import { Command, type CommanderError, Option } from "commander";
import { catCommand } from "./commands/cat.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { cpCommand } from "./commands/cp.ts";
import { duCommand } from "./commands/du.ts";
import { lsCommand } from "./commands/ls.ts";
import { mbCommand } from "./commands/mb.ts";
import { multipartCommand } from "./commands/multipart.ts";
import { mvCommand } from "./commands/mv.ts";
import { presignCommand } from "./commands/presign.ts";
import { rbCommand } from "./commands/rb.ts";
import { rmCommand } from "./commands/rm.ts";
import { serveCommand } from "./commands/serve.ts";
import { statCommand } from "./commands/stat.ts";
import { syncCommand } from "./commands/sync.ts";
import { EXIT_CODES_HELP } from "./exit-codes.ts";
import { UsageError } from "./problems.ts";
import { addExamples, repeatable, type Start } from "./shared-options.ts";

const DESCRIPTION = `Works with objects in Alibaba Cloud OSS and Tencent Cloud COS, and copies between them and this machine.

Where things are:
  oss://bucket/key          an object of OSS
  cos://bucket-appid/key    an object of COS
  photos/cat.jpg            a file here
  -                         standard input or output
A key is taken as it stands: %, ?, # and spaces are parts of it. Quote it for your shell.`;

const CREDENTIALS_HELP = `Credentials are taken from the first place that has some:
  1. the environment: OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET; COS_SECRET_ID and COS_SECRET_KEY
  2. ~/.cosmoss/config, see cosmoss config --help
  3. the files of the vendors' tools: ~/.ossutilconfig, ~/.aliyun/config.json and ~/.alibabacloud/credentials;
     ~/.cos.yaml, ~/.tccli and ~/.tencentcloud/credentials`;

/** The help is asked for, or a command line makes no sense; commander has nothing more to do. */
export class CommandLineError extends UsageError {
  /** 0 where help was asked for. */
  readonly exitCode: number;

  constructor(error: CommanderError, command: string) {
    super(error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " "), `see ${command} --help`);
    this.exitCode = error.exitCode;
  }
}

/** All commands, which `start` gets going. */
export function createProgram(
  start: Start,
  { write, columns }: { write: (text: string) => void; columns: number | undefined },
): Command {
  const program = new Command("cosmoss");
  program
    .description(DESCRIPTION)
    .version(VERSION, "--version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, subcommandTerm: termOf })
    .configureOutput({
      writeOut: write,
      writeErr: write,
      outputError: () => {},
      getOutHelpWidth: () => columns ?? 100,
      getErrHelpWidth: () => columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .option("--json", "records and events as JSON, one per line")
    .option("-q, --quiet", "only what was asked for, and errors")
    .option("-v, --verbose", "more about what happens and what went wrong")
    .addOption(setting("--endpoint <url>", "another host than the region's, as http://127.0.0.1:9000"))
    .addOption(setting("--region <id>", "as cn-hangzhou or ap-guangzhou"))
    .addOption(setting("--profile <name>", "a profile of the configuration files"))
    .option("--anonymous", "send requests without credentials");
  for (const make of [
    lsCommand,
    cpCommand,
    mvCommand,
    rmCommand,
    syncCommand,
    catCommand,
    statCommand,
    duCommand,
    presignCommand,
    mbCommand,
    rbCommand,
    multipartCommand,
    serveCommand,
    configCommand,
  ]) {
    program.addCommand(make(start));
  }
  program.addCommand(completionCommand(start, program));
  addExamples(program, [
    ["cosmoss cp big.iso oss://backup/", "upload; the same command resumes after an interruption"],
    ["cosmoss sync ./site oss://www --delete", "make a bucket the same as a directory"],
    ["cosmoss cp -r oss://photos/2024/ cos://photos-1250000000/2024/", "from cloud to cloud"],
    ["cosmoss serve --bucket oss://photos", "try it without an account"],
  ]);
  program.addHelpText(
    "after",
    `
${CREDENTIALS_HELP}
--endpoint, --region and --profile may name the cloud they are for, as --region oss=cn-hangzhou --region cos=ap-beijing.

${EXIT_CODES_HELP}`,
  );
  prepare(program, program, "cosmoss");
  return program;
}

/** Commands that are made apart do not take over what the program is set to. */
function prepare(command: Command, program: Command, name: string): void {
  if (command !== program) command.copyInheritedSettings(program);
  command.exitOverride((error) => {
    throw new CommandLineError(error, name);
  });
  for (const one of command.commands) prepare(one, program, `${name} ${one.name()}`);
}

function setting(flags: string, description: string): Option {
  return new Option(flags, description).argParser(repeatable);
}

/** Without `[options]`, which all have. */
function termOf(command: Command): string {
  const operands = command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? "..." : ""}`;
    return one.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...operands].join(" ");
}
