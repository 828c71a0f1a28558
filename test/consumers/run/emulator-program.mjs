// The emulator from a shell: what `npx @cosmoss/emulator` runs.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const program = join(import.meta.dirname, "..", "node_modules", ".bin", "cosmoss-emulator");
const refused = spawnSync(program, ["--prot", "1"], { encoding: "utf8" });
assert.equal(refused.status, 2);
assert.match(refused.stderr, /--prot[^]*Usage:/);

const emulator = spawn(program, ["--port", "0", "--oss-bucket", "photos"], { stdio: ["ignore", "pipe", "inherit"] });
const [line] = await once(emulator.stdout.setEncoding("utf8"), "data");
const [url] = /http:\S+:\d+/.exec(line) ?? assert.fail(line);
const { status } = await fetch(`${url}/photos/none`);
assert.equal(status, 403); // Without a signature.
emulator.kill("SIGINT");
assert.deepEqual(await once(emulator, "exit"), [0, null]);
