// Plain HTTP to a test door, and the events of an answer.
import type { TestDoor } from "./door.ts";

export interface Raw {
  readonly status: number;
  readonly session: string | null;
  readonly type: string;
  /** JSON-RPC messages, in order. */
  readonly messages: Record<string, unknown>[];
  readonly text: string;
}

const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

export const modern = (id: number | string, method: string, params: object = {}, meta = {}) =>
  JSON.stringify({
    jsonrpc: "2.0",
    id,
    method,
    params: { ...params, _meta: { ...ENVELOPE, ...meta } },
  });

export const legacy = (id: number | string, method: string, params: object = {}) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });

export function post(
  door: TestDoor,
  body: string,
  options: { agent?: string; session?: string; signal?: AbortSignal; accept?: string } = {},
): Promise<Response> {
  return fetch(door.url, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      accept: options.accept ?? "application/json, text/event-stream",
      "x-agent": options.agent ?? "agt_one",
      ...(options.session === undefined ? {} : { "mcp-session-id": options.session }),
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

export async function read(response: Response): Promise<Raw> {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const parse = (t: string) => JSON.parse(t) as Record<string, unknown>;
  const messages =
    type === "text/event-stream"
      ? text
          .split("\n")
          .filter((line) => line.startsWith("data: "))
          .map((line) => parse(line.slice(6)))
      : text === ""
        ? []
        : [parse(text)];
  return {
    status: response.status,
    session: response.headers.get("mcp-session-id"),
    type,
    messages,
    text,
  };
}

export const ask = async (...args: Parameters<typeof post>): Promise<Raw> =>
  read(await post(...args));

/** The result (or error) of one request. */
export async function result(...args: Parameters<typeof post>): Promise<Record<string, unknown>> {
  const { messages } = await ask(...args);
  const last = messages.at(-1) ?? {};
  return (last["result"] ?? last["error"]) as Record<string, unknown>;
}

/** A fresh legacy session. */
export async function session(door: TestDoor, agent = "agt_one"): Promise<string> {
  const hello = await ask(
    door,
    legacy(0, "initialize", { protocolVersion: "2025-11-25", capabilities: {} }),
    { agent },
  );
  if (hello.session === null) throw new Error(hello.text);
  return hello.session;
}
