// The HTTP of updates: a request that says nothing about who asks, to one address, over a connection of its own. No
// redirect is followed, no cookie kept, and only what the person named may lead into their own network (threat 30).
import http from "node:http";
import https from "node:https";
import type { SecureContext } from "node:tls";
import { Refusal } from "../../core/errors.ts";
import type { UpdateOrder } from "../../core/update/updates.ts";
import { networkFault } from "../network-fault.ts";
import {
  guardedLookup,
  isLoopbackHost,
  mayDialLiteral,
  REACH_REFUSED,
  type Reach,
} from "../tls/reach.ts";
import { clientContext } from "../tls/secure-context.ts";

const refused = (reason: string): Refusal => new Refusal("update_refused", { reason });
export const unreachable = (url: string, reason: string, cause?: unknown): Refusal =>
  new Refusal("update_unreachable", { host: new URL(url).host, reason }, cause);

/** The code alone is shown. */
export function faultOf(url: string, error: NodeJS.ErrnoException): Refusal {
  if (error instanceof Refusal) return error;
  const code = error.code ?? "unknown";
  return code === REACH_REFUSED
    ? unreachable(url, "its address is one of this machine or of a private network")
    : unreachable(url, networkFault(code), error);
}

/** The last one made: reading all authorities takes a while, and a source is asked for several things in a row. */
let trust: { readonly pem: string | null; readonly context: SecureContext } | null = null;
function contextFor(pem: string | null): SecureContext {
  if (trust?.pem !== pem) trust = { pem, context: clientContext(null, pem) };
  return trust.context;
}

/** How far an address may lead: the source's own as far as the person named it, another one into the internet. */
function reachOf(url: URL, source: URL): Reach {
  if (url.origin !== source.origin) return "public";
  return isLoopbackHost(source.hostname) ? "loopback" : "private";
}

/**
 * Asks, and waits for the head of the answer.
 * @param headMs milliseconds until then
 * @returns null where there is nothing (404, 410)
 * @throws Refusal `update_unreachable`, `update_refused`, or what the signal was aborted with
 */
export function get(order: UpdateOrder, headMs: number): Promise<http.IncomingMessage | null> {
  const { signal } = order;
  const [url, source] = [new URL(order.url), new URL(order.source.url)];
  const reach = reachOf(url, source);
  const secure = url.protocol === "https:";
  if (!mayDialLiteral(url.hostname, reach)) {
    throw faultOf(order.url, Object.assign(new Error("refused"), { code: REACH_REFUSED }));
  }
  if (!secure && reach !== "loopback") throw refused("it leads to a plain http address");
  const own = url.origin === source.origin ? order.source.trustPem : null;
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? https : http).request(url, {
      method: "GET",
      agent: false,
      headers: { "accept-encoding": "identity" },
      lookup: guardedLookup(reach),
      insecureHTTPParser: false,
      ...(secure && {
        secureContext: contextFor(own),
        rejectUnauthorized: true,
        minVersion: "TLSv1.2",
      }),
    });
    const fail = (error: unknown): void => {
      outgoing.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const timer = setTimeout(() => fail(unreachable(order.url, "it does not answer")), headMs);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    outgoing.on("close", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      reject(unreachable(order.url, "it closed the connection"));
    });
    outgoing.on("error", (error) => fail(faultOf(order.url, error)));
    outgoing.on("response", (incoming) => {
      clearTimeout(timer);
      const { statusCode: status = 0 } = incoming;
      const encoding = incoming.headers["content-encoding"] ?? "identity";
      if (status === 200 && encoding === "identity") return resolve(incoming);
      outgoing.destroy();
      if (status === 404 || status === 410) return resolve(null);
      if (status >= 300 && status < 400) {
        return reject(refused("its address leads to another one, which is not followed"));
      }
      reject(
        status === 200
          ? refused("it comes in an encoding that nobody asked for")
          : unreachable(order.url, `it answered ${status}`),
      );
    });
    outgoing.end();
  });
}

/**
 * A whole small document.
 * @throws Refusal `update_unreachable`, `update_refused`
 */
export async function readWhole(
  order: UpdateOrder,
  mostBytes: number,
  totalMs: number,
): Promise<Uint8Array | null> {
  const incoming = await get(order, totalMs);
  if (incoming === null) return null;
  const timer = setTimeout(
    () => incoming.destroy(unreachable(order.url, "it does not come to an end")),
    totalMs,
  );
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > mostBytes) throw refused("it is too large");
      parts.push(part);
    }
  } catch (error) {
    throw order.signal.aborted ? order.signal.reason : faultOf(order.url, error as Error);
  } finally {
    clearTimeout(timer);
    incoming.destroy();
  }
  return Buffer.concat(parts);
}
