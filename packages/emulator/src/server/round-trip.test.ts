import { type Client, Command } from "@cosmoss/core";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import type { AnyMember, AnyOperation, AnyShape, HttpRequest, HttpResponse } from "@cosmoss/types";
import { formatTarget } from "@cosmoss/uri";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { cosProvider } from "../cos/provider.ts";
import { providerHint, resolveDestination } from "../http/hosts.ts";
import { decodePath, parseTarget } from "../http/target.ts";
import { ossProvider } from "../oss/provider.ts";
import { decodeInput } from "./decode-input.ts";
import { encodeDocument, encodeHeaders, unescapeNumeric } from "./encode-output.ts";
import type { Service } from "./handler.ts";
import type { Provider } from "./provider.ts";
import { readDocument } from "./read-document.ts";
import { Router } from "./router.ts";

// What the client writes by a description, the emulator must read by it, and the other way round. The two have no code in
// common for requests but the description.

type Values = Record<string, unknown>;

/** A transport that keeps the request and answers with what it is told. */
class Wire {
  request: HttpRequest | undefined;
  response: HttpResponse | undefined;
  handle(request: HttpRequest): Promise<{ response: HttpResponse }> {
    this.request = request;
    if (!this.response) return Promise.reject(new Error("only the request matters"));
    return Promise.resolve({ response: this.response });
  }
  destroy(): void {}
}

const common = {
  credentials: { accessKeyId: "id", accessKeySecret: "secret" },
  maxAttempts: 1,
  checksum: false,
} as const;
const ossWire = new Wire();
const cosWire = new Wire();
const sides: Record<"oss" | "cos", { wire: Wire; client: Client; provider: Provider }> = {
  oss: {
    wire: ossWire,
    client: new OSSClient({ ...common, region: "cn-hangzhou", requestHandler: ossWire }),
    provider: ossProvider({ clock: { now: () => 0 } as never, random: () => 0 }),
  },
  cos: {
    wire: cosWire,
    client: new COSClient({ ...common, region: "ap-guangzhou", requestHandler: cosWire }),
    provider: cosProvider({ clock: { now: () => 0 } as never, random: () => 0 }),
  },
};
afterAll(() => {
  sides.oss.client.destroy();
  sides.cos.client.destroy();
});

/** Text as XML, a query and a path can carry it, and what might be decoded once too often. */
const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    fc.constantFrom("%41", "a+b", "100%", "&amp;", "&#65;", "]]>", "a//b/../c", "k=v&k", " \t\n ", ""),
  )
  .filter((value) => !/[\0\ufffe\uffff]/.test(value));
/** As UTF-8 in a header, which HTTP neither trims nor refuses. */
const headerText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  // oxlint-disable-next-line no-control-regex -- headers hold none
  .filter((value) => !/[\x00-\x1f\x7f]|^[\s\u200b]|[\s\u200b]$/.test(value));
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const date = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));

const keys = {
  oss: text.filter((value) => value !== "" && !/^[/\\]/.test(value)),
  cos: text.filter((value) => value !== "" && !/^[/.]+$/.test(value)),
};
const buckets = {
  oss: fc.stringMatching(/^[a-z][a-z0-9-]{1,8}[a-z0-9]$/),
  cos: fc.stringMatching(/^[a-z][a-z0-9]{0,8}-\d{10}$/),
};
const copySources = {
  oss: fc.record(
    { Bucket: buckets.oss, Key: keys.oss, VersionId: text.filter((value) => value !== "") },
    { requiredKeys: ["Bucket", "Key"] },
  ),
  cos: fc.record(
    {
      ...{ Bucket: buckets.cos, Key: keys.cos, VersionId: text.filter((value) => value !== "") },
      Region: fc.constantFrom("ap-beijing", "eu-frankfurt"),
    },
    { requiredKeys: ["Bucket", "Key", "Region"] },
  ),
};

/** Values of a member, `string` being those of its texts. */
function valueOf(member: AnyMember, string: Arbitrary<string>, side: "oss" | "cos"): Arbitrary<unknown> {
  const { list, struct } = member;
  if (list) return fc.array(valueOf(list, string, side), { minLength: 1, maxLength: 3 });
  if (struct) return valuesOf(struct(), (one) => one.in === undefined, string, side);
  switch (member.type) {
    case "int":
      return fc.integer({ min: member.min ?? 0, max: Math.min(member.max ?? 2 ** 31 - 1, 2 ** 31 - 1) });
    case "bool":
      return fc.boolean();
    case "iso-date":
    case "http-date":
      return date;
    case "form":
      return fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
    case "copy-source":
      return copySources[side];
    default:
      return string;
  }
}

/** Values of the members that `isWanted`: all that are required, and some of the others. */
function valuesOf(
  shape: AnyShape,
  isWanted: (member: AnyMember) => boolean,
  string: Arbitrary<string>,
  side: "oss" | "cos",
): Arbitrary<Values> {
  const members: Record<string, Arbitrary<unknown>> = {};
  const requiredKeys: string[] = [];
  for (const [name, member] of Object.entries(shape)) {
    if (!isWanted(member)) continue;
    members[name] = arbitraryOf(member, string, side);
    if (member.required) requiredKeys.push(name);
  }
  return fc.record(members, { requiredKeys, noNullPrototype: true }) as Arbitrary<Values>;
}

function arbitraryOf(member: AnyMember, string: Arbitrary<string>, side: "oss" | "cos"): Arbitrary<unknown> {
  switch (member.in) {
    case "bucket":
      return buckets[side];
    case "key":
      return keys[side];
    case "query":
      return valueOf(member, text, side);
    case "header":
      return valueOf(member, headerText, side);
    case "headers":
      return fc.dictionary(token, headerText, { maxKeys: 3, noNullPrototype: true });
    default:
      return valueOf(member, string, side);
  }
}

class AnyCommand extends Command<Values, Values> {
  constructor(operation: AnyOperation, input: Values) {
    super(operation as never, input);
  }
}

/** Reads a request as the emulator does, after routing it. */
function readRequest(request: HttpRequest, provider: Provider): { service: unknown; input: Values } {
  const target = parseTarget(formatTarget(request.path, request.query));
  const { headers } = request;
  const hint = providerHint({
    authorization: headers["authorization"],
    query: target.query,
    headerNames: Object.keys(headers),
  });
  const destination = resolveDestination(request.hostname, target.rawPath, hint);
  expect(destination.provider).toBe(provider.name);
  const { bucket } = destination;
  const key = destination.rawKey === "" ? undefined : decodePath(destination.rawKey);
  const service = new Router<Service>(provider.services, provider.subresources).find({
    method: request.method,
    target: bucket === undefined ? "service" : key === undefined ? "bucket" : "object",
    query: target.query,
    headers,
  });
  if (!service || !("operation" in service)) throw new Error(`not routed: ${JSON.stringify(service)}`);
  const { operation } = service;
  const input = decodeInput(operation, {
    ...{ bucket, key, query: target.query, headers },
    readCopySource: (value) => provider.readCopySource(value),
  });
  if (operation.requestRoot !== undefined && request.body !== undefined) {
    Object.assign(input, readDocument(request.body as string, operation.requestRoot, operation.input));
  }
  return { service: operation.name, input };
}

/** What both sides take for the same: metadata without names, and none. */
function withoutEmpty(values: Values, shape: AnyShape): Values {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => shape[name]?.in !== "headers" || Object.keys(value as object).length > 0,
    ),
  );
}

const NOT_ON_THE_WIRE: readonly (string | undefined)[] = ["client", "payload"];

for (const side of ["oss", "cos"] as const) {
  const { client, wire, provider } = sides[side];
  const operations = provider.services.map(({ operation }) => operation);

  describe(`an input of ${side}`, () => {
    it.each(operations.map((operation) => [operation.name, operation] as const))(
      "of %s arrives as it was",
      async (name, operation) => {
        const inputs = valuesOf(
          operation.input,
          // The length of a payload is the client's to say.
          (member) => !NOT_ON_THE_WIRE.includes(member.in) && member.name !== "content-length",
          text,
          side,
        );
        await fc.assert(
          fc.asyncProperty(inputs, async (input) => {
            wire.request = undefined;
            wire.response = undefined;
            const error: unknown = await client
              .send(new AnyCommand(operation, input))
              .catch((reason: unknown) => reason);
            if (!wire.request) throw error;
            const read = readRequest(wire.request, provider);
            expect(read.service).toBe(name);
            const { ContentLength: _, ...rest } = read.input;
            expect(withoutEmpty(rest, operation.input)).toEqual(withoutEmpty(input, operation.input));
          }),
          { numRuns: 40 },
        );
      },
    );
  });

  describe(`an output of ${side}`, () => {
    it.each(operations.map((operation) => [operation.name, operation] as const))(
      "of %s arrives as it was",
      async (_, operation) => {
        const inputs = valuesOf(operation.input, (member) => member.required === true, fc.constant("x"), side);
        // COS writes a carriage return as itself, which XML takes for a line feed.
        const string = provider.namedEntitiesOnly ? text.map((value) => value.replaceAll("\r", "")) : text;
        const outputs = valuesOf(operation.output, (member) => member.in !== "payload", string, side);
        await fc.assert(
          fc.asyncProperty(inputs, outputs, fc.boolean(), async (input, output, isEncoded) => {
            let body = "";
            if (operation.responseRoot !== undefined) {
              const encoding = isEncoded && operation.page ? provider.urlEncoding : undefined;
              const document = encodeDocument(operation, operation.responseRoot, output, encoding);
              body = provider.xmlDeclaration + (provider.namedEntitiesOnly ? unescapeNumeric(document) : document);
            }
            wire.response = {
              statusCode: 200,
              headers: encodeHeaders(operation, output),
              body: (async function* () {
                yield Buffer.from(body);
              })(),
            };
            const { $metadata, ...got } = (await client.send(new AnyCommand(operation, input))) as Values;
            expect($metadata).toMatchObject({ httpStatusCode: 200 });
            for (const [name, member] of Object.entries(operation.output)) {
              if (member.in === "payload") {
                await (got[name] as { cancel(): Promise<void> }).cancel();
                delete got[name];
              } else if (member.list && output[name] === undefined) output[name] = [];
            }
            expect(withoutEmpty(got, operation.output)).toEqual(withoutEmpty(output, operation.output));
          }),
          { numRuns: 40 },
        );
      },
    );
  });
}
