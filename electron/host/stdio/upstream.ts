// Local MCP servers over stdio, offered as Streamable HTTP: which process serves which request.
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { Refusal } from "../../core/errors.ts";
import type { StdioHealth } from "../../core/servers.ts";
import type { Router } from "../../core/stdio/router.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "../upstream.ts";
import type { Connection, Exchange } from "./connection.ts";
import { createFleet, type FleetOptions } from "./fleet.ts";

export interface StdioOptions extends FleetOptions {
  /** A session without traffic and without an open stream ends after so many milliseconds. Default: 30 min. */
  readonly idleMs?: number;
  /** Sessions that one agent may have at once, over all servers. Default: 32. */
  readonly maxSessions?: number;
}

export interface StdioUpstream extends Upstream {
  /** What the server wrote to standard error last: at most 400 lines and 64 KiB, scrubbed. */
  stderr(serverId: string): readonly string[];
  health(serverId: string): StdioHealth;
  /** Tells of changes of health and of new lines on standard error, at most once per turn of the loop. */
  watch(listener: (serverId: string) => void): () => void;
}

const MINUTE = 60_000;
/** A process that refused the modern probe waits so long for the agent to fall back to initialize. */
const SPARE_MS = 30_000;

interface Session {
  readonly agentId: string;
  readonly serverId: string;
  readonly connection: Connection;
}

function accepts(request: UpstreamRequest): boolean {
  // Streamable HTTP wants both types listed; an agent that lists only JSON gets only JSON.
  return (request.headers["accept"] ?? "").toLowerCase().includes("text/event-stream");
}

function empty(status: number, headers: Readonly<Record<string, string>> = {}): UpstreamAnswer {
  return { status, headers, body: Readable.from([]) };
}

export function createStdioUpstream(options: StdioOptions): StdioUpstream {
  const { rules } = options;
  const idleMs = options.idleMs ?? 30 * MINUTE;
  const maxSessions = options.maxSessions ?? 32;
  const fleet = createFleet(options);
  const sessions = new Map<string, Session>();
  /** One connection per agent and server; a promise, so that concurrent first requests share one start. */
  const modern = new Map<string, Promise<Connection>>();
  const spares = new Map<string, { readonly connection: Connection; readonly since: number }>();
  const keyOf = (agentId: string, serverId: string): string => `${agentId} ${serverId}`;

  function endQuietly(connection: Connection, refusal: Refusal): void {
    connection.fail(refusal);
    connection.end().catch((error: unknown) => options.log.error("stdio_end", error));
  }

  const idle = (server: string): Refusal =>
    new Refusal("stdio_stopped", { server, reason: "it was not used" });

  /** Ends what nobody uses. Also run by a timer, which does not keep the program alive. */
  function reap(): void {
    for (const [id, { connection }] of sessions) {
      if (!connection.isOpen()) sessions.delete(id);
      else if (connection.idleMs() > idleMs) {
        sessions.delete(id);
        endQuietly(connection, idle(connection.server));
      }
    }
    for (const [key, pending] of modern) {
      void pending.then(
        (connection) => {
          if (connection.idleMs() <= idleMs || modern.get(key) !== pending) return;
          modern.delete(key);
          endQuietly(connection, idle(connection.server));
        },
        () => {},
      );
    }
    for (const [key, { connection, since }] of spares) {
      if (connection.isOpen() && options.clock.monotonic() - since <= SPARE_MS) continue;
      spares.delete(key);
      endQuietly(connection, idle(connection.server));
    }
  }
  const reaper = setInterval(reap, Math.min(idleMs, SPARE_MS));
  reaper.unref();

  async function start(request: UpstreamRequest, router: Router): Promise<Connection> {
    const { server, attachment, agentId } = request;
    if (server.kind !== "stdio" || (attachment.type !== "env" && attachment.type !== "none")) {
      throw new Refusal("internal");
    }
    const secrets = attachment.type === "env" ? attachment.values : {};
    return fleet.start({ server, secrets, agentId, router });
  }

  /** Room for one more session of this agent: the one that was idle longest makes way. */
  function makeRoom(agentId: string): void {
    reap();
    const own = [...sessions].filter(([, session]) => session.agentId === agentId);
    if (own.length < maxSessions) return;
    const unused = own
      .filter(([, { connection }]) => connection.idleMs() > 0)
      .sort(([, a], [, b]) => b.connection.idleMs() - a.connection.idleMs())[0];
    if (unused === undefined) throw new Refusal("door_busy");
    sessions.delete(unused[0]);
    endQuietly(unused[1].connection, idle(unused[1].connection.server));
  }

  async function initialize(request: UpstreamRequest, exchange: Exchange): Promise<UpstreamAnswer> {
    const { agentId, server } = request;
    makeRoom(agentId);
    const key = keyOf(agentId, server.id);
    const spare = spares.get(key)?.connection;
    let connection: Connection;
    if (spare?.isOpen() === true && spare.isQuiet()) {
      spares.delete(key);
      connection = spare;
      connection.adopt(rules.legacy());
    } else connection = await start(request, rules.legacy());
    // 256 random bits; still only honoured together with the agent's own credential.
    const id = randomBytes(32).toString("base64url");
    sessions.set(id, { agentId, serverId: server.id, connection });
    try {
      return await connection.request({ ...exchange, headers: { "mcp-session-id": id } });
    } catch (error) {
      // The agent never learned of this session.
      sessions.delete(id);
      endQuietly(connection, new Refusal("session_unknown"));
      throw error;
    }
  }

  async function modernConnection(request: UpstreamRequest): Promise<Connection> {
    const key = keyOf(request.agentId, request.server.id);
    const present = modern.get(key);
    if (present !== undefined) {
      const connection = await present.catch(() => null);
      if (connection?.isOpen() === true && modern.get(key) === present) return connection;
      if (modern.get(key) === present) modern.delete(key);
      return modernConnection(request);
    }
    const starting = start(request, rules.modern());
    modern.set(key, starting);
    try {
      return await starting;
    } catch (error) {
      if (modern.get(key) === starting) modern.delete(key);
      throw error;
    }
  }

  async function modernPost(request: UpstreamRequest, exchange: Exchange): Promise<UpstreamAnswer> {
    const connection = await modernConnection(request);
    if (exchange.message.kind !== "request") {
      await connection.pass(exchange);
      return empty(202);
    }
    // The probe is answered in one piece, however long the start takes, so that its status can say no.
    const probe = exchange.message.method === "server/discover";
    const answer = await connection.request(probe ? { ...exchange, sse: false } : exchange);
    if (connection.verdict() === "not-modern") {
      // Not ours to answer twice: the process is set aside for the initialize that follows.
      const key = keyOf(request.agentId, request.server.id);
      modern.delete(key);
      const before = spares.get(key)?.connection;
      if (before !== undefined && before !== connection) endQuietly(before, idle(before.server));
      if (connection.isOpen()) {
        spares.set(key, { connection, since: options.clock.monotonic() });
      } else spares.delete(key);
    }
    return answer;
  }

  function sessionOf(request: UpstreamRequest): Connection {
    const session = sessions.get(request.headers["mcp-session-id"] ?? "");
    // Another agent's session looks like one that never was: a session id is not authentication.
    if (
      session === undefined ||
      session.agentId !== request.agentId ||
      session.serverId !== request.server.id ||
      !session.connection.isOpen()
    ) {
      throw new Refusal("session_unknown");
    }
    return session.connection;
  }

  async function post(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { message, body, signal } = request;
    if (message === null || body === null) throw new Refusal("internal");
    const exchange: Exchange = { message, body, sse: accepts(request), signal, headers: {} };
    if (message.envelopeVersion !== null) return modernPost(request, exchange);
    if (message.kind === "request" && message.method === "initialize") {
      return initialize(request, exchange);
    }
    const connection = sessionOf(request);
    if (message.kind === "request") return connection.request(exchange);
    await connection.pass(exchange);
    return empty(202);
  }

  function drop(
    refusal: (connection: Connection) => Refusal,
    meant: (agentId: string, serverId: string) => boolean,
  ): void {
    for (const [id, session] of sessions) {
      if (!meant(session.agentId, session.serverId)) continue;
      sessions.delete(id);
    }
    for (const key of new Set([...modern.keys(), ...spares.keys()])) {
      const [agentId = "", serverId = ""] = key.split(" ");
      if (!meant(agentId, serverId)) continue;
      modern.delete(key);
      spares.delete(key);
    }
    fleet.drop(refusal, meant);
  }

  return {
    async send(request) {
      if (request.signal.aborted) throw new Refusal("agent_hung_up");
      if (request.server.kind !== "stdio") throw new Refusal("internal");
      if (request.method === "POST") return post(request);
      // 2026-07-28 has neither GET nor DELETE; without a session there is nothing that they could mean.
      if (request.headers["mcp-session-id"] === undefined) throw new Refusal("method_not_allowed");
      const connection = sessionOf(request);
      if (request.method === "GET") return connection.listen(request.signal, {});
      sessions.delete(request.headers["mcp-session-id"]);
      endQuietly(connection, new Refusal("session_unknown"));
      return empty(204);
    },
    dropAgent: (agentId, serverId) =>
      drop(
        () => new Refusal("agent_removed"),
        (agent, server) => agent === agentId && (serverId === undefined || server === serverId),
      ),
    dropServer(serverId) {
      const reason = "it was changed, paused or removed";
      drop(
        (connection) => new Refusal("stdio_stopped", { server: connection.server, reason }),
        (_, server) => server === serverId,
      );
      fleet.forgive(serverId);
    },
    async close() {
      clearInterval(reaper);
      const reason = "Countersign is closing";
      drop(
        (connection) => new Refusal("stdio_stopped", { server: connection.server, reason }),
        () => true,
      );
      await fleet.close();
    },
    stderr: (serverId) => fleet.stderr(serverId),
    health: (serverId) => fleet.health(serverId),
    watch: (listener) => fleet.watch(listener),
  };
}
