import type { AnyMember, AnyOperation } from "@cosmoss/types";
import type { QueryParameter } from "../http/target.ts";

/** What of a request decides which operation it is. */
export interface Routable {
  readonly method: string;
  readonly target: "service" | "bucket" | "object";
  readonly query: readonly QueryParameter[];
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
}

interface Route<T> {
  readonly value: T;
  readonly operation: AnyOperation;
  /** Query names with the value each must have, `undefined` for any. */
  readonly query: readonly (readonly [name: string, value: string | undefined])[];
  readonly headers: readonly string[];
}

/** Chooses a presentation, not an operation: our clients always ask for it, others may not. */
const PRESENTATION = "encoding-type";

/** Finds the operation of a request from the descriptions alone: the one that demands most of what the request has. */
export class Router<T extends { readonly operation: AnyOperation }> {
  readonly #routes: readonly Route<T>[];
  readonly #subresources: ReadonlySet<string>;

  /** `subresources` are the query names that always choose an operation, whether or not it is among `values`. */
  constructor(values: readonly T[], subresources: readonly string[]) {
    this.#routes = values
      .map((value) => toRoute(value))
      .sort((a, b) => b.query.length + b.headers.length - (a.query.length + a.headers.length));
    this.#subresources = new Set(subresources);
  }

  /** The operation; or the parameter that it lacks; or the sub-resource that no operation here has; or nothing. */
  find(request: Routable): T | { readonly missing: string } | { readonly unsupported: string } | undefined {
    const has = new Map(request.query.map(({ name, value }) => [name, value]));
    const route = this.#routes.find(
      ({ operation, query, headers }) =>
        operation.http[0] === request.method &&
        operation.http[1] === request.target &&
        query.every(([name, value]) => has.has(name) && (value === undefined || has.get(name) === value)) &&
        headers.every((name) => request.headers[name]),
    );
    const known = new Set(route && queryNames(route.operation));
    for (const name of has.keys()) {
      if (!this.#subresources.has(name) || known.has(name)) continue;
      const missing = this.#missing(request, has, name);
      return missing === undefined ? { unsupported: name } : { missing };
    }
    return route?.value;
  }

  /** What a request with this sub-resource lacks to be an operation. */
  #missing(request: Routable, has: ReadonlyMap<string, string>, subresource: string): string | undefined {
    for (const { operation, query } of this.#routes) {
      if (operation.http[0] !== request.method || operation.http[1] !== request.target) continue;
      if (!query.some(([name, value]) => name === subresource && (value ?? has.get(name)) === has.get(name))) continue;
      const absent = query.find(([name]) => !has.has(name));
      if (absent) return absent[0];
    }
    return undefined;
  }
}

function toRoute<T extends { readonly operation: AnyOperation }>(value: T): Route<T> {
  const { operation } = value;
  const query: [string, string | undefined][] = constantQuery(operation).map((pair) => [...pair]);
  const headers: string[] = [];
  for (const [name, member] of Object.entries(operation.input) as [string, AnyMember][]) {
    if (!member.required) continue;
    if (member.in === "query") query.push([member.name ?? name, undefined]);
    if (member.in === "header") headers.push(member.name ?? name);
  }
  return { value, operation, query, headers };
}

function constantQuery(operation: AnyOperation): (readonly [string, string])[] {
  return [...new URLSearchParams(operation.http[2] ?? "")].filter(([name]) => name !== PRESENTATION);
}

function queryNames(operation: AnyOperation): string[] {
  const members = Object.entries(operation.input).filter(([, member]) => member.in === "query");
  return [...constantQuery(operation).map(([name]) => name), ...members.map(([name, member]) => member.name ?? name)];
}
