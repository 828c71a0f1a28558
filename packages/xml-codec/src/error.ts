/**
 * Reads the flat `<Error>` documents of the services, without the XML reader.
 * @packageDocumentation
 */

/**
 * The elements of an `<Error>` document by name, as `Code`, `Message` and `RequestId`; undefined if the text is something
 * else. Never throws. Reads at most the first 65,536 characters behind leading white space, and of a document cut short what there is. Elements
 * inside elements are listed like the others; of two with one name the first counts. The result has no prototype.
 * @public
 */
export function readErrorXml(text: string): Record<string, string> | undefined {
  // COS may send any number of blanks first, to keep the connection alive.
  const document = text.trimStart().slice(0, 65_536);
  // In both patterns no two neighbouring repetitions can match the same text, so no input makes them slow.
  const start = /^(?:<\?[^]*?\?>\s*)?<Error(?:\s[^<>]*)?\/?>/.exec(document);
  if (!start) return undefined;
  const details: Record<string, string> = Object.create(null);
  const content = document.slice(start[0].length).split("</Error")[0] as string;
  for (const [, name, value] of content.matchAll(/<([\w:.-]+)(?:\s[^<>]*)?>([^<]*)<\/\1\s*>/g)) {
    details[name as string] ??= decode(value as string);
  }
  return details;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** What is no reference that we know stays as it is. No member that every object has is as short as these names. */
function decode(text: string): string {
  return text.replace(/&(?:#(x[\da-fA-F]+|\d+)|([a-z]{2,4}));/g, (reference, digits: string, name: string) => {
    const code = Number("0" + digits);
    return code <= 0x10ffff ? String.fromCodePoint(code) : (ENTITIES[name] ?? reference);
  });
}
