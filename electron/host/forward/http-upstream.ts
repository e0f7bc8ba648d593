// Sends one admitted message to a server over HTTP(S) and returns its answer as a stream.
// node:https with one keep-alive Agent per identity: a connection made with one key or certificate is never
// used for another (RFC 8705 section 3 binds tokens to it later; keys deserve the same).
import http from "node:http";
import https from "node:https";
import { Refusal } from "../../core/errors.ts";
import type { HttpServer } from "../../core/servers.ts";
import type { Attachment, Upstream, UpstreamAnswer, UpstreamRequest } from "../upstream.ts";
import { judgeAnswer, nameNetworkError } from "./judge.ts";

export interface HttpUpstreamOptions {
  /** core/mcp: what may come down to the agent. */
  readonly returnHeaders: (headers: http.IncomingHttpHeaders) => Record<string, string>;
  readonly limits?: Partial<ForwardLimits>;
}
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

export function createHttpUpstream(options: HttpUpstreamOptions): Upstream {
  const limits = { ...LIMITS, ...options.limits };
  const pools = new Map<string, Pool>();

  function poolFor(server: HttpServer): Pool {
    const identity = server.pattern.type === "none" ? "none" : server.pattern.secret;
    const key = `${server.id} ${identity}`;
    let pool = pools.get(key);
    if (pool === undefined) {
      const common = { keepAlive: true, maxSockets: 1024, maxFreeSockets: 16, timeout: 0 };
      pool = server.url.startsWith("https:")
        ? // Said outright, so that no environment variable can say otherwise (threat 36).
          new https.Agent({ ...common, rejectUnauthorized: true, minVersion: "TLSv1.2" })
        : new http.Agent(common);
      pools.set(key, pool);
    }
    return pool;
  }

  function send(request: UpstreamRequest, retried: boolean): Promise<UpstreamAnswer> {
    const server = request.server as HttpServer;
    return new Promise((resolve, reject) => {
      const url = new URL(server.url);
      const headers: Record<string, string | number> = { ...request.headers };
      // What is read on the way must be readable: no compression is asked for.
      headers["accept-encoding"] = "identity";
      if (request.body !== null) headers["content-length"] = request.body.length;
      attach(request.attachment, url, headers);

      const client = url.protocol === "https:" ? https : http;
      const outgoing = client.request(url, {
        method: request.method,
        headers,
        agent: poolFor(server),
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
          !retried &&
          outgoing.reusedSocket &&
          error.code === "ECONNRESET" &&
          isSafe(request)
        ) {
          settled = true;
          stopTimers();
          request.signal.removeEventListener("abort", onAbort);
          send(request, true).then(resolve, reject);
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
        try {
          const answer = judgeAnswer(
            incoming,
            server.name,
            request.message?.kind === "request" || request.method === "GET",
            options.returnHeaders,
          );
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
    for (const [key, pool] of pools) {
      if (!matches(key)) continue;
      pool.destroy();
      pools.delete(key);
    }
  }

  return {
    send: (request) => send(request, false),
    // The door aborts what an agent has open; no connection here belongs to one agent.
    dropAgent: () => undefined,
    dropServer: (serverId) => dropPools((key) => key.startsWith(`${serverId} `)),
    close: () => {
      dropPools(() => true);
      return Promise.resolve();
    },
  };
}

/** The one place where a key is put on the wire. */
function attach(attachment: Attachment, url: URL, headers: Record<string, string | number>): void {
  if (attachment.type === "header") headers[attachment.name] = attachment.value.reveal();
  if (attachment.type === "query")
    url.searchParams.append(attachment.name, attachment.value.reveal());
}

/** A call may have effects and is never sent twice by us; reading messages may be. */
function isSafe(request: UpstreamRequest): boolean {
  return request.message === null
    ? request.method === "GET"
    : request.message.method !== "tools/call";
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
