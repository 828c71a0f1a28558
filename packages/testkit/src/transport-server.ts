import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { TEST_ONLY_CERTIFICATE, TEST_ONLY_KEY } from "./tls-fixture.ts";

/** A server on loopback that counts its connections. @public */
export interface TestServer {
  readonly port: number;
  /** Connections since the start. */
  readonly connections: number;
  /** Connections now. */
  readonly open: ReadonlySet<Socket>;
  /** Resolves when no connection is left. */
  drained(): Promise<void>;
  /** Resolves when a connection has closed, which may have happened before. */
  lost(): Promise<void>;
  close(): Promise<void>;
}

/** An HTTP server. @public */
export function startHttpServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer({ keepAliveTimeout: 600_000 }, listener);
  return observe(server, "connection");
}

/** An HTTPS server with the certificate of the test kit. @public */
export function startHttpsServer(listener: RequestListener): Promise<TestServer> {
  const server = createSecureServer(
    { key: TEST_ONLY_KEY, cert: TEST_ONLY_CERTIFICATE, keepAliveTimeout: 600_000 },
    listener,
  );
  return observe(server, "secureConnection");
}

/** A server that speaks as `listener` does: for answers that no HTTP server gives. @public */
export function startTcpServer(listener: (socket: Socket) => void): Promise<TestServer> {
  return observe(createTcpServer(listener), "connection");
}

/** The body of a request, whole. @public */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function observe(server: Server | TcpServer, event: string): Promise<TestServer> {
  const open = new Set<Socket>();
  const waiting = new Set<() => void>();
  let connections = 0;
  let lost = false;
  server.on(event, (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      lost = true;
      for (const wake of waiting) wake();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    open,
    async drained() {
      while (open.size > 0) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    async lost() {
      while (!lost) await new Promise<void>((resolve) => waiting.add(resolve));
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      });
    },
  };
}
