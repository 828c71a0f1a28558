import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as node from "./crypto.node.ts";
import * as web from "./crypto.ts";

const text = fc.string({ unit: "binary-ascii", maxLength: 200 });
const secret = fc.string({ unit: "binary", minLength: 1, maxLength: 100 });

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

test("texts are hashed as UTF-8, bytes as they are, in both variants", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array()), async (input) => {
      const text = typeof input === "string" ? input : new Uint8Array(input);
      expect(await web.cosCrypto.sha1(text)).toBe(node.cosCrypto.sha1(text));
    }),
  );
});
