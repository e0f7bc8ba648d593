// What every listener on this machine has in common: where it listens, how long it waits, and that nothing gets past
// its handler.
import type http from "node:http";
import type { Server } from "node:net";
import { Refusal } from "../../core/errors.ts";
import { HEADERS_MS } from "./broken.ts";
import { whoHolds } from "./holder.ts";

/** Bytes of all request headers together. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * How much and how slowly an agent may send.
 * @param bodyMs milliseconds that a body may take
 */
export const httpLimits = (bodyMs: number) => ({
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: HEADERS_MS,
  // Longer than the body's own limit, which gives the better answer.
  requestTimeout: bodyMs + 15_000,
  keepAliveTimeout: 60_000,
  // How often node looks for slow senders.
  connectionsCheckingInterval: 1000,
  insecureHTTPParser: false,
  requireHostHeader: false,
});

/**
 * Every request goes the same way: also one that asks first (`Expect: 100-continue`) or wants what nobody does, which
 * node would answer by itself before any check.
 */
export function onEveryRequest(server: Server, handle: http.RequestListener): void {
  server.on("request", handle).on("checkContinue", handle).on("checkExpectation", handle);
}

/** Listens on 127.0.0.1 and on this port alone. @throws Refusal `port_taken` with the program that holds it */
export function listen(server: Server, port: number): Promise<void> {
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
