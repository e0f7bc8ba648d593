// What the front door hands on, and what comes back: the same for a server over HTTP and a local one.
import type { Readable } from "node:stream";
import type { Message } from "../core/message.ts";
import type { Attachment } from "../core/credentials.ts";
import type { Server } from "../core/servers.ts";

export type { Attachment } from "../core/credentials.ts";

export interface UpstreamRequest {
  readonly agentId: string;
  readonly server: Server;
  readonly method: "POST" | "GET" | "DELETE";
  /** Lower-case names; only those that may go on (see core/headers.ts). */
  readonly headers: Readonly<Record<string, string>>;
  /** Null for GET and DELETE. */
  readonly message: Message | null;
  /** The message's bytes as the agent sent them. */
  readonly body: Uint8Array | null;
  readonly attachment: Attachment;
  /** Aborted when the agent hangs up or is revoked: the upstream exchange must end within 100 ms. */
  readonly signal: AbortSignal;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Lower-case names; already without cookies, challenges and hop-by-hop fields. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends, or errors with a Refusal (`upstream_dropped`, `stdio_stopped`, …). */
  readonly body: Readable;
}

export interface Upstream {
  /** Resolves once status and headers are known. @throws Refusal (`upstream_*`, `stdio_*`) */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Ends what belongs to this agent (it was rotated, paused or removed). */
  dropAgent(agentId: string, serverId?: string): void;
  /** Ends what belongs to this server (it was changed, paused or removed). */
  dropServer(serverId: string): void;
  close(): Promise<void>;
}
