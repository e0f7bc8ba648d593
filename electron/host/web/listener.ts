// The interface for a browser, on its own port, so that the agents' door can go on refusing every Origin.
// What is behind it can read the journal and replace keys. Four locks: loopback only, Host exactly ours,
// Origin exactly ours, and a session that only the printed one-time link can start.
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Complaint } from "../../core/sentences.ts";
import { asRefusal, httpStatus, Refusal } from "../../core/errors.ts";
import { onEveryRequest } from "../door/listener.ts";
import type { Assets } from "./assets.ts";
import { createEventStreams, STREAM_LIMITS, type StreamLimits } from "./events.ts";
import { SECURITY_HEADERS } from "./policy.ts";
import { bearerOf, CALL_LIMIT, checkRequest, readJson } from "./request.ts";
import { createSessions } from "./sessions.ts";

/** What this listener needs of the program behind it. `call` never rejects. */
export interface WebDesk {
  readonly call: (method: unknown, input: unknown) => Promise<unknown>;
  readonly watch: (listener: (event: unknown) => void) => () => void;
}

export interface WebOptions {
  /** 0: any free one, for tests. */
  readonly port: number;
  readonly assets: Assets;
  readonly desk: WebDesk;
  /** core/sentences.ts `complaint`. */
  readonly explain: (refusal: Refusal) => Complaint;
  /** Names the process that holds a port, for `port_taken`. */
  readonly whoHolds: (port: number) => Promise<string>;
  /** What was thrown and is no refusal: a bug. */
  readonly report: (error: unknown) => void;
  readonly monotonic?: () => number;
  readonly streams?: StreamLimits;
  /** Milliseconds that a request may take to arrive whole. */
  readonly arrival?: number;
}

export interface WebForm {
  /** `http://127.0.0.1:7718` */
  readonly origin: string;
  /** A link with a fresh one-time code. It stands behind `#`, which browsers never send. */
  makeLink(): string;
  close(): Promise<void>;
}

/** @throws Refusal `port_taken` with the holder's name */
export async function openWebForm(options: WebOptions): Promise<WebForm> {
  const sessions = createSessions(options.monotonic ?? (() => performance.now()));
  const streams = createEventStreams(options.desk.watch, options.streams ?? STREAM_LIMITS);
  const arrival = options.arrival ?? 15_000;
  let host = "";

  const server = http.createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: arrival,
    requestTimeout: arrival,
    connectionsCheckingInterval: Math.min(1000, arrival),
    keepAliveTimeout: 5000,
    insecureHTTPParser: false,
  });
  onEveryRequest(server, (request, response) => {
    handle(request, response).catch((error: unknown) => refuse(response, error));
  });
  server.maxConnections = 64;
  // Upgrade and CONNECT have no use here; without a listener Node would leave the first one open.
  server.on("upgrade", (_, socket) => socket.destroy());
  server.on("connect", (_, socket) => socket.destroy());

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = checkRequest(request, host);
    if (path === "/session") return answer(request, response, "POST", openSession);
    if (path === "/call") return answer(request, response, "POST", callDesk);
    if (path === "/events") return answer(request, response, "GET", startEvents);
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new Refusal("method_not_allowed");
    }
    const asset = options.assets.get(path);
    if (asset === undefined) throw new Refusal("path_unknown");
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": asset.type,
      "content-length": asset.body.length,
    });
    response.end(request.method === "HEAD" ? undefined : asset.body);
  }

  type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    handler: Handler,
  ): Promise<void> {
    if (request.method !== method) throw new Refusal("method_not_allowed");
    await handler(request, response);
  }

  async function openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
    goOn(request, response);
    const { code } = await readJson(request);
    const session = typeof code === "string" ? sessions.redeem(code) : undefined;
    if (session === undefined) throw new Refusal("link_spent");
    sendJson(response, 200, { ok: true, value: { session } });
  }

  async function callDesk(request: IncomingMessage, response: ServerResponse): Promise<void> {
    signedIn(request);
    goOn(request, response);
    const { method, input } = await readJson(request, CALL_LIMIT);
    const reply = await options.desk.call(method, input);
    // A refusal of the contract is still an answered question: the page reads `ok`, not the status.
    if (!response.destroyed) sendJson(response, 200, reply);
  }

  function startEvents(request: IncomingMessage, response: ServerResponse): void {
    const session = signedIn(request);
    const added = streams.add(response, SECURITY_HEADERS, () => sessions.alive(session));
    if (!added) throw new Refusal("door_busy");
  }

  /** For who asked before sending a body (RFC 9110 section 10.1.1). */
  function goOn(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.expect !== undefined) response.writeContinue();
  }

  function signedIn(request: IncomingMessage): string {
    const session = bearerOf(request);
    if (session === undefined || !sessions.alive(session)) {
      throw new Refusal("app_session_missing");
    }
    return session;
  }

  function refuse(response: ServerResponse, error: unknown): void {
    const refusal = asRefusal(error);
    // A sender that went away mid-body is no bug of ours.
    if (refusal.code === "internal" && !response.destroyed) options.report(error);
    if (response.destroyed || response.headersSent) return void response.destroy();
    // What the sender still sends is not read: the connection ends with this answer.
    response.setHeader("connection", "close");
    sendJson(response, httpStatus(refusal.code), { ok: false, error: options.explain(refusal) });
  }

  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  host = `127.0.0.1:${port}`;

  return {
    origin: `http://${host}`,
    makeLink: () => `http://${host}/#code=${sessions.makeCode()}`,
    async close() {
      streams.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    "content-type": "application/json",
    "content-length": body.length,
  });
  response.end(body);
}

async function listen(server: http.Server, { port, whoHolds }: WebOptions): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const holder = code === "EACCES" ? "the system (it needs more rights)" : await whoHolds(port);
    throw new Refusal("port_taken", { port, holder }, error);
  }
}
