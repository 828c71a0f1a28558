import { trimValue, unescapeBytes } from "./byte-string.ts";
import type { RawRequest } from "./verdict.ts";

/** A name and its value; byte strings, decoded. */
export type Pair = readonly [name: string, value: string];

/** A parameter of a raw query. */
interface Parameter {
  readonly name: string;
  /** Decoded, `+` as a space; empty when there is no `=`. */
  readonly value: string;
  /** As received. */
  readonly rawValue: string;
}

/** A raw request taken apart. All texts are byte strings. */
export interface ReadRequest {
  readonly method: string;
  /** The percent-decoded path, not normalised. */
  readonly pathname: string;
  /** Lower-case names; repeated headers joined by commas. */
  readonly headers: readonly Pair[];
  /** Values of the `authorization` headers. */
  readonly authorizations: readonly string[];
  readonly parameters: readonly Parameter[];
}

/** Takes a request apart without normalising anything. */
export function readRequest({ method, target, headers }: RawRequest): ReadRequest {
  const values = new Map<string, string[]>();
  for (const [rawName, rawValue] of headers) {
    const name = rawName.toLowerCase();
    values.set(name, [...(values.get(name) ?? []), trimValue(rawValue)]);
  }
  const mark = target.indexOf("?");
  return {
    method,
    pathname: unescapeBytes(mark < 0 ? target : target.slice(0, mark)),
    headers: [...values].map(([name, all]) => [name, all.join(",")] as const),
    authorizations: values.get("authorization") ?? [],
    parameters: mark < 0 ? [] : readQuery(target.slice(mark + 1)),
  };
}

function readQuery(query: string): Parameter[] {
  return query
    .split("&")
    .filter((piece) => piece !== "")
    .map((piece) => {
      const equals = piece.indexOf("=");
      const rawValue = equals < 0 ? "" : piece.slice(equals + 1);
      const name = unescapeForm(equals < 0 ? piece : piece.slice(0, equals));
      return { name, value: unescapeForm(rawValue), rawValue };
    });
}

const unescapeForm = (text: string): string => unescapeBytes(text.replaceAll("+", " "));
