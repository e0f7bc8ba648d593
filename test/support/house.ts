// The whole of Countersign in a temporary folder, as the headless form composes it, for tests through its doors.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Countersign, ComposeOptions } from "../../electron/compose-types.ts";
import { createCountersign } from "../../electron/compose.ts";
import type { InputOf, Method, OutputOf, Reply } from "../../electron/contract.ts";
import type { CallRow } from "../../electron/core/journal.ts";
import type { Log } from "../../electron/core/log.ts";
import { API_WORKER } from "./api-worker.ts";
import { freePort, temporaryFolder, until } from "./processes.ts";
import { ONLY_MET, writeRules } from "./rules.ts";

export interface House {
  readonly countersign: Countersign;
  readonly door: string;
  readonly port: number;
  readonly folder: string;
  /** Everything that the program's own log was told. */
  readonly logged: string[];
  call<M extends Method>(method: M, input: InputOf<M>): Promise<OutputOf<M>>;
  reply<M extends Method>(method: M, input: InputOf<M>): Promise<Reply<OutputOf<M>>>;
  /** Newest first; waits until no call is pending. */
  calls(): Promise<readonly CallRow[]>;
  /** The newest row with this code; refusals of the door are counted together and written within a second or so. */
  row(code: string): Promise<CallRow>;
  /** Adds an MCP server over plain HTTP that wants no credential. */
  addServer(url: string, name?: string): Promise<OutputOf<"servers.add">>;
  /** Adds an agent and returns its credential. */
  agent(name?: string, tenant?: string): Promise<{ id: string; credential: string }>;
  close(): Promise<void>;
}

/** Tests that are not about it may call as fast as they can. */
const FREE = { burst: 1_000_000, ratePerSecond: 1_000_000 };
const UNHURRIED = { tool: FREE, agent: FREE, whole: FREE };

/**
 * @param change `asks`: calls are asked about, as they are where nobody made a rule; else all are allowed. `consents`:
 *   agents are also asked about when they first meet a server
 */
export async function openHouse({
  asks = false,
  consents = false,
  ...change
}: Partial<ComposeOptions> & { asks?: boolean; consents?: boolean } = {}): Promise<House> {
  const folder = temporaryFolder();
  if (!consents) writeRules(change.dataFolder ?? folder.path, asks ? ONLY_MET : undefined);
  const port = change.port ?? (await freePort());
  const logged: string[] = [];
  const note = (...parts: unknown[]): void => {
    logged.push(
      parts.map((p) => (p instanceof Error ? (p.stack ?? p.message) : JSON.stringify(p))).join(" "),
    );
  };
  const log: Log = { info: note, warn: note, error: note };
  const countersign = await createCountersign({
    dataFolder: folder.path,
    port,
    vault: "memory",
    runtime: { kind: "node", version: process.versions.node, testRuntime: false },
    removedEnvironment: [],
    log,
    paces: UNHURRIED,
    apiWorker: API_WORKER,
    ...change,
  });
  const reply = async <M extends Method>(
    method: M,
    input: InputOf<M>,
  ): Promise<Reply<OutputOf<M>>> =>
    (await countersign.desk.call("app", method, input)) as Reply<OutputOf<M>>;
  const call = async <M extends Method>(method: M, input: InputOf<M>): Promise<OutputOf<M>> => {
    const answer = await reply(method, input);
    if (!answer.ok) throw new Error(`${method}: ${answer.error.code}: ${answer.error.sentence}`);
    return answer.value;
  };
  return {
    countersign,
    door: countersign.door,
    port,
    folder: countersign.dataFolder,
    logged,
    call,
    reply,
    async calls() {
      let rows: readonly CallRow[] = [];
      await until(
        async () => {
          ({ rows } = await call("calls.search", { limit: 500 }));
          return rows.every((row) => row.outcome !== "pending");
        },
        5000,
        "every call ending",
      );
      return rows;
    },
    async row(code) {
      let found: CallRow | undefined;
      await until(
        async () => {
          [found] = (await call("calls.search", { code, limit: 1 })).rows;
          return found !== undefined;
        },
        4000,
        `a row with the code ${code}`,
      );
      return found as CallRow;
    },
    addServer: (url, name = "crm") =>
      call("servers.add", {
        kind: "http",
        name,
        url,
        auth: { type: "none" },
        allowPlainHttpOnLoopback: true,
      }),
    async agent(name = "test agent", tenant) {
      const issued = await call("agents.add", tenant === undefined ? { name } : { name, tenant });
      return { id: issued.agent.id, credential: issued.credential };
    },
    async close() {
      await countersign.close();
      folder.remove();
    },
  };
}

/** A real HTTP server with the given behaviour, on loopback. */
export async function upstream(
  handle: (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void,
): Promise<{
  url: string;
  port: number;
  seen: http.IncomingMessage[];
  close: () => Promise<void>;
}> {
  const seen: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => handle(request, response, Buffer.concat(chunks).toString("utf8")));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A legacy server of few words: one tool that echoes its arguments. */
export const echoServer: Parameters<typeof upstream>[0] = (_request, response, body) => {
  const message =
    body === ""
      ? {}
      : (JSON.parse(body) as { id?: number; method?: string; params?: { arguments?: unknown } });
  response.setHeader("content-type", "application/json");
  if (message.id === undefined) {
    response.statusCode = 202;
    response.end();
    return;
  }
  const result =
    message.method === "initialize"
      ? {
          protocolVersion: "2025-11-25",
          capabilities: { tools: {} },
          serverInfo: { name: "echo", version: "1" },
        }
      : { content: [{ type: "text", text: JSON.stringify(message.params?.arguments ?? null) }] };
  const known = ["initialize", "tools/call", "tools/list"].includes(message.method ?? "");
  response.end(
    JSON.stringify(
      known
        ? {
            jsonrpc: "2.0",
            id: message.id,
            result:
              message.method === "tools/list"
                ? { tools: [{ name: "echo", inputSchema: { type: "object" } }] }
                : result,
          }
        : { jsonrpc: "2.0", id: message.id, error: { code: -32601, message: "no such method" } },
    ),
  );
};

export interface RawReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** error.data.code of a JSON-RPC error, or error.code of the curl door. */
  readonly code: string | undefined;
}

/** One raw request to a door: nothing is added that was not asked for. */
export function ask(
  door: string,
  path: string,
  options: {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
    /** Whose connections it may use again; left out: one of its own. */
    agent?: http.Agent;
  } = {},
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const url = new URL(door);
    const request = http.request(
      {
        host: url.hostname,
        port: url.port,
        path,
        method: options.method ?? "POST",
        headers: { "content-type": "application/json", ...options.headers },
        setHost: options.headers?.["host"] === undefined,
        agent: options.agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const body = Buffer.concat(chunks).toString("utf8");
          let code: string | undefined;
          try {
            const parsed = JSON.parse(body) as {
              error?: { code?: unknown; data?: { code?: string } };
            };
            code = parsed.error?.data?.code ?? (parsed.error?.code as string | undefined);
          } catch {
            code = undefined;
          }
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, code });
        });
      },
    );
    request.once("error", reject);
    request.end(options.body);
  });
}

export const toolCall = (args: unknown = {}, id: number | string = 1, name = "echo"): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
