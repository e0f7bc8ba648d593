// Legacy MCP sessions (2024-11-05 to 2025-11-25). The upstream's session id is passed on as it is, and bound to
// the agent that got it: the specification says that a session id is not authentication.
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";

const MAX_SESSIONS = 10_000;
const IDLE_MS = 24 * 60 * 60 * 1000;

export interface Sessions {
  /** Remembers that this agent was given this session by this server. */
  bind(agentId: string, serverId: string, sessionId: string): void;
  /**
   * Passes only the agent's own session on this server. Another's looks like one that never was: 404, after
   * which the specification has the agent start anew (Streamable HTTP, session management).
   * @throws Refusal `session_unknown`
   */
  check(agentId: string, serverId: string, sessionId: string): void;
  forget(serverId: string, sessionId: string): void;
  /** With a server, its sessions there alone. */
  dropAgent(agentId: string, serverId?: string): void;
  dropServer(serverId: string): void;
}

export function createSessions(clock: Clock): Sessions {
  // Insertion order is age of last use: every use puts the entry at the end.
  const bound = new Map<string, { agentId: string; serverId: string; usedAt: number }>();
  const keyOf = (serverId: string, sessionId: string): string => `${serverId} ${sessionId}`;

  function trim(): void {
    for (const [key, entry] of bound) {
      const stale = clock.monotonic() - entry.usedAt > IDLE_MS;
      if (!stale && bound.size <= MAX_SESSIONS) return;
      bound.delete(key);
    }
  }

  return {
    bind(agentId, serverId, sessionId) {
      const key = keyOf(serverId, sessionId);
      const before = bound.get(key);
      // A server that hands one id to two agents would let one read the other's stream.
      if (before !== undefined && before.agentId !== agentId) throw new Refusal("session_unknown");
      bound.delete(key);
      bound.set(key, { agentId, serverId, usedAt: clock.monotonic() });
      trim();
    },
    check(agentId, serverId, sessionId) {
      const key = keyOf(serverId, sessionId);
      const entry = bound.get(key);
      const now = clock.monotonic();
      if (entry === undefined || entry.agentId !== agentId || now - entry.usedAt > IDLE_MS) {
        throw new Refusal("session_unknown");
      }
      entry.usedAt = now;
      bound.delete(key);
      bound.set(key, entry);
    },
    forget(serverId, sessionId) {
      bound.delete(keyOf(serverId, sessionId));
    },
    dropAgent(agentId, serverId) {
      for (const [key, entry] of bound) {
        const there = serverId === undefined || entry.serverId === serverId;
        if (there && entry.agentId === agentId) bound.delete(key);
      }
    },
    dropServer(serverId) {
      for (const [key, entry] of bound) if (entry.serverId === serverId) bound.delete(key);
    },
  };
}
