/** Bytes that look random and are the same every time. */
export function bytes(length: number, seed = 1): Buffer<ArrayBuffer> {
  const content = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    content[i] = state >>> 24;
  }
  return content;
}

/** Keys with everything that a URL, XML or a signature could stumble over. */
export const awkwardKeys: readonly string[] = [
  "杭州・中国/照片 😀.jpg",
  "a b+c%20d%2Fe%25",
  "100% + ?query=1&x=2#fragment",
  "it's (a) *star*!~-_.",
  "a&b<c>\"d\"'e';f,g:h@i$j=k",
  "[brackets]{braces}|\\^`",
  "double//slash///end/",
  " spaces at both ends ",
  "e\u0301 is not \u00e9",
  "k".repeat(850),
];

/** A key that URL parsers rewrite. */
export const dottedKey = "dots/./../..x/.../.";
