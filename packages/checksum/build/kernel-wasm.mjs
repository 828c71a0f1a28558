// Assembles the CRC-64 WebAssembly kernel and writes it to src/kernel-wasm.hex.ts.
//
//   node build/kernel-wasm.mjs            writes the file
//   node build/kernel-wasm.mjs --print    prints what it would write (the test compares it with the committed file)
//
// The module, in words:
//
//   (memory (export "m") 3)            bytes 0..32767: 16 tables of 256 u64 each; then room for the data
//   (start                             entry i of table k is the CRC of byte i followed by k zero bytes
//     do {
//       crc = i;  p = i * 8
//       do { 8 times: crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);  table[p] = crc;  p += 2048 } while (p < 32768)
//     } while (++i < 256))
//   (func (export "u") (param $crc i64) (param $n i32) (result i64)
//     crc = ~crc
//     while (n - p > 15) {             slice-by-16: the first 8 bytes meet the CRC, the last 8 do not
//       x = data[p..p+8] ^ crc;  y = data[p+8..p+16]
//       crc = T15[x & 255] ^ T14[x >> 8 & 255] ^ … ^ T0[y >> 56]
//       p += 16
//     }
//     while (p < n) crc = T0[(crc ^ data[p++]) & 255] ^ crc >> 8
//     return ~crc)
import { writeFileSync } from "node:fs";

const TABLE_BYTES = 256 * 8;
const DATA = 16 * TABLE_BYTES;
const PAGES = 3;
const POLYNOMIAL = 0xc96c5795d7870f42n;

const I32 = 0x7f;
const I64 = 0x7e;
const VOID = 0x40;
const END = 0x0b;

// Code is nested lists of bytes; `sized` flattens them.

/** LEB128, unsigned: sizes, indexes, memory offsets. */
function unsigned(value) {
  return value < 128 ? [value] : [(value & 127) | 128, unsigned(value >>> 7)];
}

/** LEB128, signed: operands of `const`. */
function signed(value) {
  const low = Number(value & 127n);
  return value >= -64n && value < 64n ? [low] : [low | 128, signed(value >> 7n)];
}

function sized(...code) {
  const bytes = code.flat(Infinity);
  return [unsigned(bytes.length), bytes];
}

const section = (id, ...content) => [id, sized(content)];
const name = (text) => sized(Array.from(new TextEncoder().encode(text)));

const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const tee = (local) => [0x22, local];
const i32 = (value) => [0x41, signed(BigInt(value))];
const i64 = (value) => [0x42, signed(BigInt.asIntN(64, BigInt(value)))];
const loop = (...body) => [0x03, VOID, body, END];
const ifThen = (...body) => [0x04, VOID, body, END];
const br = (depth) => [0x0c, depth];
const brIf = (depth) => [0x0d, depth];
const i32LessThan = 0x48;
const i32GreaterThan = 0x4a;
const i32Add = 0x6a;
const i32Sub = 0x6b;
const i32And = 0x71;
const i32ShiftLeft = 0x74;
const i64Sub = 0x7d;
const i64And = 0x83;
const i64Xor = 0x85;
const i64ShiftLeft = 0x86;
const i64ShiftRight = 0x88;
const wrap = 0xa7;
const extend = 0xad;
const i64Load = (align, offset) => [0x29, align, unsigned(offset)];
const i64LoadByte = (offset) => [0x31, 0, unsigned(offset)];
const i64Store = (align, offset) => [0x37, align, unsigned(offset)];
const add = (local, value) => [get(local), i32(value), i32Add, set(local)];
const not = [i64(-1), i64Xor];

/** Runs the body, adds `step` to the local, and does so again while the local is less than `end`. */
const loopTo = ([local, step, end], ...body) =>
  loop(body, get(local), i32(step), i32Add, tee(local), i32(end), i32LessThan, brIf(0));

// Locals of the start function.
const BYTE = 0;
const ENTRY = 1;
const BIT = 2;
const VALUE = 3;

const fillTables = [
  [2, 3, I32, 1, I64], // two kinds of locals: three i32, one i64
  loopTo(
    [BYTE, 1, 256],
    [get(BYTE), extend, set(VALUE)],
    [get(BYTE), i32(3), i32ShiftLeft, set(ENTRY)],
    loopTo(
      [ENTRY, TABLE_BYTES, DATA],
      [i32(0), set(BIT)],
      loopTo(
        [BIT, 1, 8],
        [get(VALUE), i64(1), i64ShiftRight],
        [i64(0), get(VALUE), i64(1), i64And, i64Sub, i64(POLYNOMIAL), i64And],
        [i64Xor, set(VALUE)],
      ),
      [get(ENTRY), get(VALUE), i64Store(3, 0)],
    ),
  ),
  END,
];

// Parameters and locals of the kernel.
const CRC = 0;
const N = 1;
const P = 2;
const X = 3;
const Y = 4;

/** `(value >> 8 * byte & 255) * 8`, with one shift and one mask instead of two shifts, then the entry of the table. */
function lookUp(value, byte, table) {
  const shift = 8 * byte - 3;
  const shifted = shift < 0 ? [i64(-shift), i64ShiftLeft] : [i64(shift), i64ShiftRight];
  return [value, shifted, wrap, i32(255 * 8), i32And, i64Load(3, table * TABLE_BYTES)];
}

const xorAll = (terms) => terms.map((term, index) => (index === 0 ? term : [term, i64Xor]));
const eightBytes = (local, lastTable) =>
  Array.from({ length: 8 }, (_, byte) => lookUp(get(local), byte, lastTable - byte));

// Three short chains of XOR: what does not wait for the CRC comes first, and what does is split in two.
// One chain, or a full tree, measured 4 to 8 % slower; all loads before all XORs, 20 to 40 %.
const fromX = eightBytes(X, 15);
const fromY = eightBytes(Y, 7);
const block = [xorAll(fromY), xorAll(fromX.slice(0, 4)), i64Xor, xorAll(fromX.slice(4)), i64Xor, set(CRC)];

const update = [
  [2, 1, I32, 2, I64], // two kinds of locals: p; x and y
  [get(CRC), not, set(CRC)],
  loop(
    [get(N), get(P), i32Sub, i32(15), i32GreaterThan],
    ifThen(
      [get(P), i64Load(0, DATA), get(CRC), i64Xor, set(X)],
      [get(P), i64Load(0, DATA + 8), set(Y)],
      block,
      add(P, 16),
      br(1),
    ),
  ),
  loop(
    [get(P), get(N), i32LessThan],
    ifThen(
      lookUp([get(CRC), get(P), i64LoadByte(DATA), i64Xor], 0, 0),
      [get(CRC), i64(8), i64ShiftRight, i64Xor, set(CRC)],
      add(P, 1),
      br(1),
    ),
  ),
  [get(CRC), not],
  END,
];

const module = [
  [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  section(1, 2, [0x60, 2, I64, I32, 1, I64], [0x60, 0, 0]), // types: of update, of fillTables
  section(3, 2, 0, 1), // functions
  section(5, 1, 0, PAGES), // memory
  section(7, 2, name("m"), 2, 0, name("u"), 0, 0), // exports
  section(8, 1), // start
  section(10, 2, sized(update), sized(fillTables)), // code
].flat(Infinity);

// Hexadecimal, because repeats stay aligned: after gzip it is 50 bytes smaller than base64 or a list of numbers.
const source = `// Written by build/kernel-wasm.mjs, which is also the readable form; do not edit.

/** The WebAssembly module, ${module.length} bytes. */
export const kernelHex =
  "${Buffer.from(module).toString("hex")}";
`;

if (process.argv.includes("--print")) {
  process.stdout.write(source);
} else {
  writeFileSync(new URL("../src/kernel-wasm.hex.ts", import.meta.url), source);
}
