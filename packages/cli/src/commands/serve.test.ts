import { expect, it } from "vitest";
import { Recorder, useWorld } from "../testing/world.ts";

const world = useWorld();

/** A run of `serve` that listens, and the URL of it. */
async function serve(...argv: string[]) {
  const stdout = new Recorder();
  const listening = new Promise<string>((resolve) => {
    const write = stdout._write.bind(stdout);
    stdout._write = (chunk, encoding, done) => {
      write(chunk, encoding, done);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout.text)?.[0];
      if (url !== undefined) resolve(url);
    };
  });
  const ended = world.run(["serve", "--port", "0", ...argv], { stdout });
  return { url: await listening, ended, stdout };
}

it("serves until Ctrl-C, and says how to use it", async () => {
  const { url, ended, stdout } = await serve("-b", "oss://cats", "-b", "cos://cats-1250000000");
  const variables = [...stdout.text.matchAll(/^ {2}export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
  const env = Object.fromEntries(variables) as Record<string, string>;
  expect(env).toEqual({ ...world.env, OSS_ENDPOINT: url, COS_ENDPOINT: url });
  const { stdout: listed } = await world.run(["ls"], { env });
  expect(listed).toMatch(/oss:\/\/cats\n.*cos:\/\/cats-1250000000\n$/);
  world.interrupt();
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
  expect(world.listening).toBe(0);
  expect((await world.run(["ls", "oss://"], { env })).code).toBe(5);
});

it("keeps what it has in a directory", async () => {
  const first = await serve("--directory", "data", "--bucket", "oss://cats");
  const env = { ...world.env, OSS_ENDPOINT: first.url };
  expect((await world.run(["cp", "-", "oss://cats/a"], { env, stdin: "meow" })).code).toBe(0);
  world.interrupt();
  await first.ended;
  const second = await serve("--directory", "data", "--json");
  expect(JSON.parse(second.stdout.text)).toMatchObject({ event: "listening", url: second.url });
  expect((await world.run(["cat", "oss://cats/a"], { env: { ...world.env, OSS_ENDPOINT: second.url } })).stdout).toBe(
    "meow",
  );
  world.interrupt();
  await second.ended;
});

it("says when the port is in use, or none", async () => {
  const taken = await world.run(["serve", "--port", String(world.emulator.port)]);
  expect(taken.code).toBe(1);
  expect(taken.stderr).toMatch(/^cosmoss: serve: the port is in use; choose another with --port\n$/);
  expect((await world.run(["serve", "--port", "70000"])).code).toBe(2);
  expect((await world.run(["serve", "--bucket", "photos"])).code).toBe(2);
});
