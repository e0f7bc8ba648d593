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
  // It says then by which bundles it decides.
  url.searchParams.set("provenance", "true");
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
  /** The document that an answer of evaluate() holds; undefined where it has none. */
  result(answer: unknown): unknown;
  /** What the server calls the decision: for its log and ours. */
  mark(answer: unknown): { decisionId: string | null; revision: string | null } | null;
  close(): void;
}

/** A name of theirs as it may be written down: no control or invisible characters, of bounded length. */
const nameOf = (value: unknown): string | null =>
  typeof value === "string" && /^[\x21-\x7e]{1,128}$/.test(value) ? value : null;

/** OPA's `provenance` (Data API, `?provenance`): the revision of each bundle, or of the only one. */
function revisionOf(provenance: unknown): string | null {
  if (typeof provenance !== "object" || provenance === null) return null;
  const { bundles, revision } = provenance as { bundles?: unknown; revision?: unknown };
  if (typeof bundles !== "object" || bundles === null) return nameOf(revision);
  const all = Object.entries(bundles).flatMap(([name, one]) => {
    const found = nameOf((one as { revision?: unknown } | null)?.revision);
    return found === null ? [] : [`${name}=${found}`];
  });
  return all.length === 0 ? null : nameOf(all.slice(0, 4).join(","));
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
      return answer;
    },
    // Without `result` the document is undefined (OPA, Data API), which the reader takes for a no.
    result: (answer) => (answer as { readonly result?: unknown }).result,
    mark(answer) {
      const { decision_id: id, provenance } = answer as Readonly<Record<string, unknown>>;
      const [decisionId, revision] = [nameOf(id), revisionOf(provenance)];
      return decisionId === null && revision === null ? null : { decisionId, revision };
    },
    hash: () => hash,
    close: () => agent.destroy(),
  };
}
