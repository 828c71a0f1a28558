import { NodeHttpTransport } from "@cosmoss/transport-node/http";
import { UndiciTransport } from "@cosmoss/transport-node/undici";
import { describe, expect, it } from "vitest";
import { clouds, guardProcess, makeTransport, nextTurn, pattern, rejection, transports, useStage } from "./stage.ts";
import { TurnClock } from "./transfer-stage.ts";

guardProcess();

describe.each(clouds)("$name", (cloud) => {
  const stage = useStage(cloud);
  const get = (client = stage.client) =>
    client.send(new cloud.commands.GetObjectCommand({ Bucket: cloud.Bucket, Key: "a" }));

  it("a body that breaks while nobody reads it does not end the process, over undici", async () => {
    await stage.put("a", pattern(200_000));
    stage.emulator.faults = () => ({ resetResponseAt: 10_000 });
    const { Body } = await get(stage.connect({ maxAttempts: 1, requestHandler: new UndiciTransport() }));
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    // The process lives, and whoever reads later gets all of it: the rest is asked for again.
    expect((await Body.bytes()).length).toBe(200_000);
  });

  it("destroying a client whose bodies are not read does not end the process, over undici", async () => {
    await stage.put("a", pattern(1_000_000));
    const client = stage.connect({ requestHandler: new UndiciTransport() });
    const { Body } = await get(client);
    client.destroy();
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(await rejection(Body.bytes())).toMatchObject({ name: "TransportError" });
  });

  it.each(transports)("the onabort of a signal that has nothing else is kept, over %s", async (name) => {
    const onabort = (): void => {};
    const signal = { aborted: false, onabort };
    const client = stage.connect({ requestHandler: makeTransport(name) });
    await client.send(new cloud.commands.PutObjectCommand({ Bucket: cloud.Bucket, Key: "a", Body: "x" }), {
      signal: signal as any,
    });
    expect(signal.onabort).toBe(onabort);
  });

  it.each([
    ["node:http", (limits: object) => new NodeHttpTransport({ ...limits, maxSockets: 2 })],
    ["undici", (limits: object) => new UndiciTransport({ ...limits, connections: 2 })],
  ])("when unread bodies hold all connections, the error says so, over %s", async (_name, make) => {
    await stage.put("a", pattern(1_000_000));
    const clock = new TurnClock();
    const client = stage.connect({ clock, attemptTimeoutMs: 5000, maxAttempts: 1, requestHandler: make({ clock }) });
    const held = await Promise.all([get(client), get(client)]);
    const error = await rejection(get(client));
    for (const { Body } of held) await Body.cancel();
    expect(error.message).toMatch(/^All connections to .* were in use/);
  });
});
