import { FakeClock } from "@cosmoss/testkit/fake-clock";
import { describe, expect, it } from "vitest";
import { useWorld } from "../testing/world.ts";

const world = useWorld();

describe.each(["oss://photos", "cos://photos-1250000000"])("in %s", (bucket) => {
  const object = `${bucket}/a b%?#猫.txt`;

  it("prints URLs that anyone can put and get with", async () => {
    const [put] = await world.lines("presign", "--method", "PUT", object);
    expect((await fetch(put!, { method: "PUT", body: Buffer.from("hello") })).status).toBe(200);
    const [get] = await world.lines("presign", object);
    expect(await (await fetch(get!)).text()).toBe("hello");
    const [gone] = await world.lines("presign", "--method", "DELETE", object);
    expect((await fetch(gone!, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(get!)).status).toBe(404);
    expect((await fetch(get!.replace(/.$/, (last) => (last === "0" ? "1" : "0")))).status).toBe(403);
  });

  it("signs the type of what is put", async () => {
    const { stdout } = await world.run([
      "presign",
      "--json",
      "--method",
      "PUT",
      "--content-type",
      "image/jpeg",
      object,
    ]);
    const { url, headers } = JSON.parse(stdout) as { url: string; headers: Record<string, string> };
    expect(headers).toEqual({ "content-type": "image/jpeg" });
    expect((await fetch(url, { method: "PUT", headers, body: "x" })).status).toBe(200);
    expect(await world.lines("stat", object)).toContain("contentType:  image/jpeg");
    expect((await world.run(["presign", "--content-type", "image/jpeg", object])).code).toBe(2);
  });

  it("says when it expires", async () => {
    const clock = new FakeClock(Date.UTC(2024, 4, 6, 12));
    const { stdout } = await world.run(["presign", "--json", "--expires", "2h", object], { clock });
    expect(JSON.parse(stdout)).toMatchObject({
      object,
      method: "GET",
      headers: {},
      expiresAt: "2024-05-06T14:00:00.000Z",
    });
    const { stderr } = await world.run(["presign", "-v", object], { clock });
    expect(stderr).toContain("works until 2024-05-06 12:15:00Z\n");
  });

  it("refuses what cannot be", async () => {
    expect((await world.run(["presign", bucket])).code).toBe(2);
    expect((await world.run(["presign", "--method", "POST", object])).stderr).toBe(
      "cosmoss: option '--method <method>' argument 'POST' is invalid. Allowed choices are GET, PUT, HEAD, DELETE; see cosmoss presign --help\n",
    );
    expect((await world.run(["presign", "--expires", "soon", object])).code).toBe(2);
    expect((await world.run(["presign", "--anonymous", object])).code).toBe(2);
  });
});
