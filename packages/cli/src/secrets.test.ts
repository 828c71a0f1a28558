import { randomUUID } from "node:crypto";
import { startEmulator } from "@cosmoss/emulator";
import { expect, it } from "vitest";
import { useWorld } from "./testing/world.ts";

const world = useWorld();

it("no output has a secret, a token or a signature, whatever goes wrong", async () => {
  const keys = {
    accessKeyId: "AKIDsample",
    accessKeySecret: `secret-${randomUUID()}`,
    securityToken: `token-${randomUUID()}`,
  };
  const wrong = `wrong-${randomUUID()}`;
  const emulator = await startEmulator({
    credentials: [keys],
    buckets: { oss: ["photos"], cos: ["photos-1250000000"] },
  });
  const environmentOf = (secret: string): Record<string, string> => ({
    OSS_ENDPOINT: emulator.url,
    OSS_ACCESS_KEY_ID: keys.accessKeyId,
    OSS_ACCESS_KEY_SECRET: secret,
    OSS_SESSION_TOKEN: keys.securityToken,
    COS_ENDPOINT: emulator.url,
    COS_SECRET_ID: keys.accessKeyId,
    COS_SECRET_KEY: secret,
    COS_SESSION_TOKEN: keys.securityToken,
  });
  await world.write("a", "hello");
  const codes = new Set<number>();
  let written = "";
  for (const bucket of ["oss://photos", "cos://photos-1250000000"]) {
    for (const secret of [keys.accessKeySecret, wrong]) {
      for (const argv of [
        ["ls"],
        ["ls", bucket],
        ["cp", "a", bucket],
        ["cp", "-r", ".", bucket],
        ["sync", ".", bucket, "--dry-run"],
        ["cp", `${bucket}/a`, "b"],
        ["cat", `${bucket}/a`],
        ["stat", `${bucket}/a`],
        ["mb", bucket],
        ["rb", bucket],
        ["multipart", "ls", bucket],
        ["rm", "-ry", bucket],
        ["config", "list"],
        ["nonsense"],
        ["ls", "--endpoint", "http://127.0.0.1:1", bucket],
      ]) {
        for (const option of [["--verbose"], ["--verbose", "--json"]]) {
          const { code, stdout, stderr } = await world.run([...argv, ...option], { env: environmentOf(secret) });
          codes.add(code);
          written += stdout + stderr;
        }
      }
    }
  }
  await emulator.close();
  // Enough went right, and wrong in enough ways, for this to mean something.
  for (const code of [0, 1, 2, 3, 4, 5]) expect(codes).toContain(code);
  expect(written).toContain("SignatureDoesNotMatch");
  for (const secret of [keys.accessKeySecret, keys.securityToken, wrong]) expect(written).not.toContain(secret);
  expect(written).not.toMatch(/[Ss]ignature[=:]|OSS4-HMAC-SHA256|q-sign-algorithm|authorization/i);
});
