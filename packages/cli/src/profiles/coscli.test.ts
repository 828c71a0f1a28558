import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCoscliSecret } from "./coscli-secret.ts";
import { look, refusal, SECRETS } from "./testing.ts";

const { secret, token } = SECRETS;

describe("~/.cos.yaml", () => {
  const path = "/home/ada/.cos.yaml";
  const file = (text: string) => ({ files: { ".cos.yaml": text } });
  const id = "AKIDFakeFakeFakeFakeFakeFakeFakeFake";
  const key = "FakeTencentSecretKey000000000001";
  const stored = {
    id: "LdP2vRwISq+e0QrT4Awx7uD2g9QND6ujd9keiEwSj9K+StkezRQl89HLB7djqVWO",
    key: "+LAdOjiLYnl3F8aaqGCTAHAt0XNE2B+TtgPYD3gH9dHeQ1lHjB+NSA6psd9+JBIz",
    empty: "3kNZR4wfjUgOqbHffiQSMw==",
  };
  const base = (...lines: string[]) => ["cos:", "  base:", ...lines.map((line) => `    ${line}`), ""].join("\n");

  it("gives keys as the tool stores them, and the settings of buckets", async () => {
    const text = `cos:
  base:
    secretid: ${stored.id}
    secretkey: ${stored.key}
    sessiontoken: ${stored.empty}
    protocol: https
    mode: SecretKey
    cvmrolename: ""
    closeautoswitchhost: "false"
    disableencryption: "false"
  buckets:
  - name: photos-1250000000
    alias: ph
    region: ap-guangzhou
    endpoint: cos.ap-guangzhou.myqcloud.com
    ofs: false
  - name: fast-1250000000
    alias: fast
    region: ""
    endpoint: cos.accelerate.myqcloud.com
  - name: named-1250000000
    endpoint: cos.ap-beijing.myqcloud.com
  - alias: nameless
`;
    const found = await look("cos", file(text));
    expect(found.keys).toEqual({ accessKeyId: id, accessKeySecret: key });
    expect([found.source, found.region]).toEqual([`${path}, cos.base`, undefined]);
    expect(found.buckets).toEqual(
      new Map<string, object>([
        ["photos-1250000000", { region: "ap-guangzhou" }],
        ["fast-1250000000", { endpoint: "cos.accelerate.myqcloud.com" }],
        ["named-1250000000", { region: "ap-beijing" }],
      ]),
    );
  });

  it("gives keys in plain text, with keys in any case", async () => {
    const text = base(`SecretID: ${id}`, `SecretKey: ${key}`, `SessionToken: ${token}`);
    expect((await look("cos", file(text))).keys).toEqual({
      accessKeyId: id,
      accessKeySecret: key,
      securityToken: token,
    });
  });

  it("takes scalars as text, whatever they look like", async () => {
    const { keys } = await look("cos", file(base("secretid: 0012", "secretkey: 1e3", "sessiontoken: true")));
    expect(keys).toEqual({ accessKeyId: "0012", accessKeySecret: "1e3", securityToken: "true" });
  });

  it("leaves keys alone when the file says that they are plain", async () => {
    const text = base(`secretid: ${stored.id}`, `secretkey: ${stored.key}`, 'disableencryption: "true"');
    expect((await look("cos", file(text))).keys).toEqual({ accessKeyId: stored.id, accessKeySecret: stored.key });
  });

  it("refuses a CVM role, in any case", async () => {
    for (const mode of ["CvmRole", "cvmrole"]) {
      expect(await refusal("cos", file(base(`mode: ${mode}`, "cvmrolename: demo")))).toContain(
        `${path}, cos.base, key mode: "${mode}" is not supported, because it asks the metadata service of a CVM`,
      );
    }
  });

  it("is passed over without keys, and has no profiles", async () => {
    const empty = base(`secretid: ${stored.empty}`, `secretkey: ${stored.empty}`);
    expect(await refusal("cos", file(empty))).toContain(`${path}, cos.base: holds no secretid and secretkey`);
    expect(await refusal("cos", file("cos:\n"))).toContain("holds no secretid and secretkey");
    const text = base(`secretid: ${id}`, `secretkey: ${key}`);
    expect(await refusal("cos", { ...file(text), profile: "work" })).toContain(`${path}: has no profiles`);
    expect((await look("cos", { ...file(text), profile: "default" })).keys.accessKeyId).toBe(id);
  });

  it.each([
    ["", 'has no key "cos"'],
    [secret, 'has no key "cos"'],
    [`- ${secret}`, 'has no key "cos"'],
    [`cos:\n  base:\n    secretkey: "${secret}\n`, "is not valid YAML"],
    [`cos:\n  base:\n    secretkey: ${secret}\n   x: ]`, "is not valid YAML"],
    [`cos: {base: {secretid: x, secretid: ${secret}}}`, "line 1: is not valid YAML"],
    [`cos:\n  base: *${secret}\n`, "its YAML aliases cannot be resolved"],
    [base("secretid: x", `secretkey: [${secret}]`), "key secretkey: must be text"],
    [base("secretid: x", `secretkey: "${secret} x"`), "key secretkey: holds white space"],
    [base(`secretkey: ${secret}`), "secretid is missing or empty"],
  ])("is refused when malformed (%#)", async (text, reason) => {
    const message = await refusal("cos", file(text));
    expect(message).toContain(path);
    expect(message).toContain(reason);
  });

  it("is refused when its aliases are a bomb", async () => {
    const rows = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let at = 98; at < 106; at++) {
      const [name, below] = [String.fromCharCode(at), String.fromCharCode(at - 1)];
      rows.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${below}`).join(",")}]`);
    }
    expect(await refusal("cos", file(rows.join("\n")))).toContain(`${path}: its YAML aliases cannot be resolved`);
  });

  it("pollutes no prototype", async () => {
    const text = `__proto__:\n  cos: {base: {secretid: x, secretkey: ${secret}}}\ncos:\n  __proto__: {base: {secretid: x, secretkey: ${secret}}}\n`;
    expect(await refusal("cos", file(text))).toContain("holds no secretid");
    expect(Object.hasOwn(Object.prototype, "cos")).toBe(false);
  });
});

describe("what coscli stores", () => {
  /** As coscli writes: zero bytes fill the last block, and a whole one after full blocks. */
  function store(text: string): string {
    const plain = Buffer.from(text, "latin1");
    const padded = Buffer.concat([plain, Buffer.alloc(16 - (plain.length % 16))]);
    const cipher = createCipheriv("aes-128-ecb", "coscli-secret\0\0\0", null).setAutoPadding(false);
    return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
  }

  it.each([
    ["abc", "TerC0h70ZU4klRw3e3rgKA=="],
    ["", "3kNZR4wfjUgOqbHffiQSMw=="],
  ])("is %j for its %j", (plain, stored) => {
    expect(store(plain)).toBe(stored);
    expect(readCoscliSecret(stored)).toBe(plain);
  });

  it("is read back, whatever it is", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    fc.assert(
      fc.property(printable, (plain) => {
        expect(readCoscliSecret(store(plain))).toBe(plain);
      }),
    );
  });

  it("is told from plain text, even if that is Base64 of whole blocks", () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 }).filter((found) => found.some((byte) => byte !== 0));
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 4, maxLength: 12 }), (blocks) => {
        const plain = Buffer.concat(blocks).toString("base64");
        expect(readCoscliSecret(plain)).toBe(plain);
      }),
    );
  });
});
