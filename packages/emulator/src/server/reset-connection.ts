import type { Socket } from "node:net";

/**
 * Breaks a connection with RST once what was written has gone out. `socket.resetAndDestroy()` would send FIN before it, so
 * that the other side may see an ordinary end.
 */
export async function resetConnection(socket: Socket): Promise<void> {
  if (socket.writableLength > 0) {
    await new Promise<void>((resolve) => {
      socket.once("close", resolve);
      socket.write("", () => resolve());
    });
  }
  // What `resetAndDestroy` sets; a Node that does not know it would close the connection with FIN.
  (socket as { resetAndClosing?: boolean }).resetAndClosing = true;
  socket.destroy();
}
