import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as node from "./crypto.node.ts";
import * as web from "./crypto.ts";

const text = fc.string({ unit: "binary-ascii", maxLength: 200 });
const secret = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 100 });

test("a derived key signs like a chain of HMACs, in both variants", async () => {
  await fc.assert(
    fc.asyncProperty(secret, fc.array(text, { minLength: 1, maxLength: 4 }), text, async (secret, scope, text) => {
      const key = scope.reduce((key: string | Buffer, part) => createHmac("sha256", key).update(part).digest(), secret);
      const expected = createHmac("sha256", key).update(text).digest("hex");
      expect(node.v4Crypto.hmac(node.v4Crypto.deriveKey(secret, scope), text)).toBe(expected);
      expect(await web.v4Crypto.hmac(web.v4Crypto.deriveKey(secret, scope), text)).toBe(expected);
    }),
  );
});

test("texts are hashed byte by byte, in both variants", async () => {
  await fc.assert(
    fc.asyncProperty(secret, fc.uint8Array(), async (secret, input) => {
      const text = Buffer.from(input).toString("latin1");
      expect(node.v4Crypto.sha256(text)).toBe(createHash("sha256").update(input).digest("hex"));
      expect(await web.v4Crypto.sha256(text)).toBe(node.v4Crypto.sha256(text));
      expect(node.v1Crypto(secret, text)).toBe(createHmac("sha1", secret).update(input).digest("base64"));
      expect(await web.v1Crypto(secret, text)).toBe(node.v1Crypto(secret, text));
    }),
  );
});
