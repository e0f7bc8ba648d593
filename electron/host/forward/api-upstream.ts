// Plain HTTP APIs, offered as MCP: what an agent says is answered here by core/openapi, and a call becomes exactly one
// request. Sessions of the legacy generation are only remembered, since an API has none.
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { Refusal } from "../../core/errors.ts";
import type { ApiAnswer } from "../../core/openapi/answer.ts";
import type { Api } from "../../core/openapi/api.ts";
import type { ApiProtocol, Heard } from "../../core/openapi/protocol.ts";
import type { ApiServer } from "../../core/servers.ts";
import type { Sessions } from "../../core/sessions.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "../upstream.ts";
import type { HttpSender } from "./http-sender.ts";
import { judgeApi } from "./judge-api.ts";

export interface ApiUpstreamOptions {
  readonly sender: HttpSender;
  /** core/openapi. */
  readonly protocol: ApiProtocol;
  readonly apiOf: (serverId: string) => Api | undefined;
  /** Its own: the door keeps those of all servers besides. */
  readonly sessions: Sessions;
}

/** Bytes of an API's answer that are read. */
const MOST_BYTES = 4 * 1024 * 1024;

export function createApiUpstream(options: ApiUpstreamOptions): Upstream {
  const { protocol, sender, sessions } = options;

  function apiFor(server: ApiServer): Api {
    const api = options.apiOf(server.id);
    if (api === undefined) throw new Refusal("openapi_missing", { server: server.name });
    // It was decided for what the server was: another import since then is another server.
    if (api.importedAt !== server.importedAt) {
      throw new Refusal("call_denied", { reason: "its document was imported again meanwhile" });
    }
    return api;
  }

  async function call(
    request: UpstreamRequest,
    server: ApiServer,
    { request: order, tell }: Extract<Heard, { type: "call" }>,
  ): Promise<UpstreamAnswer> {
    const { attachment, signal } = request;
    const incoming = await sender.send({
      ...order,
      server,
      attachment,
      signal,
      safe: order.method === "GET" || order.method === "HEAD",
      judge: (answer) => judgeApi(answer, server.name, attachment.type),
    });
    return json(200, tell(await read(incoming, server.name, signal, protocol)));
  }

  async function post(request: UpstreamRequest, server: ApiServer): Promise<UpstreamAnswer> {
    const { agentId, body, headers, message } = request;
    if (message === null || body === null) throw new Refusal("internal");
    const api = apiFor(server);
    const starts = message.kind === "request" && message.method === "initialize";
    if (message.envelopeVersion === null && !starts) checkSession(request, server.id);
    const heard = protocol.hear(server, api, message, body, headers);
    if (heard.type === "accepted") return empty(202);
    if (heard.type === "call") return call(request, server, heard);
    if (!starts || message.envelopeVersion !== null) return json(heard.status, heard.text);
    // 256 random bits; still only honoured together with the agent's own credential.
    const id = randomBytes(32).toString("base64url");
    sessions.bind(agentId, server.id, id);
    return json(heard.status, heard.text, { "mcp-session-id": id });
  }

  function checkSession({ agentId, headers }: UpstreamRequest, serverId: string): string {
    const id = headers["mcp-session-id"];
    if (id === undefined) throw new Refusal("session_unknown");
    sessions.check(agentId, serverId, id);
    return id;
  }

  return {
    async send(request) {
      if (request.signal.aborted) throw new Refusal("agent_hung_up");
      const { server } = request;
      if (server.kind !== "openapi") throw new Refusal("internal");
      if (request.method === "POST") return post(request, server);
      // Nothing is ever said without being asked (Streamable HTTP, "Listening for messages": 405).
      if (request.method === "GET") return empty(405, { allow: "POST, DELETE" });
      sessions.forget(server.id, checkSession(request, server.id));
      return empty(204);
    },
    dropAgent: (agentId, serverId) => sessions.dropAgent(agentId, serverId),
    dropServer(serverId) {
      sessions.dropServer(serverId);
      sender.dropServer(serverId);
    },
    // The sender is closed by whoever made it.
    close: () => Promise.resolve(),
  };
}

const empty = (status: number, headers: Readonly<Record<string, string>> = {}): UpstreamAnswer => ({
  status,
  headers,
  body: Readable.from([]),
});

function json(
  status: number,
  text: string,
  more: Readonly<Record<string, string>> = {},
): UpstreamAnswer {
  const headers = { ...more, "content-type": "application/json", "cache-control": "no-store" };
  return { status, headers, body: Readable.from([Buffer.from(text)]) };
}

/** @throws Refusal `upstream_dropped`, `agent_hung_up` */
async function read(
  incoming: IncomingMessage,
  server: string,
  signal: AbortSignal,
  protocol: Pick<ApiProtocol, "isText">,
): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    if (signal.aborted) throw new Refusal("agent_hung_up");
    if (error instanceof Refusal) throw error;
    throw new Refusal("upstream_dropped", { server }, error);
  }
  if (signal.aborted) throw new Refusal("agent_hung_up");
  const tooLarge = bytes > MOST_BYTES;
  if (tooLarge) incoming.destroy();
  const { "content-type": given = "", "retry-after": retry } = incoming.headers;
  const type = /^[\w!#$&^.+-]{1,60}\/[\w!#$&^.+-]{1,60}/.exec(given.toLowerCase())?.[0] ?? "";
  return {
    status: incoming.statusCode ?? 502,
    type,
    text: tooLarge || !protocol.isText(type) ? null : decoded(Buffer.concat(chunks)),
    bytes,
    tooLarge,
    // RFC 9110 section 10.2.3: seconds or a date.
    retryAfter: retry !== undefined && /^[\w ,:-]{1,40}$/.test(retry) ? retry : null,
  };
}

/** Null where it is not UTF-8, whatever was said of it. */
function decoded(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
