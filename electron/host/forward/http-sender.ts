// Sends one HTTP request to a server, with the credential that was released for it, and hands its answer to whoever
// judges it. node:https with one keep-alive Agent per identity: a connection made with one key or certificate is never
// used for another (RFC 8705 section 3 binds tokens to it later; keys deserve the same).
import http from "node:http";
import https from "node:https";
import type { SecureContext } from "node:tls";
import { Refusal } from "../../core/errors.ts";
import type { TlsIdentity } from "../../core/oauth/types.ts";
import type { HttpServer } from "../../core/servers.ts";
import { retireAgent } from "../tls/retire.ts";
import { clientContext, poolName } from "../tls/secure-context.ts";
import type { Attachment } from "../upstream.ts";
import { nameNetworkError } from "./judge.ts";

export interface ForwardLimits {
  /** Milliseconds to connect, TLS included. */
  readonly connectMs: number;
  /** Milliseconds until status and headers: tools may work for minutes. */
  readonly answerMs: number;
  /** Milliseconds of silence in the middle of a JSON answer. Event streams may be silent. */
  readonly silenceMs: number;
}
const LIMITS: ForwardLimits = { connectMs: 10_000, answerMs: 300_000, silenceMs: 120_000 };

type Pool = http.Agent | https.Agent;

/** One request. The credential is put into it here and nowhere else. */
export interface HttpOrder<T> {
  readonly server: HttpServer;
  readonly method: string;
  /** The server's own address, or one below it. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly attachment: Attachment;
  /** Whether it may be sent twice without a second effect. */
  readonly safe: boolean;
  readonly signal: AbortSignal;
  /** What the answer is, once status and headers are here. @throws Refusal */
  readonly judge: (incoming: http.IncomingMessage) => T;
}

/** What one request was sent again for, each at most once. */
interface Again {
  readonly connection: boolean;
  readonly nonce: boolean;
}

export interface HttpSender {
  /** Resolves once status and headers are judged. @throws Refusal (`upstream_*`, `certificate_invalid`, `agent_hung_up`) */
  send<T>(order: HttpOrder<T>): Promise<T>;
  dropServer(serverId: string): void;
  close(): Promise<void>;
  /** Lets go of a certificate's connections: it was renewed or removed. Calls that are under way end by themselves. */
  retireIdentity(identityId: string): void;
}

export function createHttpSender(wanted: Partial<ForwardLimits> = {}): HttpSender {
  const limits = { ...LIMITS, ...wanted };
  const pools = new Map<string, { readonly pool: Pool; readonly identityId: string | null }>();
  /** Replaced or removed: a call that still carries one gets a connection of its own, which ends with it. */
  const retired = new Set<string>();

  function poolFor(server: HttpServer, attachment: Attachment): Pool {
    const identity = attachment.type === "token" ? attachment.brokered.tls : null;
    const key = `${server.id} ${keyOf(server)} ${poolName(identity, server.trustPem)}`;
    let entry = pools.get(key);
    if (entry === undefined) {
      const late = identity !== null && retired.has(identity.id);
      const common = { keepAlive: !late, maxSockets: 1024, maxFreeSockets: 16, timeout: 0 };
      const pool = server.url.startsWith("https:")
        ? // Said outright, so that no environment variable can say otherwise (threat 36).
          new https.Agent({
            ...common,
            rejectUnauthorized: true,
            minVersion: "TLSv1.2",
            secureContext: contextFor(server, identity),
          })
        : new http.Agent(common);
      entry = { pool, identityId: identity?.id ?? null };
      if (!late) pools.set(key, entry);
    }
    return entry.pool;
  }

  async function send<T>(request: HttpOrder<T>, again: Again): Promise<T> {
    const { server } = request;
    const agent = poolFor(server, request.attachment);
    const url = new URL(request.url);
    const headers: Record<string, string | number> = { ...request.headers };
    // What is read on the way must be readable: no compression is asked for.
    headers["accept-encoding"] = "identity";
    if (request.body !== null) headers["content-length"] = request.body.length;
    await attach(request, url, headers);
    return new Promise((resolve, reject) => {
      const client = url.protocol === "https:" ? https : http;
      const outgoing = client.request(url, {
        method: request.method,
        headers,
        agent,
        setHost: true,
        // Node otherwise looks at these in the environment in newer versions.
        insecureHTTPParser: false,
      });
      let settled = false;
      const timer = setTimeout(() => {
        fail(
          new Refusal("upstream_timeout", { server: server.name, seconds: limits.answerMs / 1000 }),
        );
      }, limits.answerMs);
      const connectTimer = setTimeout(() => {
        fail(
          new Refusal("upstream_timeout", {
            server: server.name,
            seconds: limits.connectMs / 1000,
          }),
        );
      }, limits.connectMs);

      const fail = (refusal: Refusal): void => {
        if (settled) return;
        settled = true;
        stopTimers();
        request.signal.removeEventListener("abort", onAbort);
        outgoing.destroy();
        reject(refusal);
      };
      const stopTimers = (): void => {
        clearTimeout(timer);
        clearTimeout(connectTimer);
      };
      const onAbort = (): void => {
        fail(new Refusal("agent_hung_up"));
        outgoing.destroy();
      };
      if (request.signal.aborted) onAbort();
      request.signal.addEventListener("abort", onAbort);

      outgoing.on("socket", (socket) => {
        if (!socket.connecting) clearTimeout(connectTimer);
        else
          socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () =>
            clearTimeout(connectTimer),
          );
      });
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        // A kept-alive connection that the server closed as we wrote: nothing was read by it, so it is safe to
        // send once more on a fresh one. A reset after bytes were taken is not distinguishable for a body that
        // was sent, hence only for connections that were idle before (RFC 9110 section 9.2.2, RFC 9112 section 9.3.1).
        if (
          !settled &&
          !again.connection &&
          outgoing.reusedSocket &&
          error.code === "ECONNRESET" &&
          request.safe
        ) {
          settled = true;
          stopTimers();
          request.signal.removeEventListener("abort", onAbort);
          send(request, { ...again, connection: true }).then(resolve, reject);
          return;
        }
        fail(nameNetworkError(error, server.name));
      });
      outgoing.on("response", (incoming) => {
        if (settled) {
          incoming.destroy();
          return;
        }
        settled = true;
        stopTimers();
        if (asksForNonce(request.attachment, url, incoming) && !again.nonce) {
          // A 401: the server has done nothing yet, so even a call may be sent once more.
          incoming.resume();
          request.signal.removeEventListener("abort", onAbort);
          send(request, { ...again, nonce: true }).then(resolve, reject);
          return;
        }
        try {
          const answer = request.judge(incoming);
          watchSilence(incoming, server.name, limits.silenceMs);
          incoming.once("close", () => request.signal.removeEventListener("abort", onAbort));
          resolve(answer);
        } catch (error) {
          request.signal.removeEventListener("abort", onAbort);
          outgoing.destroy();
          reject(error);
        }
      });
      outgoing.end(request.body ?? undefined);
    });
  }

  function dropPools(matches: (key: string) => boolean): void {
    for (const [key, { pool }] of pools) {
      if (!matches(key)) continue;
      pool.destroy();
      pools.delete(key);
    }
  }

  return {
    // A key that TLS cannot use throws at once; whoever waits for an answer is told like of any other failure.
    send: (request) => send(request, { connection: false, nonce: false }),
    dropServer: (serverId) => dropPools((key) => key.startsWith(`${serverId} `)),
    retireIdentity(identityId) {
      retired.add(identityId);
      for (const [key, entry] of pools) {
        if (entry.identityId !== identityId) continue;
        pools.delete(key);
        retireAgent(entry.pool);
      }
    },
    close: () => {
      dropPools(() => true);
      return Promise.resolve();
    },
  };
}

/** The key that connections of this server are made for: those of another one are never used for it. */
function keyOf(server: HttpServer): string {
  return server.pattern.type === "api-key" ? server.pattern.secret : server.pattern.type;
}

/** @throws Refusal `certificate_invalid` */
function contextFor(server: HttpServer, identity: TlsIdentity | null): SecureContext {
  try {
    return clientContext(identity, server.trustPem);
  } catch (error) {
    const reason = `TLS cannot use it for “${server.name}”`;
    throw new Refusal("certificate_invalid", { reason }, error);
  }
}

/** The one place where a credential is put on the wire. */
async function attach(
  { attachment, method }: Pick<HttpOrder<unknown>, "attachment" | "method">,
  url: URL,
  headers: Record<string, string | number>,
): Promise<void> {
  if (attachment.type === "header") headers[attachment.name] = attachment.value.reveal();
  if (attachment.type === "token") {
    const { token, possession } = attachment.brokered;
    // RFC 6750 section 2.1; the scheme is the one that the issuer gave the token for.
    headers["authorization"] = `${token.scheme} ${token.value.reveal()}`;
    // RFC 9449 section 7.1: a proof of its own for every request, another one where it is sent again.
    if (possession !== null) headers["dpop"] = await possession.proof(method, url.href);
  }
  if (attachment.type === "query") {
    // Put behind what is there: the rest of the query stays as it was written.
    const key = `${encodeURIComponent(attachment.name)}=${encodeURIComponent(attachment.value.reveal())}`;
    url.search = `${url.search}${url.search === "" ? "?" : "&"}${key}`;
  }
}

/** Lets the token's key keep the nonce that came; true where the request is to be sent again with it (RFC 9449 section 9). */
function asksForNonce(
  attachment: Attachment,
  url: URL,
  { statusCode = 502, headers }: http.IncomingMessage,
): boolean {
  if (attachment.type !== "token" || attachment.brokered.possession === null) return false;
  const told: Record<string, string> = {};
  for (const name of ["dpop-nonce", "www-authenticate"]) {
    const value = headers[name];
    if (typeof value === "string") told[name] = value;
  }
  return attachment.brokered.possession.heed(url.href, statusCode, told);
}

/**
 * Ends an answer that falls silent. One that breaks off errors by itself; the relay names that. The time is kept by
 * the socket: a listener for data here would set the stream flowing before anyone reads it. An agent that does not
 * read makes the socket silent, too, but the relay gives up on it much earlier.
 */
function watchSilence(incoming: http.IncomingMessage, server: string, silenceMs: number): void {
  if (/^text\/event-stream\b/i.test(incoming.headers["content-type"] ?? "")) return;
  incoming.setTimeout(silenceMs, () => {
    incoming.destroy(new Refusal("upstream_timeout", { server, seconds: silenceMs / 1000 }));
  });
}
