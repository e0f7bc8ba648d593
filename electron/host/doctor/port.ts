// The agents' door: ours, free, or taken by whom.
import net from "node:net";
import type { DoctorFinding } from "../../contract.ts";
import { errnoOf, reasonOf } from "../store/failure.ts";
import { say } from "./words.ts";

export interface PortFacts {
  readonly port: number;
  /** This very process listens there, or the running Countersign said so. */
  readonly ours: boolean;
  /** host/door's whoHolds. */
  readonly whoHolds: (port: number) => Promise<string>;
}

/** Binds for a moment, exactly as the door does: the only answer that holds on every system. */
function tryPort(port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", resolve);
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      server.close(() => resolve(null));
    });
  });
}

export async function checkPort({ port, ours, whoHolds }: PortFacts): Promise<DoctorFinding> {
  if (ours) return say("port.ours", { port });
  const error = await tryPort(port);
  if (error === null) return say("port.free", { port });
  if (errnoOf(error) === "EADDRINUSE")
    return say("port.taken", { port, holder: await whoHolds(port) });
  return say("port.refused", { port, reason: reasonOf(error) });
}
