// HTTP to Countersign's front door. The credential goes only to a listener that has just been proved to be
// Countersign: another program could have taken the port while it was not running (threat 9).
import http from "node:http";
import net from "node:net";
import type { Duplex } from "node:stream";
import { Refusal } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";

/**
 * Asks the running Countersign, over its control socket in the data folder (mode 0600), where its door is.
 * Called before every new connection. @throws Refusal `not_running`
 */
export type Prove = () => Promise<{ readonly door: string }>;

export interface DoorOptions {
  readonly prove: Prove;
  /** The server's name, as in `/mcp/<server>`. */
  readonly server: string;
  readonly credential: Secret;
}

export interface DoorRequest {
  readonly method: "POST" | "GET" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly signal: AbortSignal;
  /** Whether the request may be sent again where a kept-alive connection turned out to be closed. */
  readonly repeatable: boolean;
}

type Connect = (options: object, callback: (error: Error | null, socket?: Duplex) => void) => void;

/** Loopback only, whatever the proof says. */
function readDoor(door: string): URL {
  const url = new URL(door);
  const loopback = url.hostname === "127.0.0.1" || url.hostname === "[::1]";
  if (url.protocol !== "http:" || !loopback || url.port === "") {
    throw new Refusal("usage", { reason: "The front door must be http on a loopback address." });
  }
  return url;
}

export type Door = ReturnType<typeof createDoor>;

export function createDoor({ prove, server, credential }: DoorOptions) {
  // Shorter than the five seconds after which Node's server closes an idle connection, so that a request does
  // not meet a closing one.
  const agent = new http.Agent({ keepAlive: true, timeout: 3000 });
  let url: URL | null = null;

  const connect: Connect = (_options, callback) => {
    prove().then(
      ({ door }) => {
        const proved = readDoor(door);
        if (proved.origin !== url?.origin) {
          url = proved;
          callback(new Error("the door has moved"));
          return;
        }
        const socket = net.connect({
          host: proved.hostname.replaceAll(/[[\]]/g, ""),
          port: Number(proved.port),
          noDelay: true,
        });
        callback(null, socket);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  };
  Object.assign(agent, { createConnection: connect });

  async function once(request: DoorRequest): Promise<http.IncomingMessage> {
    url ??= readDoor((await prove()).door);
    const target = url;
    return new Promise((resolve, reject) => {
      const { method, body, signal } = request;
      const out = http.request({
        agent,
        host: target.hostname.replaceAll(/[[\]]/g, ""),
        port: target.port,
        path: `/mcp/${encodeURIComponent(server)}`,
        method,
        signal,
        headers: {
          ...request.headers,
          host: target.host,
          authorization: `Bearer ${credential.reveal()}`,
          ...(body === null ? {} : { "content-length": String(body.length) }),
        },
      });
      out.on("response", resolve);
      out.on("error", (error) => {
        const stale = out.reusedSocket && request.repeatable && !signal.aborted;
        if (stale && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE")) {
          once({ ...request, repeatable: false }).then(resolve, reject);
        } else reject(error);
      });
      out.end(body ?? undefined);
    });
  }

  return {
    /** @throws Refusal `not_running`, `upstream_unreachable`; or the abort */
    async send(request: DoorRequest): Promise<http.IncomingMessage> {
      try {
        return await once(request);
      } catch (error) {
        if (error instanceof Refusal || request.signal.aborted) throw error;
        const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
        const reason = `Countersign does not answer (${code})`;
        throw new Refusal("upstream_unreachable", { server, reason }, error);
      }
    },
    close: (): void => agent.destroy(),
  };
}
