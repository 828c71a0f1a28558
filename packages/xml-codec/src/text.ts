/**
 * Replaces the five named entities and character references of XML. References to control characters are taken too: the
 * services write them, though XML 1.0 forbids them. If anything else begins with `&`, returns a number: where.
 */
export function decodeReferences(text: string): string | number {
  let decoded = "";
  let from = 0;
  for (let at = text.indexOf("&"); at >= 0; at = text.indexOf("&", from)) {
    const end = text.indexOf(";", at);
    const char = end < 0 ? undefined : decodeReference(text.slice(at + 1, end));
    if (char === undefined) return at;
    decoded += text.slice(from, at) + char;
    from = end + 1;
  }
  return decoded + text.slice(from);
}

function decodeReference(name: string): string | undefined {
  switch (name) {
    case "amp":
      return "&";
    case "lt":
      return "<";
    case "gt":
      return ">";
    case "quot":
      return '"';
    case "apos":
      return "'";
    default:
      return decodeCharacter(name);
  }
}

function decodeCharacter(name: string): string | undefined {
  const digits = /^#(?:x([\da-fA-F]+)|(\d+))$/.exec(name);
  if (!digits) return undefined;
  const code = digits[1] ? parseInt(digits[1], 16) : Number(digits[2]);
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

/** XML reads every line end as one line feed. */
export function normalizeLines(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

/** As `"12:5"`, both counted from 1. */
export function lineAndColumn(text: string, offset: number): string {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0 && end < offset; end = text.indexOf("\n", start)) {
    line++;
    start = end + 1;
  }
  return `${line}:${offset - start + 1}`;
}
