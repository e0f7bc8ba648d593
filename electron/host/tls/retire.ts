// The end of a pool of connections whose identity is no longer used.
import type { Agent } from "node:http";

/**
 * Closes an agent's idle connections now and the others after their answer: an exchange that is under way while a
 * certificate is renewed must not fail for it (threat 40).
 */
export function retireAgent(agent: Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
}
