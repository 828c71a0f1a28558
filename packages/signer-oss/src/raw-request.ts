import type { HeaderBag } from "@cosmoss/types";
import { trimValue, unescapeBytes } from "./byte-string.ts";
import type { RawRequest } from "./verdict.ts";

/** A raw request taken apart. All texts are byte strings. */
export interface ReadRequest {
  readonly method: string;
  /** The percent-decoded path. */
  readonly pathname: string;
  /** Lower-case names; repeated headers joined by commas. */
  readonly headers: HeaderBag;
  /** Values of the `authorization` headers. */
  readonly authorizations: readonly string[];
  /** Decoded; `k` and `k=` are the same. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Takes a request apart without normalising anything. */
export function readRequest({ method, target, headers }: RawRequest): ReadRequest {
  const bag: HeaderBag = Object.create(null) as HeaderBag;
  const authorizations: string[] = [];
  for (const [rawName, rawValue] of headers) {
    const name = rawName.toLowerCase();
    const value = trimValue(rawValue);
    bag[name] = name in bag ? `${bag[name]},${value}` : value;
    if (name === "authorization") authorizations.push(value);
  }
  const mark = target.indexOf("?");
  const parameters = mark < 0 ? [] : readQuery(target.slice(mark + 1));
  const pathname = unescapeBytes(mark < 0 ? target : target.slice(0, mark));
  return { method, pathname, headers: bag, authorizations, parameters };
}

function readQuery(query: string): (readonly [string, string])[] {
  return query
    .split("&")
    .filter((piece) => piece !== "")
    .map((piece) => {
      const equals = piece.indexOf("=");
      const name = equals < 0 ? piece : piece.slice(0, equals);
      const value = equals < 0 ? "" : piece.slice(equals + 1);
      return [unescapeForm(name), unescapeForm(value)] as const;
    });
}

const unescapeForm = (text: string): string => unescapeBytes(text.replaceAll("+", " "));

/** All values of a parameter. */
export const valuesOf = ({ parameters }: ReadRequest, name: string): string[] =>
  parameters.filter(([one]) => one === name).map(([, value]) => value);

/** The named parameters that occur more than once. */
export const repeated = (request: ReadRequest, names: readonly string[]): string[] =>
  names.filter((name) => valuesOf(request, name).length > 1);
