// All processes of all local servers: starting with back-off, their last words, their health, their end.
import { Refusal } from "../../core/errors.ts";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Secret } from "../../core/secret.ts";
import type { StdioHealth, StdioServer } from "../../core/servers.ts";
import type { Backoff } from "../../core/stdio/backoff.ts";
import type { Router } from "../../core/stdio/router.ts";
import type { StdioRules } from "../../core/stdio/rules.ts";
import { startChild } from "./child.ts";
import { resolveCommand } from "./command.ts";
import { type Connection, createConnection } from "./connection.ts";
import { childEnvironment } from "./environment.ts";
import { createTail, type Tail } from "./tail.ts";

export interface FleetOptions {
  readonly rules: StdioRules;
  readonly clock: Clock;
  readonly log: Log;
  /** Takes out secrets that the vault knows: redact.ts. */
  readonly scrub: (text: string) => string;
  /** A server says that its tools changed: core/pins. */
  readonly toolsChanged?: (serverId: string) => void;
  /** Our own environment, of which children get a small part. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** In [0, 1). Default: Math.random, which is enough for jitter. */
  readonly random?: () => number;
  /** Default: 64 MiB. */
  readonly lineCap?: number;
  /** Milliseconds from closing standard input to SIGTERM, and from there to SIGKILL. Default: 2000. */
  readonly graceMs?: number;
  /** Default: 1 MiB. */
  readonly highWater?: number;
  /** Default: 30 s. */
  readonly stallMs?: number;
  /** Milliseconds until an event stream begins without a message. Default: 3 s. */
  readonly headMs?: number;
  /** Milliseconds between comments on a silent event stream. Default: 25 s. */
  readonly keepAliveMs?: number;
  /** A process that lived so many milliseconds was no quick death. Default: 10 s. */
  readonly stableMs?: number;
  /** First ceiling of the back-off, milliseconds. Default: 1 s; the last one is 60 s. */
  readonly backoffMs?: number;
}

export interface StartOrder {
  readonly server: StdioServer;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly agentId: string;
  readonly router: Router;
}

interface Member {
  readonly connection: Connection;
  readonly agentId: string;
  readonly serverId: string;
}

/** A process that is being started; it may be unwanted before it is there. */
interface Starting {
  readonly agentId: string;
  readonly serverId: string;
  readonly connection: Connection;
  unwanted: Refusal | null;
}

/** What is remembered of a server beyond the life of a process. */
interface Memory {
  readonly tail: Tail;
  readonly backoff: Backoff;
  restarts: number;
  /** It ended by itself since the last start. */
  fell: boolean;
}

const CLOSING = "Countersign is closing";

export function createFleet(options: FleetOptions) {
  const { clock } = options;
  const stableMs = options.stableMs ?? 10_000;
  const members = new Set<Member>();
  const starting = new Set<Starting>();
  const memories = new Map<string, Memory>();
  const listeners = new Set<(serverId: string) => void>();
  const changed = new Set<string>();
  let closed = false;
  let keys = 0;

  /** Observers never slow the traffic: they are told on a later turn, once. */
  function tell(serverId: string): void {
    if (changed.size === 0) {
      setImmediate(() => {
        const ids = [...changed];
        changed.clear();
        for (const id of ids) for (const listener of listeners) listener(id);
      });
    }
    changed.add(serverId);
  }

  function memoryOf(serverId: string): Memory {
    let memory = memories.get(serverId);
    if (memory === undefined) {
      memory = {
        tail: createTail(options.scrub, () => tell(serverId)),
        backoff: options.rules.backoff({
          stableMs,
          firstMs: options.backoffMs ?? 1000,
          capMs: 60_000,
          random: options.random ?? Math.random,
        }),
        restarts: 0,
        fell: false,
      };
      memories.set(serverId, memory);
    }
    return memory;
  }

  async function launch(order: StartOrder): Promise<Connection> {
    const { server, agentId } = order;
    if (closed) throw new Refusal("stdio_stopped", { server: server.name, reason: CLOSING });
    const memory = memoryOf(server.id);
    const waitMs = memory.backoff.waitMs(clock.monotonic());
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new Refusal("stdio_backing_off", { server: server.name, seconds });
    }
    const { platform } = process;
    const env = childEnvironment(options.environment, server.env, order.secrets, platform);
    const wanted = { file: server.command, args: server.args };
    const command = resolveCommand(server.name, wanted, env, platform);
    const key = ++keys;
    const startedAt = clock.monotonic();
    const connection = createConnection({
      server: server.name,
      agentId,
      router: order.router,
      times: { headMs: options.headMs ?? 3000, keepAliveMs: options.keepAliveMs ?? 25_000 },
      highWater: options.highWater ?? 1024 * 1024,
      stallMs: options.stallMs ?? 30_000,
      now: () => clock.monotonic(),
      toolsChanged: () => options.toolsChanged?.(server.id),
      report: (reason) => memory.tail.note(`[countersign] stdio_output_invalid: ${reason}`),
    });
    const member: Member = { connection, agentId, serverId: server.id };
    const start: Starting = { agentId, serverId: server.id, connection, unwanted: null };
    starting.add(start);
    const child = await startChild({
      server: server.name,
      command,
      cwd: server.cwd,
      env,
      lineCap: options.lineCap ?? 64 * 1024 * 1024,
      graceMs: options.graceMs ?? 2000,
      onLine: (line) => connection.line(line),
      onStderr: (chunk) => memory.tail.write(key, chunk),
      onExit(reason, asked) {
        members.delete(member);
        memory.tail.end(key);
        connection.fail(new Refusal("stdio_stopped", { server: server.name, reason }));
        // A process that ended itself at the modern probe is merely old.
        if (!asked && connection.verdict() !== "not-modern") {
          memory.fell = true;
          memory.backoff.died(clock.monotonic(), clock.monotonic() - startedAt);
          memory.tail.note(`[countersign] the process ended: ${reason}`);
          options.log.warn("stdio_stopped", { server: server.name, reason });
        }
        tell(server.id);
      },
    }).finally(() => starting.delete(start));
    connection.attach(child);
    members.add(member);
    if (start.unwanted !== null) {
      connection.fail(start.unwanted);
      void connection.end();
      throw start.unwanted;
    }
    if (memory.fell) memory.restarts++;
    memory.fell = false;
    tell(server.id);
    return connection;
  }

  function drop(
    refusal: (connection: Connection) => Refusal,
    meant: (agentId: string, serverId: string) => boolean,
  ): void {
    for (const { connection, agentId, serverId } of members) {
      if (!meant(agentId, serverId)) continue;
      connection.fail(refusal(connection));
      connection.end().catch((error: unknown) => options.log.error("stdio_end", error));
    }
    for (const start of starting) {
      if (meant(start.agentId, start.serverId)) start.unwanted = refusal(start.connection);
    }
  }

  return {
    /** @throws Refusal `stdio_start_failed`, `stdio_backing_off` */
    start: launch,
    drop,
    /** A server that was changed starts without the guilt of its former self. */
    forgive: (serverId: string): void => memories.get(serverId)?.backoff.reset(),
    /** Resolves when no process is left. */
    async close(): Promise<void> {
      closed = true;
      // Starting takes milliseconds; what was unwanted meanwhile is a member by then, and ends with the rest.
      while (starting.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await Promise.allSettled([...members].map(({ connection }) => connection.end()));
    },
    stderr: (serverId: string): readonly string[] => memories.get(serverId)?.tail.lines() ?? [],
    health(serverId: string): StdioHealth {
      const processes = [...members].filter((m) => m.serverId === serverId).length;
      const memory = memories.get(serverId);
      const waitMs = memory?.backoff.waitMs(clock.monotonic()) ?? 0;
      const state = waitMs > 0 ? "backing-off" : processes > 0 ? "running" : "idle";
      const nextStartAt = waitMs > 0 ? new Date(clock.now() + waitMs).toISOString() : null;
      return { state, processes, restarts: memory?.restarts ?? 0, nextStartAt };
    },
    watch(listener: (serverId: string) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
