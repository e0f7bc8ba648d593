// Asks an OPA server (REST, Data API v1: POST /v1/data/<path> {"input": …}). Whatever is not a clear answer in time is a
// denial: the call that asked is the one that would otherwise be let through by a fault.
import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type { PolicyEngine } from "../../core/policy/judge.ts";
import type { Secret } from "../../core/secret.ts";

export interface OpaServer {
  readonly url: string;
  readonly timeoutMs: number;
  /** The bearer token; it is fetched for each question, so that a locked vault denies. */
  readonly token: () => Promise<Secret | null>;
}

const MOST_ANSWER = 256 * 1024;

/** The raw text of one answer. @throws Error where there is none within the time */
function post(
  server: OpaServer,
  token: Secret | null,
  body: string,
  agent: http.Agent,
): Promise<string> {
  const url = new URL(server.url);
  const { request } = url.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: "POST",
        agent,
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "content-length": Buffer.byteLength(body),
          ...(token !== null && { authorization: `Bearer ${token.reveal()}` }),
        },
        ...(url.protocol === "https:" && { rejectUnauthorized: true }),
      },
      (answer) => {
        // Also a redirect: the token and the question are for this address alone.
        if (answer.statusCode !== 200) {
          asked.destroy(new Error(`it answered ${answer.statusCode}`));
          return;
        }
        const parts: Buffer[] = [];
        let size = 0;
        answer.on("data", (part: Buffer) => {
          size += part.length;
          if (size > MOST_ANSWER) asked.destroy(new Error("its answer is too large"));
          else parts.push(part);
        });
        answer.on("end", () => {
          clearTimeout(timer);
          if (answer.complete) resolve(Buffer.concat(parts).toString("utf8"));
          else reject(new Error("its answer is cut short"));
        });
        answer.on("error", reject);
      },
    );
    // For the whole of it: a server that trickles bytes must not hold a call for longer.
    const timer = setTimeout(
      () => asked.destroy(new Error(`no answer within ${server.timeoutMs} ms`)),
      server.timeoutMs,
    );
    asked.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end(body);
  });
}

export interface OpaServerEngine extends PolicyEngine {
  close(): void;
}

export function createOpaServer(server: OpaServer): OpaServerEngine {
  const common = { keepAlive: true, maxSockets: 64, maxFreeSockets: 8 };
  const agent = server.url.startsWith("https:") ? new https.Agent(common) : new http.Agent(common);
  // What it decides by is not known here; what is, is which server was asked.
  const hash = createHash("sha256").update(`opa-server ${server.url}`).digest("hex");
  return {
    async evaluate(input) {
      const text = await post(server, await server.token(), JSON.stringify({ input }), agent);
      const answer = JSON.parse(text) as unknown;
      if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
        throw new Error("its answer is no object");
      }
      // Without `result` the document is undefined (OPA, Data API), which the reader takes for a no.
      return (answer as { readonly result?: unknown }).result;
    },
    hash: () => hash,
    close: () => agent.destroy(),
  };
}
