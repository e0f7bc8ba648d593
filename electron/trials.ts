// Runs "test this server" over the real upstreams. A trial ends when its server is changed or removed.
import type { Clock } from "./core/clock.ts";
import type { Credentials } from "./core/credentials.ts";
import { Refusal } from "./core/errors.ts";
import { readMessage } from "./core/jsonrpc.ts";
import type { Server } from "./core/servers.ts";
import { type TestReport, tryServer } from "./core/try-server.ts";
import { collect } from "./host/door/invoke.ts";
import type { Scrubber } from "./host/door/relay.ts";
import type { Upstream } from "./host/upstream.ts";

export interface TrialPorts {
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly upstreamFor: (kind: Server["kind"]) => Upstream;
  /** What a server answers is shown to people, and holds no secret there either. */
  readonly scrubber: () => Scrubber;
}

export interface Trials {
  run(server: Server): Promise<TestReport>;
  dropServer(serverId: string): void;
}

/** Stands where an agent's id would. No agent has it. */
const OURSELVES = "countersign";
/** Milliseconds for the whole of one trial. */
const TRIAL_MS = 30_000;

export function createTrials(ports: TrialPorts): Trials {
  const { clock, credentials, upstreamFor, scrubber } = ports;
  const running = new Map<string, Set<AbortController>>();
  return {
    async run(server) {
      const controller = new AbortController();
      const mine = running.get(server.id) ?? new Set();
      running.set(server.id, mine.add(controller));
      const slow = new Refusal("upstream_timeout", {
        server: server.name,
        seconds: TRIAL_MS / 1000,
      });
      const timer = setTimeout(() => controller.abort(slow), TRIAL_MS);
      const { signal } = controller;
      try {
        return await tryServer(server, {
          clock,
          release: (one) => credentials.release(one, null, signal),
          sender: (one, attachment) => async (request) => {
            const order = { server: one, agentId: OURSELVES, attachment, signal };
            try {
              return await collect(upstreamFor(one.kind), order, request, readMessage, scrubber());
            } catch (error) {
              // An abort is ours, not an agent's: it says why.
              throw signal.aborted ? (signal.reason as Refusal) : error;
            }
          },
        });
      } finally {
        clearTimeout(timer);
        mine.delete(controller);
        if (mine.size === 0) running.delete(server.id);
      }
    },
    dropServer(serverId) {
      for (const controller of running.get(serverId) ?? []) {
        controller.abort(new Refusal("server_unknown", { server: serverId }));
      }
    },
  };
}
