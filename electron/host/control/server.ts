// Listens on the control socket of a data folder that this process holds.
import fs from "node:fs/promises";
import net from "node:net";
import { Refusal } from "../../core/errors.ts";
import { reasonOf } from "../store/failure.ts";
import type { InstanceLock } from "../store/lock.ts";
import { claimAddress } from "./address.ts";
import { type ConnectionPorts, serveConnection } from "./connection.ts";

export interface ControlOptions extends ConnectionPorts {
  /** Proof that nobody else can be listening: what lies at the address is stale and may be replaced. */
  readonly lock: InstanceLock;
}

export interface ControlServer {
  /** Path of the socket, or name of the pipe. */
  readonly address: string;
  /** Stops listening and cuts every caller. Safe to call twice. */
  close(): Promise<void>;
}

/** A person's scripts, not a public service. */
const MAX_CONNECTIONS = 64;

/** @throws Refusal `data_folder_unusable` */
export async function serveControl({ lock, ...ports }: ControlOptions): Promise<ControlServer> {
  const { folder } = lock;
  if (!lock.held()) {
    throw new Refusal("data_folder_unusable", { folder, reason: "it is not held by this process" });
  }
  const address = await claimAddress(folder);
  const sockets = new Set<net.Socket>();
  // Half-open: a caller may close its side after the last request and still read the answers.
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    serveConnection(socket, ports);
  });
  server.maxConnections = MAX_CONNECTIONS;

  try {
    if (process.platform !== "win32") await fs.rm(address, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(address, () => {
        server.off("error", reject);
        resolve();
      });
    });
    // The folder keeps others out already; this says so to whoever looks.
    if (process.platform !== "win32") await fs.chmod(address, 0o600);
  } catch (error) {
    server.close();
    const reason = `its control socket: ${reasonOf(error)}`;
    throw new Refusal("data_folder_unusable", { folder, reason }, error);
  }
  server.on("error", ports.report);

  let closing: Promise<void> | null = null;
  return {
    address,
    close() {
      closing ??= new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
      return closing;
    },
  };
}
