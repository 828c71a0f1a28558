import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { resetConnection } from "./reset-connection.ts";

it("a reset comes after what was written, and is no ordinary end", async () => {
  const server = createServer((socket) => {
    socket.write("the last words");
    socket.on("error", () => undefined);
    // Only what the other side has read is sure to arrive: an answer says that it has.
    socket.on("data", () => void resetConnection(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const events: string[] = [];
  socket.on("data", (chunk) => {
    events.push(String(chunk));
    socket.write("read");
  });
  socket.on("end", () => events.push("end"));
  socket.on("error", (error: NodeJS.ErrnoException) => events.push(error.code ?? "?"));
  await new Promise((resolve) => socket.once("close", resolve));
  expect(events).toEqual(["the last words", "ECONNRESET"]);
  server.close();
  await once(server, "close");
});
