// The front door: one fixed port on loopback. It refuses early, keeps count of what is open, and can end what
// belongs to one agent at once.
import http from "node:http";
import type { Socket } from "node:net";
import type { AdmittedAgent } from "../../core/agent-register.ts";
import type { AgentAuthMethod } from "../../core/agents.ts";
import { asRefusal, Refusal } from "../../core/errors.ts";
import { answerBrokenRequest, type BrokenRequest } from "./broken.ts";
import { type ExchangePorts, serveMcp } from "./exchange.ts";
import { guard, presentedCredential, type Target } from "./guards.ts";
import { type InvokePorts, serveInvoke } from "./invoke.ts";
import { httpLimits, listen, onEveryRequest } from "./listener.ts";
import type { Programs } from "./programs.ts";
import { refuse } from "./reply.ts";

export interface DoorPorts
  extends Omit<ExchangePorts, "replies">, Omit<InvokePorts, keyof ExchangePorts> {
  readonly admit: (credential: string, method: AgentAuthMethod) => AdmittedAgent;
  /** Tells which program is at the other end. */
  readonly programs: Programs;
  readonly complaint: ExchangePorts["replies"]["complaint"];
  /** A browser came back from an issuer. */
  readonly callback: (
    path: string,
    params: URLSearchParams,
  ) => Promise<{ ok: boolean; text: string }>;
  /** Public keys of the agents. */
  readonly jwks: (tenant: string) => unknown;
}

export interface DoorOptions {
  /** 0 only in tests. */
  readonly port: number;
  /** Requests of one agent that may be open at once, event streams included. */
  readonly maxOpenPerAgent?: number;
}

/** One of the ways in. What differs between them is how an agent shows who it is. */
export interface Entrance {
  /** Exactly what Host must say. */
  readonly authority: string;
  /** What agents are configured with. */
  readonly origin: string;
  /** @throws Refusal where it is nobody that may come in */
  readonly admit: (request: http.IncomingMessage) => AdmittedAgent;
}

export interface Door {
  /** `http://127.0.0.1:7717` */
  readonly origin: string;
  /** Serves a request that came in elsewhere by the same rules. Never throws. */
  readonly serve: (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    entrance: Entrance,
  ) => Promise<void>;
  /** Answers what was no request at all, wherever it came in. */
  readonly broken: (error: BrokenRequest, socket: Socket, authority: string) => void;
  /** Ends everything that this agent has open, now; with a server's name, what it has open there. */
  dropAgent(agentId: string, server?: string): void;
  close(): Promise<void>;
}

const MAX_OPEN_PER_AGENT = 512;
/** Milliseconds that calls in flight have to end by themselves when the door closes. */
const DRAIN_MS = 250;
const CLOSED = "Countersign was closed meanwhile";
const ENDED = "its agent may not use this server any more";

/**
 * Opens the door on 127.0.0.1. The port is fixed: agents are configured with it, and whoever listens on another
 * one is not us (threat 9).
 * @throws Refusal `port_taken` with the program that holds it
 */
export async function openDoor(ports: DoorPorts, options: DoorOptions): Promise<Door> {
  const open = new Map<string, Map<AbortController, string>>();
  const sockets = new Set<Socket>();
  const maxOpen = options.maxOpenPerAgent ?? MAX_OPEN_PER_AGENT;
  let front: Entrance;
  let closing = false;

  const server = http.createServer(httpLimits(ports.body.withinMs));
  onEveryRequest(server, (request, response) => {
    void serve(request, response, front);
  });

  async function serve(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    entrance: Entrance,
  ): Promise<void> {
    // On a connection that was kept open: nothing new begins any more.
    if (closing) return void response.destroy();
    const startedAt = ports.monotonic();
    const { complaint } = ports;
    const inner: ExchangePorts & InvokePorts = {
      ...ports,
      replies: { complaint, origin: entrance.origin },
    };
    let target: Target | null = null;
    let who: AdmittedAgent | undefined;
    const peer = ports.programs.of(request.socket);
    try {
      target = guard(request, entrance.authority);
      if (target.kind === "metadata") {
        sendMetadata(response, inner.replies.origin, target.server);
        return;
      }
      if (target.kind === "jwks") {
        sendJson(response, ports.jwks(target.tenant));
        return;
      }
      const user = await peer.user;
      if (user === "other") throw new Refusal("other_user_refused");
      if (user === "gone") throw new Refusal("agent_hung_up");
      if (target.kind === "callback") {
        // A person's browser comes back to the one address that the issuer was told.
        if (entrance !== front) throw new Refusal("path_unknown");
        sendText(response, await ports.callback(target.path, target.params));
        return;
      }
      who = entrance.admit(request);
    } catch (error) {
      const refusal = asRefusal(error);
      const status = refuse(request, response, refusal, inner.replies, target, null);
      const serverName = target !== null && "server" in target ? target.server : undefined;
      const note = noteOf(refusal, request, complaint);
      inner.gateway.turnedAway(refusal.code, { who, serverName, status, startedAt, note });
      return;
    }

    const mine = open.get(who.agent.id) ?? new Map<AbortController, string>();
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
    // It may have gone while its program was looked up.
    if (response.destroyed) return;
    const controller = new AbortController();
    mine.set(controller, target.server);
    // `close` also comes after a complete answer; then nothing listens any more.
    response.once("close", () => {
      if (!response.writableFinished) controller.abort(new Refusal("agent_hung_up"));
    });
    const { signal } = controller;
    // It asked before it sent its body (RFC 9110 section 10.1.1); all that can be refused unread has been by now.
    if (request.headers.expect !== undefined) response.writeContinue();
    try {
      if (target.kind === "mcp")
        await serveMcp(inner, { request, response, who, target, startedAt, peer, signal });
      else await serveInvoke(inner, { request, response, who, target, startedAt, peer, signal });
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
  function broken(error: BrokenRequest, socket: Socket, authority: string): void {
    const startedAt = ports.monotonic();
    answerBrokenRequest(error, socket, authority, {
      complaint: ports.complaint,
      turnedAway: (code, status, note) =>
        ports.gateway.turnedAway(code, { status, startedAt, note }),
    });
  }
  server.on("clientError", (error: BrokenRequest, socket) => {
    broken(error, socket as Socket, front.authority);
  });

  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  const authority = `127.0.0.1:${port}`;
  const origin = `http://${authority}`;
  front = {
    authority,
    origin,
    admit(request) {
      const presented = presentedCredential(request.headers.authorization);
      return ports.admit(presented.credential, presented.authMethod);
    },
  };

  return {
    origin,
    serve,
    broken,
    dropAgent(agentId, server) {
      for (const [controller, at] of open.get(agentId) ?? []) {
        if (server === undefined) controller.abort(new Refusal("agent_removed"));
        else if (at === server) controller.abort(new Refusal("call_denied", { reason: ENDED }));
      }
    },
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // What is about to be answered, questions that were withdrawn above all, is; the rest is told that it ends.
      for (const late = ports.monotonic() + DRAIN_MS; open.size > 0 && ports.monotonic() < late;) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      for (const mine of open.values())
        for (const controller of mine.keys())
          controller.abort(new Refusal("call_denied", { reason: CLOSED }));
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

/** What a person wants to know of a request that was refused before anybody was admitted. */
function noteOf(
  refusal: Refusal,
  { headers }: http.IncomingMessage,
  complaint: DoorPorts["complaint"],
): string | undefined {
  const shown = (value: string | undefined): string => JSON.stringify((value ?? "").slice(0, 120));
  if (refusal.code === "host_refused") return `Host: ${shown(headers.host)}`;
  if (refusal.code === "origin_refused") {
    return headers.origin === undefined
      ? `Sec-Fetch-Site: ${shown(String(headers["sec-fetch-site"]))}`
      : `Origin: ${shown(headers.origin)}`;
  }
  return refusal.code === "headers_refused" ? complaint(refusal).sentence : undefined;
}

/** RFC 9728 section 2. No authorization server is named: agents' credentials are made by the person, here. */
function sendMetadata(response: http.ServerResponse, origin: string, server: string): void {
  sendJson(response, {
    resource: `${origin}/mcp/${server}`,
    resource_name: `Countersign: ${server}`,
    bearer_methods_supported: ["header"],
  });
}

/** Plain text and nothing to run: what stands in it may come from an issuer (threat 25). */
function sendText(
  response: http.ServerResponse,
  { ok, text }: { ok: boolean; text: string },
): void {
  response.writeHead(ok ? 200 : 400, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength(text)),
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  });
  response.end(text);
}

function sendJson(response: http.ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(body);
}
