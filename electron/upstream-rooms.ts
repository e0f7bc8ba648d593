// The roads to the servers, put together: over HTTP, to programs of this machine, and to plain HTTP APIs.
import { createApiRooms } from "./api-rooms.ts";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
import type { Log } from "./core/log.ts";
import { returnHeaders } from "./core/mcp.ts";
import type { Store } from "./core/registry.ts";
import type { Server } from "./core/servers.ts";
import { stdioRules } from "./core/stdio/rules.ts";
import { createHttpSender } from "./host/forward/http-sender.ts";
import { createHttpUpstream } from "./host/forward/http-upstream.ts";
import { createStdioUpstream } from "./host/stdio/upstream.ts";

/** Milliseconds between two hints that local servers changed. */
const SERVER_HINT_MS = 250;

export interface UpstreamRoomsPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly log: Log;
  /** The file of the thread that reads OpenAPI documents. */
  readonly worker: string | undefined;
  /** Clears a text of the secrets that are known. */
  readonly scrub: (text: string) => string;
  /** A local server said that its tools are others now. */
  readonly toolsChanged: (serverId: string) => void;
  /** Local servers changed. */
  readonly changed: () => void;
  /** What ends with the program, newest first. */
  readonly atEnd: (close: () => unknown) => void;
}

export function createUpstreamRooms(ports: UpstreamRoomsPorts) {
  const { store, clock, digest, log, worker, atEnd } = ports;
  const sender = createHttpSender();
  atEnd(() => sender.close());
  const http = createHttpUpstream({ returnHeaders, sender });
  const { apis, ...openapi } = createApiRooms({ store, clock, digest, sender, worker });
  atEnd(() => openapi.close());
  const stdio = createStdioUpstream({
    rules: stdioRules,
    clock,
    log,
    scrub: ports.scrub,
    environment: process.env,
    toolsChanged: ports.toolsChanged,
  });
  atEnd(() => stdio.close());
  // A chatty server writes many lines a second: one hint for all of them is enough.
  let hint: NodeJS.Timeout | null = null;
  stdio.watch(() => {
    hint ??= setTimeout(() => {
      hint = null;
      ports.changed();
    }, SERVER_HINT_MS);
  });
  atEnd(() => clearTimeout(hint ?? undefined));
  const upstreamFor = (kind: Server["kind"]) => ({ http, stdio, openapi: openapi.upstream })[kind];
  return { http, stdio, apis, openapi: openapi.upstream, upstreamFor };
}
