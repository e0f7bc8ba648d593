// Plain HTTP APIs put together: who reads their documents, what was taken of them, and who calls them.
import path from "node:path";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
import { createApiRegister } from "./core/openapi/api-register.ts";
import { apiProtocol } from "./core/openapi/protocol.ts";
import type { Store } from "./core/registry.ts";
import { createSessions } from "./core/sessions.ts";
import { createApiUpstream } from "./host/forward/api-upstream.ts";
import type { HttpSender } from "./host/forward/http-sender.ts";
import { createApiReader } from "./host/openapi/reader.ts";

export interface ApiRoomPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly sender: HttpSender;
  /** The file of the thread that reads documents; left out: the one beside this program. */
  readonly worker: string | undefined;
}

export function createApiRooms({ store, clock, digest, sender, worker }: ApiRoomPorts) {
  const reader = createApiReader(worker ?? path.join(__dirname, "api-worker.cjs"));
  const apis = createApiRegister({ store, clock, digest, reader });
  const upstream = createApiUpstream({
    sender,
    protocol: apiProtocol,
    apiOf: (server) => apis.find(server),
    sessions: createSessions(clock),
  });
  return { apis, upstream, close: () => reader.close() };
}
