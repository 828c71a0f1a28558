// The command line as installed: its own emulator in one process, the commands in others, with an empty home.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = join(import.meta.dirname, "..", "node_modules", ".bin", "cosmoss");
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../node_modules/cosmoss/package.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "cosmoss-cli-"));
const home = join(scratch, "home");
mkdirSync(home);
const { PATH } = process.env;
const env = { PATH, HOME: home, USERPROFILE: home };

const serve = ["serve", "--port", "0", "--bucket", "oss://photos", "--json"];
const server = spawn(program, serve, { env, stdio: ["ignore", "pipe", "inherit"] });
try {
  const [line] = await once(server.stdout.setEncoding("utf8"), "data");
  const { event, url, credentials } = JSON.parse(line);
  assert.equal(event, "listening");

  // Without credentials nothing is sent.
  const denied = cosmoss(["ls", "oss://photos", "--endpoint", url]);
  assert.deepEqual([denied.status, denied.stdout], [4, ""]);
  Object.assign(env, {
    OSS_ENDPOINT: url,
    OSS_ACCESS_KEY_ID: credentials.accessKeyId,
    OSS_ACCESS_KEY_SECRET: credentials.accessKeySecret,
    COS_ENDPOINT: url,
    COS_SECRET_ID: credentials.accessKeyId,
    COS_SECRET_KEY: credentials.accessKeySecret,
  });

  assert.equal(answer("--version"), `${version}\n`);
  assert.match(answer("cp", "--help"), /^Usage: cosmoss cp [^]*--part-size/);
  const unknown = cosmoss(["cp", "--prat-size", "1"]);
  assert.equal(unknown.status, 2);
  assert.match(unknown.stderr, /--prat-size/);

  assert.match(answer("mb", "cos://archive-1250000000"), /made cos:\/\/archive-1250000000/);
  const large = randomBytes(20 * 2 ** 20);
  writeFileSync(join(scratch, "large.bin"), large);
  assert.match(answer("cp", "large.bin", "oss://photos", "--part-size", "1MiB"), /uploaded .*large\.bin/);
  answer("cp", "oss://photos/large.bin", "cos://archive-1250000000/", "--part-size", "1MiB");
  answer("cp", "cos://archive-1250000000/large.bin", "back.bin");
  assert.ok(large.equals(readFileSync(join(scratch, "back.bin"))));
  assert.match(answer("ls", "oss://photos"), /20\.0 MiB\s+oss:\/\/photos\/large\.bin\n$/);

  assert.equal(cosmoss(["cp", "-", "oss://photos/letters.txt"], { input: "a\nb\n" }).status, 0);
  assert.equal(answer("cat", "oss://photos/letters.txt"), "a\nb\n");

  mkdirSync(join(scratch, "site", "img"), { recursive: true });
  writeFileSync(join(scratch, "site", "index.html"), "<p>");
  writeFileSync(join(scratch, "site", "img", "dot.gif"), "GIF89a");
  answer("sync", "site", "cos://archive-1250000000/www");
  assert.deepEqual(summary("sync", "site", "cos://archive-1250000000/www"), { transferred: 0, same: 2 });
  assert.deepEqual(summary("sync", "cos://archive-1250000000/www", "copy"), { transferred: 2, same: 0 });
  assert.equal(readFileSync(join(scratch, "copy", "img", "dot.gif"), "utf8"), "GIF89a");
  assert.deepEqual(readdirSync(join(scratch, "copy")).sort(), ["img", "index.html"]);

  const link = answer("presign", "cos://archive-1250000000/www/index.html", "--expires", "5m").trim();
  const response = await fetch(link);
  assert.deepEqual([await response.text(), response.headers.get("content-type")], ["<p>", "text/html"]);

  assert.match(answer("rm", "oss://photos/letters.txt"), /deleted oss:\/\/photos\/letters\.txt/);
  assert.equal(cosmoss(["cat", "oss://photos/letters.txt"]).status, 3);
  assert.equal(cosmoss(["rm", "-r", "oss://photos"]).status, 2); // There is nobody to ask.
  answer("rm", "-r", "--yes", "oss://photos");
  assert.equal(answer("ls", "oss://photos"), "");
  assert.equal(answer("multipart", "ls", "cos://archive-1250000000"), "");

  // Nothing is left at home, secrets least of all.
  const left = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.deepEqual(left, []);

  server.kill("SIGINT");
  const [status] = await once(server, "exit");
  assert.equal(status, 0);
} finally {
  server.kill("SIGKILL");
  rmSync(scratch, { recursive: true });
}

function cosmoss(args, options = {}) {
  return spawnSync(program, args, { cwd: scratch, env, encoding: "utf8", input: "", timeout: 60_000, ...options });
}

/** What a command that must succeed prints. */
function answer(...args) {
  const { status, stdout, stderr } = cosmoss(args);
  assert.equal(status, 0, `cosmoss ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** What the last event of a command counts. */
function summary(...args) {
  const last = answer(...args, "--json")
    .trim()
    .split("\n")
    .at(-1);
  const { transferred, same } = JSON.parse(last);
  return { transferred, same };
}
