// The front door: one fixed port on loopback. It refuses early, keeps count of what is open, and can end what
// belongs to one agent at once.
import http from "node:http";
import type { Socket } from "node:net";
import type { AdmittedAgent } from "../../core/agent-register.ts";
import type { AgentAuthMethod } from "../../core/agents.ts";
import { asRefusal, httpStatus, Refusal } from "../../core/errors.ts";
import { type ExchangePorts, serveMcp } from "./exchange.ts";
import { guard, presentedCredential, type Target } from "./guards.ts";
import { whoHolds } from "./holder.ts";
import { type InvokePorts, serveInvoke } from "./invoke.ts";
import { refuse } from "./reply.ts";

export interface DoorPorts
  extends Omit<ExchangePorts, "replies">, Omit<InvokePorts, keyof ExchangePorts> {
  readonly admit: (credential: string, method: AgentAuthMethod) => AdmittedAgent;
  readonly complaint: ExchangePorts["replies"]["complaint"];
}

export interface DoorOptions {
  /** 0 only in tests. */
  readonly port: number;
  /** Requests of one agent that may be open at once, event streams included. */
  readonly maxOpenPerAgent?: number;
}

export interface Door {
  /** `http://127.0.0.1:7717` */
  readonly origin: string;
  /** Ends everything that this agent has open, now. */
  dropAgent(agentId: string): void;
  close(): Promise<void>;
}

/** Bytes of all request headers together. */
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_OPEN_PER_AGENT = 512;

/**
 * Opens the door on 127.0.0.1. The port is fixed: agents are configured with it, and whoever listens on another
 * one is not us (threat 9).
 * @throws Refusal `port_taken` with the program that holds it
 */
export async function openDoor(ports: DoorPorts, options: DoorOptions): Promise<Door> {
  const open = new Map<string, Set<AbortController>>();
  const sockets = new Set<Socket>();
  const maxOpen = options.maxOpenPerAgent ?? MAX_OPEN_PER_AGENT;
  let authority = "";
  let inner: ExchangePorts & InvokePorts;

  const server = http.createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 10_000,
      // Longer than the body's own limit, which gives the better answer.
      requestTimeout: ports.body.withinMs + 15_000,
      keepAliveTimeout: 60_000,
      // How often node looks for slow senders.
      connectionsCheckingInterval: 1000,
      insecureHTTPParser: false,
      requireHostHeader: false,
    },
    (request, response) => {
      void handle(request, response);
    },
  );

  async function handle(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const startedAt = ports.monotonic();
    let target: Target | null = null;
    let who: AdmittedAgent | undefined;
    try {
      target = guard(request, authority);
      if (target.kind === "metadata") {
        sendMetadata(response, inner.replies.origin, target.server);
        return;
      }
      const presented = presentedCredential(request.headers.authorization);
      who = ports.admit(presented.credential, presented.authMethod);
    } catch (error) {
      const refusal = asRefusal(error);
      const status = refuse(request, response, refusal, inner.replies, target, null);
      const serverName = target !== null && "server" in target ? target.server : undefined;
      inner.gateway.turnedAway(refusal.code, { who, serverName, status, startedAt });
      return;
    }

    const mine = open.get(who.agent.id) ?? new Set<AbortController>();
    open.set(who.agent.id, mine);
    if (mine.size >= maxOpen) {
      const refusal = new Refusal("door_busy");
      refuse(request, response, refusal, inner.replies, target, null);
      inner.gateway.turnedAway("door_busy", {
        who,
        serverName: target.server,
        status: 503,
        startedAt,
      });
      return;
    }
    const controller = new AbortController();
    mine.add(controller);
    // `close` also comes after a complete answer; then nothing listens any more.
    response.once("close", () => {
      if (!response.writableFinished) controller.abort(new Refusal("agent_hung_up"));
    });
    const { signal } = controller;
    try {
      if (target.kind === "mcp")
        await serveMcp(inner, { request, response, who, target, startedAt, signal });
      else await serveInvoke(inner, { request, response, who, target, startedAt, signal });
    } finally {
      mine.delete(controller);
      if (mine.size === 0) open.delete(who.agent.id);
    }
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    answerBrokenRequest(error, socket as Socket);
  });

  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  authority = `127.0.0.1:${port}`;
  const origin = `http://${authority}`;
  inner = { ...ports, replies: { complaint: ports.complaint, origin } };

  return {
    origin,
    dropAgent(agentId) {
      for (const controller of open.get(agentId) ?? [])
        controller.abort(new Refusal("agent_removed"));
    },
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const set of open.values())
        for (const controller of set) controller.abort(new Refusal("agent_hung_up"));
      server.closeIdleConnections();
      // What was told to end gets a moment to write its last words.
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 500);
      await closed;
      clearTimeout(timer);
    },
  };
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") {
        reject(error);
        return;
      }
      void whoHolds(port).then((holder) => {
        const by =
          error.code === "EACCES" ? "the system, which lets only administrators use it" : holder;
        reject(new Refusal("port_taken", { port, holder: by }));
      });
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  });
}

/** RFC 9728 section 2. No authorization server is named: agents' credentials are made by the person, here. */
function sendMetadata(response: http.ServerResponse, origin: string, server: string): void {
  const body = JSON.stringify({
    resource: `${origin}/mcp/${server}`,
    resource_name: `Countersign: ${server}`,
    bearer_methods_supported: ["header"],
  });
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}

/** What node's parser refused: too large, too slow, or not HTTP. There is no request to answer, only a socket. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const code =
    error.code === "HPE_HEADER_OVERFLOW"
      ? "headers_too_large"
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? "body_too_slow"
        : "headers_refused";
  const status = httpStatus(code);
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ""}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  );
  setTimeout(() => socket.destroy(), 500).unref();
}
