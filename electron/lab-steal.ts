// What a thief does with what was stolen: one call, past Countersign, straight to a practice server.
import https from "node:https";
import { parseChallenges } from "./core/oauth/challenge.ts";
import type { LabServer } from "./lab/index.ts";

/** What the server answered. */
export interface Heard {
  readonly status: number;
  /** Of the first challenge that names one (RFC 6750 section 3). */
  readonly error: string | null;
  readonly description: string | null;
  /** The practice server's own word for it; null where it took the credential. */
  readonly code: string | null;
}

export interface Shown {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

const MODERN = "2026-07-28";
const THIEF = { name: "thief", version: "1" };
/** What whoever comes first asks, in each generation of MCP. It changes nothing at the server. */
const FIRST = {
  legacy: {
    besides: {},
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: THIEF },
    }),
  },
  modern: {
    besides: { "mcp-protocol-version": MODERN, "mcp-method": "server/discover" },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "server/discover",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": MODERN,
          "io.modelcontextprotocol/clientCapabilities": {},
          "io.modelcontextprotocol/clientInfo": THIEF,
        },
      },
    }),
  },
} as const;

const LIMIT_MS = 10_000;
const MOST = 16_384;

/** 400 and above 403 mean that the credential was taken and something else was wrong with the message. */
export const taken = (status: number): boolean => status !== 401 && status !== 403;

/** What the tour says of an answer. */
export const outcome = ({ status }: Heard): string =>
  taken(status) ? "accepted" : `refused (${status})`;

/**
 * @param headers with what was stolen
 * @throws Error where the server does not answer within ten seconds
 */
export async function steal(
  server: LabServer,
  headers: Readonly<Record<string, string>>,
  tls: Shown,
): Promise<Heard> {
  const { body, besides } = FIRST[server.generation];
  const all = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    ...besides,
    ...headers,
  };
  if (!server.url.startsWith("https:")) {
    const response = await fetch(server.url, {
      method: "POST",
      headers: all,
      body,
      redirect: "error",
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const challenge = response.headers.get("www-authenticate");
    if (!taken(response.status)) return heard(response.status, challenge, await response.text());
    await response.body?.cancel();
    return heard(response.status, challenge, "");
  }
  return new Promise((resolve, reject) => {
    const request = https.request(
      server.url,
      {
        method: "POST",
        headers: all,
        agent: false,
        rejectUnauthorized: true,
        timeout: LIMIT_MS,
        ...tls,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        const challenge = response.headers["www-authenticate"] ?? null;
        if (taken(status)) {
          // Its stream may never end, and what it says is no thief's business here.
          response.destroy();
          return resolve(heard(status, challenge, ""));
        }
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          if (text.length < MOST) text += part;
        });
        response.on("end", () => resolve(heard(status, challenge, text)));
        response.on("error", reject);
        return undefined;
      },
    );
    request.on("timeout", () => request.destroy(new Error("it did not answer")));
    request.on("error", reject);
    request.end(body);
  });
}

function heard(status: number, field: string | null, text: string): Heard {
  const named = parseChallenges(field ?? "").find(({ params }) => params.has("error"));
  return {
    status,
    error: named?.params.get("error") ?? null,
    description: named?.params.get("error_description") ?? null,
    code: codeIn(text.slice(0, MOST)),
  };
}

function codeIn(text: string): string | null {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === "string" ? code.slice(0, 40) : null;
  } catch {
    return null;
  }
}
