import { Command } from "commander";
import type { Context } from "../context.ts";
import { NotFound, UsageError } from "../problems.ts";
import { configPath, getConfig, listConfig, setConfig, unsetConfig } from "../profiles/config-file.ts";
import { readLine } from "../read-line.ts";
import { addExamples, type Start } from "../shared-options.ts";

const SECRETS = /\.(access_key_secret|security_token)$/;

/** `cosmoss config`. */
export function configCommand(start: Start): Command {
  const command = new Command("config").summary("read and change the configuration file").description(
    `Reads and changes the configuration file, ~/.cosmoss/config or what COSMOSS_CONFIG names.

Names are oss.<key> or cos.<key>, or for a profile of its own oss.<profile>.<key>. Keys: access_key_id,
access_key_secret, security_token, expiration, region, endpoint.`,
  );
  const get = new Command("get")
    .summary("print a setting")
    .description("Prints a setting. Secrets are never printed, only whether they are set.")
    .argument("<name>", "as oss.region");
  const set = new Command("set")
    .summary("change a setting")
    .description(
      "Changes a setting. A secret is read from standard input, so that it is not in the history of your shell.",
    )
    .argument("<name>", "as oss.region, or cos.work.access_key_id in the profile work")
    .argument("[value]", "default, and always for secrets: the first line of standard input");
  const unset = new Command("unset")
    .summary("remove a setting")
    .description("Removes a setting.")
    .argument("<name>", "as oss.region");
  const list = new Command("list")
    .summary("print all settings")
    .description("Prints all settings; secrets as ********.");
  const path = new Command("path").summary("print where the file is").description("Prints where the file is.");
  addExamples(command, [
    ["cosmoss config set oss.access_key_id LTAI...", "who you are"],
    ["cosmoss config set oss.access_key_secret", "asks for it"],
    ["cosmoss config set oss.region cn-hangzhou", "where your buckets are"],
    ["cosmoss config set cos.work.region ap-beijing", "in the profile of --profile work"],
  ]);
  command.addCommand(get.action(start(getOne)));
  command.addCommand(set.action(start(setOne)));
  command.addCommand(unset.action(start(unsetOne)));
  command.addCommand(list.action(start(listAll)));
  return command.addCommand(path.action(start(showPath)));
}

async function getOne({ environment, printer }: Context, _options: object, [name = ""]: string[]): Promise<void> {
  const value = await getConfig(name, environment);
  if (value === undefined) throw new NotFound(`config get: ${name} is not set`, "see what is with cosmoss config list");
  const shown = SECRETS.test(name) ? "********" : value;
  await printer.answer({ name, value: shown }, shown);
}

async function setOne(context: Context, _options: object, [name = "", given]: string[]): Promise<void> {
  const { environment, printer } = context;
  if (given !== undefined && SECRETS.test(name)) {
    throw new UsageError(
      `config set: ${name} on the command line would stay in the history of your shell`,
      "leave it out: it is read from standard input",
    );
  }
  const value = given ?? (await readLine(context, `${name}: `, { hidden: SECRETS.test(name) }));
  await setConfig(name, value, environment);
  await printer.event({ event: "set", name });
}

async function unsetOne({ environment, printer }: Context, _options: object, [name = ""]: string[]): Promise<void> {
  if (!(await unsetConfig(name, environment))) throw new NotFound(`config unset: ${name} is not set`);
  await printer.event({ event: "unset", name });
}

async function listAll({ environment, printer }: Context): Promise<void> {
  for (const { name, value } of await listConfig(environment))
    await printer.answer({ name, value }, `${name} = ${value}`);
}

async function showPath({ environment, printer }: Context): Promise<void> {
  const path = configPath(environment);
  await printer.answer({ path }, path);
}
