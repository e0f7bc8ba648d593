// A server and its issuer that say whatever a test wants: for documents that no honest company writes. Real sockets.
import type http from "node:http";
import { upstream } from "./house.ts";

export interface PaperCompany {
  /** Address of the server. */
  readonly url: string;
  readonly issuer: string;
  /** `METHOD path` of every request to the issuer, in order. */
  readonly asked: string[];
  /** Headers of the same requests. */
  readonly headers: http.IncomingHttpHeaders[];
  readonly bodies: string[];
  close(): Promise<void>;
}

export interface PaperWords {
  /** What the protected resource metadata says besides what is right. */
  readonly resource?: (right: Record<string, unknown>) => unknown;
  readonly metadata?: (right: Record<string, unknown>) => unknown;
  readonly register?: (body: Record<string, unknown>, issuer: string) => [number, unknown];
  /** Which issuer the server names, in place of its own. */
  readonly names?: () => readonly string[];
  /** Of the 401; null sends none. */
  readonly challenge?: (url: string) => string | null;
  readonly status?: number;
  /** Of the metadata documents: 302 with a Location, another type, … */
  readonly answer?: (
    which: "resource" | "issuer",
    response: http.ServerResponse,
    document: unknown,
  ) => void;
}

const send = (response: http.ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
};

export async function paperCompany(words: PaperWords = {}): Promise<PaperCompany> {
  const asked: string[] = [];
  const headers: http.IncomingHttpHeaders[] = [];
  const bodies: string[] = [];
  const answer = words.answer ?? ((_which, response, document) => send(response, 200, document));
  const issuer: Awaited<ReturnType<typeof upstream>> = await upstream((request, response, body) => {
    const origin = new URL(issuer.url).origin;
    asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
    headers.push(request.headers);
    bodies.push(body);
    if (request.url === "/.well-known/oauth-authorization-server") {
      const right = {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        code_challenge_methods_supported: ["S256"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        scopes_supported: ["openid", "offline_access", "notes:read"],
      };
      return answer("issuer", response, words.metadata?.(right) ?? right);
    }
    if (request.url === "/register" && request.method === "POST") {
      const made: [number, unknown] = words.register?.(
        JSON.parse(body) as Record<string, unknown>,
        origin,
      ) ?? [201, { client_id: `paper-${asked.length}` }];
      return send(response, ...made);
    }
    if (request.method === "DELETE") {
      response.writeHead(204).end();
      return;
    }
    send(response, 404, {});
  });
  const server: Awaited<ReturnType<typeof upstream>> = await upstream((request, response) => {
    const { origin } = new URL(server.url);
    const place = `${origin}/.well-known/oauth-protected-resource/mcp`;
    if (request.url === "/.well-known/oauth-protected-resource/mcp") {
      const right = {
        resource: server.url,
        authorization_servers: words.names?.() ?? [new URL(issuer.url).origin],
        scopes_supported: ["notes:read", "notes:write"],
        resource_name: "Paper notes",
      };
      return answer("resource", response, words.resource?.(right) ?? right);
    }
    const challenge = (words.challenge ?? (() => `Bearer resource_metadata="${place}"`))(
      server.url,
    );
    response.writeHead(
      words.status ?? 401,
      challenge === null ? {} : { "www-authenticate": challenge },
    );
    response.end();
  });
  return {
    url: server.url,
    issuer: new URL(issuer.url).origin,
    asked,
    headers,
    bodies,
    async close() {
      await server.close();
      await issuer.close();
    },
  };
}
