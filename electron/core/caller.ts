// A small MCP client of our own, for the curl door and for "test this server". It speaks both generations and
// finds out which one the server speaks. It never carries an agent's traffic: that passes as bytes.
import { Refusal } from "./errors.ts";
import { encodeHeaderValue, FIRST_MODERN_VERSION as MODERN_VERSION } from "./mcp.ts";

export interface CallerRequest {
  readonly method: "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}
export interface CallerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body, bounded by the sender. */
  readonly body: Uint8Array;
}
/** Port: sends one message with the server's credential. @throws Refusal */
export type CallerSend = (request: CallerRequest) => Promise<CallerAnswer>;

/** The JSON-RPC response to one request: exact bytes of `result`, or the error. */
export type CallerReply =
  | { readonly ok: true; readonly result: unknown; readonly raw: string }
  | { readonly ok: false; readonly code: number; readonly message: string };

const LEGACY_VERSION = "2025-11-25";
const CLIENT_INFO = { name: "countersign", version: "0.1.0" };

interface Line {
  readonly generation: "modern" | "legacy";
  readonly sessionId: string | null;
  readonly version: string;
  readonly serverInfo: { readonly name: string; readonly version: string } | null;
}

export type Caller = ReturnType<typeof createCaller>;

export function createCaller(send: CallerSend, serverName: string) {
  const encoder = new TextEncoder();
  let nextId = 1;
  let line: Line | null = null;

  /** `params` is JSON text so that what an agent sent can be put in without being read and written again. */
  function envelope(
    method: string,
    params: string,
    modern: boolean,
  ): { id: number; body: Uint8Array } {
    const id = nextId++;
    const meta = JSON.stringify({
      "io.modelcontextprotocol/protocolVersion": MODERN_VERSION,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": CLIENT_INFO,
    });
    const inner = params.slice(1, -1).trim();
    const all = modern ? `{${inner === "" ? "" : `${inner},`}"_meta":${meta}}` : params;
    return {
      id,
      body: encoder.encode(
        `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${all}}`,
      ),
    };
  }

  function headersFor(
    method: string,
    name: string | null,
    on: Pick<Line, "generation" | "sessionId" | "version"> | null,
  ) {
    const headers: Record<string, string> = {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    };
    if (on === null) return headers;
    headers["mcp-protocol-version"] = on.version;
    if (on.generation === "modern") {
      headers["mcp-method"] = method;
      if (name !== null) headers["mcp-name"] = encodeHeaderValue(name);
    } else if (on.sessionId !== null) headers["mcp-session-id"] = on.sessionId;
    return headers;
  }

  async function exchange(
    method: string,
    params: string,
    name: string | null,
    on: Line | null,
    modern: boolean,
  ) {
    const { id, body } = envelope(method, params, modern);
    const target =
      on ??
      (modern ? { generation: "modern" as const, sessionId: null, version: MODERN_VERSION } : null);
    const answer = await send({ method: "POST", headers: headersFor(method, name, target), body });
    return { answer, reply: findReply(answer, id) };
  }

  /**
   * Finds the generation: modern first, then `initialize`, as the specification has clients do.
   * @throws Refusal `upstream_*`, `stdio_*`
   */
  async function connect(): Promise<Line> {
    if (line !== null) return line;
    const probe = await exchange("server/discover", "{}", null, null, true);
    if (probe.reply?.ok === true) {
      const found = probe.reply.result as {
        supportedVersions?: unknown;
        _meta?: Record<string, unknown>;
      };
      if (
        Array.isArray(found.supportedVersions) &&
        found.supportedVersions.includes(MODERN_VERSION)
      ) {
        const serverInfo = asInfo(found._meta?.["io.modelcontextprotocol/serverInfo"]);
        line = { generation: "modern", sessionId: null, version: MODERN_VERSION, serverInfo };
        return line;
      }
    }
    const params = JSON.stringify({
      protocolVersion: LEGACY_VERSION,
      capabilities: {},
      clientInfo: CLIENT_INFO,
    });
    const { answer, reply } = await exchange("initialize", params, null, null, false);
    if (reply === null || !reply.ok) {
      if (reply === null && answer.status >= 400) {
        throw new Refusal("upstream_error", { server: serverName, status: answer.status });
      }
      const type = reply === null ? "something" : `the error “${reply.message.slice(0, 120)}”`;
      throw new Refusal("upstream_not_mcp", { server: serverName, type });
    }
    const result = reply.result as { protocolVersion?: unknown; serverInfo?: unknown };
    const version =
      typeof result.protocolVersion === "string" ? result.protocolVersion : LEGACY_VERSION;
    line = {
      generation: "legacy",
      sessionId: answer.headers["mcp-session-id"] ?? null,
      version,
      serverInfo: asInfo(result.serverInfo),
    };
    const initialized = encoder.encode('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    await send({
      method: "POST",
      headers: headersFor("notifications/initialized", null, line),
      body: initialized,
    });
    return line;
  }

  return {
    connect,
    /**
     * One request. A session that the server forgot is opened anew, once: the server said 404 before doing anything.
     * @param params JSON text of an object
     * @param name tool or prompt name, for the Mcp-Name header
     * @throws Refusal `upstream_*`, `stdio_*`, `session_unknown`
     */
    async request(
      method: string,
      params: string,
      name: string | null = null,
    ): Promise<CallerReply> {
      for (let attempt = 0; ; attempt++) {
        const on = await connect();
        const { answer, reply } = await exchange(
          method,
          params,
          name,
          on,
          on.generation === "modern",
        ).catch((error: unknown) => {
          if (attempt === 0 && error instanceof Refusal && error.code === "session_unknown") {
            return { answer: { status: 404, headers: {}, body: new Uint8Array() }, reply: null };
          }
          throw error;
        });
        if (reply !== null) return reply;
        if (answer.status === 404 && attempt === 0) {
          line = null;
          continue;
        }
        throw answer.status >= 400
          ? new Refusal("upstream_error", { server: serverName, status: answer.status })
          : new Refusal("upstream_dropped", { server: serverName });
      }
    },
    /** Ends a legacy session; a server that does not support that is left alone. */
    async close(): Promise<void> {
      const on = line;
      line = null;
      if (on?.sessionId == null) return;
      await send({ method: "DELETE", headers: headersFor("", null, on), body: null }).catch(
        () => undefined,
      );
    },
  };
}

function asInfo(value: unknown): Line["serverInfo"] {
  const info = value as { name?: unknown; version?: unknown } | null | undefined;
  if (typeof info?.name !== "string") return null;
  return {
    name: info.name.slice(0, 80),
    version: typeof info.version === "string" ? info.version.slice(0, 40) : "",
  };
}

/** Finds the response with this id in a JSON or event-stream body; null where there is none. */
function findReply(answer: CallerAnswer, id: number): CallerReply | null {
  const text = new TextDecoder().decode(answer.body);
  const events = /^text\/event-stream\b/i.test(answer.headers["content-type"] ?? "");
  for (const candidate of events ? eventData(text) : [text]) {
    let message: { id?: unknown; result?: unknown; error?: { code?: unknown; message?: unknown } };
    try {
      message = JSON.parse(candidate) as typeof message;
    } catch {
      continue;
    }
    if (typeof message !== "object" || message === null || message.id !== id) continue;
    if (message.error !== undefined) {
      const { code, message: words } = message.error;
      return {
        ok: false,
        code: typeof code === "number" ? code : 0,
        message: typeof words === "string" ? words.slice(0, 1024) : "",
      };
    }
    if ("result" in message) return { ok: true, result: message.result, raw: candidate };
  }
  return null;
}

/** The data of each event of a finished stream (HTML standard, section 9.2.6). */
function eventData(text: string): string[] {
  return text.split(/\r\n\r\n|\n\n|\r\r/).flatMap((block) => {
    const data = block
      .split(/\r\n|\n|\r/)
      .flatMap((l) => (l.startsWith("data:") ? [l.slice(5).replace(/^ /, "")] : []));
    return data.length === 0 ? [] : [data.join("\n")];
  });
}
