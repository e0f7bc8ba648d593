// Runs "test this server" over the real upstreams. A trial ends when its server is changed or removed.
import type { Agent } from "./core/agents.ts";
import { type CallerSend, createCaller } from "./core/caller.ts";
import type { Clock } from "./core/clock.ts";
import type { Attachment, Credentials } from "./core/credentials.ts";
import { Refusal } from "./core/errors.ts";
import { readMessage } from "./core/jsonrpc.ts";
import type { Server } from "./core/servers.ts";
import { eachPage, type TestReport, tryServer } from "./core/try-server.ts";
import { collect } from "./host/door/invoke.ts";
import type { Scrubber } from "./host/door/relay.ts";
import type { Upstream } from "./host/upstream.ts";

export interface TrialPorts {
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly upstreamFor: (kind: Server["kind"]) => Upstream;
  /** What a server answers is shown to people, and holds no secret there either. */
  readonly scrubber: () => Scrubber;
  /** Hears each list of tools that a trial is given: core/pins. */
  readonly listed: (server: Server, text: string) => Promise<unknown>;
}

export interface Trials {
  run(server: Server): Promise<TestReport>;
  /**
   * Asks a server for its tools.
   * @param agent with whose leave; null where a person wants to know
   * @returns the answers of all pages, as text
   * @throws Refusal
   */
  list(server: Server, agent: Agent | null): Promise<readonly string[]>;
  dropServer(serverId: string): void;
}

/** Stands where an agent's id would. No agent has it. */
const OURSELVES = "countersign";
/** Milliseconds for the whole of one trial. */
const TRIAL_MS = 30_000;
/** For a list of tools that a call waits for. */
const LIST_MS = 10_000;
const MAX_PAGES = 200;

export function createTrials(ports: TrialPorts): Trials {
  const { clock, credentials, upstreamFor, scrubber } = ports;
  const running = new Map<string, Set<AbortController>>();

  /** Runs something of ours that ends when its time is up, or its server is changed or removed. */
  async function within<T>(
    server: Server,
    ms: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const mine = running.get(server.id) ?? new Set();
    running.set(server.id, mine.add(controller));
    const slow = new Refusal("upstream_timeout", { server: server.name, seconds: ms / 1000 });
    const timer = setTimeout(() => controller.abort(slow), ms);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      mine.delete(controller);
      if (mine.size === 0) running.delete(server.id);
    }
  }

  const senderFor =
    (signal: AbortSignal) =>
    (server: Server, attachment: Attachment): CallerSend =>
    async (request) => {
      const order = { server, agentId: OURSELVES, attachment, signal };
      try {
        return await collect(upstreamFor(server.kind), order, request, readMessage, scrubber());
      } catch (error) {
        // An abort is ours, not an agent's: it says why.
        throw signal.aborted ? (signal.reason as Refusal) : error;
      }
    };

  return {
    run: (server) =>
      within(server, TRIAL_MS, (signal) =>
        tryServer(server, {
          clock,
          release: (one) => credentials.release(one, null, signal),
          sender: senderFor(signal),
          listed: ports.listed,
        }),
      ),
    list: (server, agent) =>
      within(server, LIST_MS, async (signal) => {
        const attachment = await credentials.release(server, agent, signal);
        const caller = createCaller(senderFor(signal)(server, attachment), server.name);
        const pages: string[] = [];
        try {
          await eachPage(caller, server.name, MAX_PAGES, async ({ raw }) => void pages.push(raw));
        } finally {
          await caller.close();
        }
        return pages;
      }),
    dropServer(serverId) {
      for (const controller of running.get(serverId) ?? []) {
        controller.abort(new Refusal("server_unknown", { server: serverId }));
      }
    },
  };
}
