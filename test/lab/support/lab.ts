// One lab for a whole test file, and the ways to speak to it over real sockets.
import https from "node:https";
import { afterAll, beforeAll } from "vitest";
import { type Lab, startLab } from "../../../electron/lab/index.ts";
import type { LabClient, LabServer } from "../../../electron/lab/types.ts";

export interface Logged {
  readonly event: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** Started before the first test of the file, stopped after the last. */
export function useLab(options: { readonly tokenSeconds?: number } = {}): {
  readonly lab: Lab;
  readonly log: Logged[];
} {
  let lab: Lab | null = null;
  const log: Logged[] = [];
  const note = (event: string, facts: Logged["facts"] = {}): void =>
    void log.push({ event, facts });
  beforeAll(async () => {
    lab = await startLab({ ...options, log: { info: note, warn: note } });
  });
  afterAll(() => lab?.stop());
  return {
    get lab() {
      if (!lab) throw new Error("the lab is not up");
      return lab;
    },
    log,
  };
}

export interface TlsSide {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** `fetch` over TLS with a certificate of one's own, or none; a fresh connection each time unless told. */
export function tlsFetch(
  ca: string,
  identity: TlsSide | null,
  agent = freshAgent(ca, identity),
): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = input instanceof Request ? input.url : input;
      const headers = Object.fromEntries(new Headers(init.headers ?? {}));
      const body =
        init.body === undefined || init.body === null
          ? null
          : (init.body as string | URLSearchParams).toString();
      const request = https.request(
        url,
        { method: init.method ?? "GET", headers, agent },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => {
            const empty = [101, 204, 205, 304].includes(answer.statusCode ?? 0);
            resolve(
              new Response(empty ? null : Buffer.concat(chunks), {
                status: answer.statusCode ?? 0,
                headers: Object.entries(answer.headers).flatMap(([name, value]) =>
                  value === undefined ? [] : [[name, String(value)] as [string, string]],
                ),
              }),
            );
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
}

export function freshAgent(
  ca: string,
  identity: TlsSide | null,
  more: https.AgentOptions = {},
): https.Agent {
  return new https.Agent({
    ca,
    keepAlive: false,
    maxCachedSessions: 0,
    ...(identity ? { cert: identity.certificatePem, key: identity.privateKeyPem } : {}),
    ...more,
  });
}

export type Form = Record<string, string | readonly string[]>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** A token request as plain as it can be, so that it can also be wrong. */
export async function post(
  url: string,
  form: Form,
  headers: Record<string, string> = {},
  fetcher = fetch,
): Promise<Answer> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) {
    for (const each of typeof value === "string" ? [value] : value) body.append(name, each);
  }
  const answer = await fetcher(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: body.toString(),
  });
  return { status: answer.status, headers: answer.headers, json: parsed(await answer.text()) };
}

export function basic({ id, secret }: LabClient): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret ?? ""}`).toString("base64")}` };
}

/** A `tools/call`, or `tools/list` without a tool, in the server's own generation, with any headers. */
export async function call(
  server: LabServer,
  tool: string | null,
  input: Record<string, unknown>,
  headers: Record<string, string>,
  fetcher = fetch,
): Promise<Answer & { readonly text: string }> {
  const send = async (
    message: Record<string, unknown>,
    more: Record<string, string>,
  ): Promise<Answer & { raw: string }> => {
    const answer = await fetcher(server.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...more,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...message }),
    });
    const raw = await answer.text();
    // The legacy SDK answers with an event stream of one message.
    const json = parsed(/^data: (.*)$/m.exec(raw)?.[1] ?? raw);
    return { status: answer.status, headers: answer.headers, json, raw };
  };
  const method = tool === null ? "tools/list" : "tools/call";
  const params = tool === null ? {} : { name: tool, arguments: input };
  let answer: Answer & { raw: string };
  if (server.generation === "legacy") {
    const clientInfo = { name: "test", version: "1" };
    answer = await send(
      {
        method: "initialize",
        params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo },
      },
      {},
    );
    const session = answer.headers.get("mcp-session-id");
    if (answer.status === 200 && session !== null) {
      answer = await send(
        { method, params },
        { "mcp-session-id": session, "mcp-protocol-version": "2025-06-18" },
      );
    }
  } else {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    answer = await send(
      { method, params: { ...params, _meta } },
      {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": method,
        ...(tool === null ? {} : { "mcp-name": tool }),
      },
    );
  }
  const { content } = (answer.json["result"] ?? {}) as { content?: { text?: string }[] };
  return { ...answer, text: content?.[0]?.text ?? answer.raw };
}

export const bearer = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}
