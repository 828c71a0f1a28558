import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as node from "./crypto.node.ts";
import * as web from "./crypto.ts";

const text = fc.string({ unit: "binary-ascii", maxLength: 200 });
const secret = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 100 });

test("a derived key is the hex text of an HMAC, and signs, in both variants", async () => {
  await fc.assert(
    fc.asyncProperty(secret, text, text, async (secret, keyTime, text) => {
      const key = createHmac("sha1", secret).update(keyTime).digest("hex");
      const expected = createHmac("sha1", key).update(text).digest("hex");
      expect(node.cosCrypto.hmac(node.cosCrypto.deriveKey(secret, keyTime), text)).toBe(expected);
      expect(await web.cosCrypto.hmac(web.cosCrypto.deriveKey(secret, keyTime), text)).toBe(expected);
    }),
  );
});

test("texts are hashed byte by byte, in both variants", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (input) => {
      const text = Buffer.from(input).toString("latin1");
      expect(node.cosCrypto.sha1(text)).toBe(createHash("sha1").update(input).digest("hex"));
      expect(await web.cosCrypto.sha1(text)).toBe(node.cosCrypto.sha1(text));
    }),
  );
});
