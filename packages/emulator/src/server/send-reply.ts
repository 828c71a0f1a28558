import type { ServerResponse } from "node:http";
import { corrupt, type Fault, first } from "./faults.ts";
import type { Answer } from "./handler.ts";
import { resetConnection } from "./reset-connection.ts";

/** An answer as it goes onto the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | NonNullable<Answer<object>["payload"]>;
  readonly code?: string;
}

/** Sends a reply, with what a fault does to its body. `sent` is told of the bytes of the body as they go. */
export async function sendReply(
  response: ServerResponse,
  { status, headers, body }: Reply,
  fault: Fault,
  sent: (bytes: number) => void,
): Promise<void> {
  response.writeHead(status, headers);
  if (response.req.method === "HEAD" || status === 204 || status === 304) {
    if (typeof body !== "string") await body.close();
    response.end();
    return;
  }
  if (typeof body === "string" && !hasBodyFault(fault)) {
    sent(Buffer.byteLength(body));
    response.end(Buffer.from(body)); // As text it would turn the head into UTF-8 with it.
    return;
  }
  try {
    await stream(response, typeof body === "string" ? one(body) : body.bytes, fault, sent);
  } finally {
    if (typeof body !== "string") await body.close();
  }
}

async function stream(
  response: ServerResponse,
  source: AsyncIterable<Uint8Array>,
  fault: Fault,
  sent: (bytes: number) => void,
): Promise<void> {
  const { corruptResponseAt, resetResponseAt, truncateResponseAt, stallResponseAt, keepAliveBlanks } = fault;
  const stopAt = resetResponseAt ?? truncateResponseAt ?? stallResponseAt;
  let chunks = corruptResponseAt === undefined ? source : corrupt(source, corruptResponseAt);
  if (stopAt !== undefined) chunks = first(chunks, stopAt);
  if (keepAliveBlanks) await write(response, Buffer.alloc(keepAliveBlanks, " "));
  for await (const chunk of chunks) {
    sent(chunk.length);
    await write(response, chunk);
  }
  if (stopAt === undefined) {
    response.end();
    return;
  }
  if (stopAt === 0) response.flushHeaders();
  const { socket } = response.req;
  if (resetResponseAt !== undefined) await resetConnection(socket);
  else if (truncateResponseAt !== undefined) socket.end();
  else await new Promise((resolve) => socket.once("close", resolve));
}

/** Waits while the client reads more slowly than we write. */
function write(response: ServerResponse, chunk: Uint8Array): Promise<void> | undefined {
  if (response.destroyed || response.socket === null) throw new Error("the connection is gone");
  if (response.write(chunk)) return undefined;
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      response.off("drain", onDrain);
      response.off("close", onClose);
      settle();
    };
    const onDrain = (): void => done(resolve);
    const onClose = (): void => done(() => reject(new Error("the connection is gone")));
    response.on("drain", onDrain);
    response.on("close", onClose);
  });
}

const hasBodyFault = ({
  corruptResponseAt,
  resetResponseAt,
  truncateResponseAt,
  stallResponseAt,
  keepAliveBlanks,
}: Fault) =>
  [corruptResponseAt, resetResponseAt, truncateResponseAt, stallResponseAt, keepAliveBlanks].some(
    (at) => at !== undefined,
  );

async function* one(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
}
