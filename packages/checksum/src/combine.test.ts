import { ConfigError } from "@cosmoss/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineCrc64, crc64 } from "./index.ts";

const ascii = (text: string) => new TextEncoder().encode(text);
const bytes = fc.uint8Array({ maxLength: 300 });
const crc = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const length = fc.oneof(fc.nat(1000), fc.maxSafeNat());

describe("combineCrc64", () => {
  it("gives the published value from its pieces", () => {
    expect(combineCrc64(crc64(ascii("12345")), crc64(ascii("6789")), 4)).toBe("11051210869376104954");
  });

  it("equals the CRC of the whole", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(combineCrc64(crc64(a), crc64(b), b.length)).toBe(crc64(new Uint8Array([...a, ...b])));
      }),
    );
  });

  it("notices a wrong length", () => {
    expect(combineCrc64(crc64(ascii("12345")), crc64(ascii("6789")), 5)).not.toBe("11051210869376104954");
  });

  it("is associative", () => {
    fc.assert(
      fc.property(crc, crc, crc, length, fc.nat(1_000_000), (a, b, c, lengthB, lengthC) => {
        fc.pre(lengthB + lengthC <= Number.MAX_SAFE_INTEGER);
        const left = combineCrc64(combineCrc64(a, b, lengthB), c, lengthC);
        const right = combineCrc64(a, combineCrc64(b, c, lengthC), lengthB + lengthC);
        expect(left).toBe(right);
      }),
    );
  });

  it("changes nothing when the empty piece is added", () => {
    fc.assert(
      fc.property(crc, length, (a, lengthA) => {
        expect(combineCrc64(a, "0", 0)).toBe(a);
        expect(combineCrc64("0", a, lengthA)).toBe(a);
      }),
    );
  });

  it("folds the parts of an upload", () => {
    const whole = new Uint8Array(1_000_003).map((_, i) => (i * 7919) >>> 3);
    const partSize = 123_457;
    let folded = "0";
    for (let start = 0; start < whole.length; start += partSize) {
      const part = whole.subarray(start, start + partSize);
      folded = combineCrc64(folded, crc64(part), part.length);
    }
    expect(folded).toBe(crc64(whole));
  });

  it("takes lengths beyond 32 bits", () => {
    // 6 GiB of zeros: one step against six of 1 GiB, whose CRC is doubled up from 1 MiB.
    let size = 2 ** 20;
    let gibibyte = crc64(new Uint8Array(size));
    for (; size < 2 ** 30; size *= 2) gibibyte = combineCrc64(gibibyte, gibibyte, size);
    const zeros = Array.from({ length: 6 }, () => gibibyte).reduce((all, one) => combineCrc64(all, one, size));
    let stepwise = "11051210869376104954";
    for (let i = 0; i < 6; i++) stepwise = combineCrc64(stepwise, gibibyte, size);
    expect(combineCrc64("11051210869376104954", zeros, 6 * size)).toBe(stepwise);
    expect(combineCrc64("11051210869376104954", zeros, (6 * size) % 2 ** 32)).not.toBe(stepwise);
  });

  it.each<[value: unknown]>([
    [""],
    ["-1"],
    ["1.5"],
    ["0x10"],
    [" 1"],
    ["1\n"],
    ["12e3"],
    ["18446744073709551616"],
    ["999999999999999999999"],
    [7],
    [7n],
    [undefined],
    [null],
  ])("refuses %o as a CRC: only an unsigned 64-bit decimal string will do", (value) => {
    expect(() => combineCrc64(value as string, "0", 0)).toThrow(ConfigError);
    expect(() => combineCrc64(value as string, "0", 0)).toThrow(/crcA is .*unsigned 64-bit decimal/s);
    expect(() => combineCrc64("0", value as string, 0)).toThrow(/crcB is .*unsigned 64-bit decimal/s);
  });

  it.each<[value: unknown]>([[-1], [0.5], [NaN], [Infinity], [Number.MAX_SAFE_INTEGER + 1], ["4"], [4n], [undefined]])(
    "refuses %o as a length: only a whole number in range will do",
    (value) => {
      expect(() => combineCrc64("0", "0", value as number)).toThrow(ConfigError);
      expect(() => combineCrc64("0", "0", value as number)).toThrow(/lengthB is .*length of the second piece in bytes/);
    },
  );

  it("takes the greatest CRC and the greatest length", () => {
    expect(combineCrc64("18446744073709551615", "0", 0)).toBe("18446744073709551615");
    expect(combineCrc64("0", "0", Number.MAX_SAFE_INTEGER)).toBe("0");
  });
});
