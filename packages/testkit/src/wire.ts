import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyMember, AnyOperation, AnyShape, HttpHandler, HttpRequest } from "@cosmoss/types";
import { expect, it } from "vitest";

/** A client that takes what a test says to be a command. */
interface Sender {
  send(command: any): Promise<unknown>;
}

/** Everything a module of commands exports. */
type Exports = Readonly<Record<string, unknown>>;

/**
 * Holds each command of a module to its request as recorded in `folder`: an input with every member, made from the
 * description, is sent to `makeClient`'s request handler, and what arrives there is compared. `UPDATE_WIRE=1` records.
 */
export function describeWire(
  exports: Exports,
  folder: string,
  makeClient: (requestHandler: HttpHandler) => Sender,
): void {
  const commands = Object.entries(exports).filter(([name]) => name.endsWith("Command"));
  for (const [name, command] of commands) {
    const operation = exports["_" + name.replace(/Command$/, "")] as AnyOperation;
    it(`${name} writes the request on record`, async () => {
      const requests: HttpRequest[] = [];
      const client = makeClient({
        handle: async (request) => {
          requests.push(request);
          throw new Error("recorded");
        },
      });
      const input = sample(operation.input, operation.name);
      await client.send(new (command as new (input: object) => object)(input)).catch(() => {}); // By the handler above.
      expect(requests).toHaveLength(1);
      expectRecord(join(folder, `${operation.name}.txt`), wireText(requests[0]!));
    });
  }
  it("records no request of a command that is gone", () => {
    const names = commands.map(([name]) => name.replace(/Command$/, ".txt"));
    expect(readdirSync(folder).filter((file) => !names.includes(file))).toEqual([]);
  });
}

function expectRecord(file: string, text: string): void {
  if (process.env["UPDATE_WIRE"]) {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file) ? readFileSync(file, "utf8") : "no record; make one with UPDATE_WIRE=1").toBe(text);
}

function wireText({ method, protocol, hostname, path, query = {}, headers, body }: HttpRequest): string {
  const parameters = Object.entries(query).map(([name, value]) =>
    value === null ? `? ${name}` : `? ${name} = ${String(value)}`,
  );
  const fields = Object.keys(headers)
    .sort()
    .filter((name) => !/^(authorization|user-agent)$/.test(name))
    .map((name) => `${name}: ${headers[name]}`);
  const content =
    body === undefined ? [] : ["", typeof body === "string" ? body : new TextDecoder().decode(body as Uint8Array)];
  return [`${method} ${protocol}//${hostname}${path}`, ...parameters, ...fields, ...content, ""].join("\n");
}

/** An input with all members, each with a value that shows its name and its type. */
function sample(shape: AnyShape, operation: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, member]) => [name, sampleValue(name, member, operation)]),
  );
}

function sampleValue(name: string, member: AnyMember, operation: string): unknown {
  if (member.list) return [sampleValue(name, member.list, operation), sampleValue(name, member.list, operation)];
  if (member.struct) return sample(member.struct(), operation);
  switch (member.type) {
    case "int":
      return name === "ContentLength" ? operation.length : (member.min ?? 0) + 1;
    case "bool":
      return true;
    case "iso-date":
    case "http-date":
      return new Date(Date.UTC(2024, 1, 29, 23, 59, 59));
    case "form":
      return { "a b": "c&d", e: "" };
    case "copy-source":
      return { Bucket: "source-1250000000", Key: "a b/ü", VersionId: "v+1" };
    case "bytes":
      return operation;
  }
  if (member.in === "bucket") return "photos-1250000000";
  if (member.in === "key") return "a b/ü+%?#.jpg";
  if (member.in === "headers") return { Name: "Zoë" };
  return name === "InitialHashCrc64ecma" ? "7" : `<${name} & ü>`;
}
