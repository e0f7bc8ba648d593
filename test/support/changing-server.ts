// An MCP server whose tools a test changes while it runs, as a rug pull does: over HTTP in both generations, as JSON or
// as an event stream, in pages where it is told so.
import { upstream } from "./house.ts";

export interface ChangingServer {
  readonly url: string;
  /** The `tools` of its answers, as JSON text of each element: bytes that a test compares. */
  tools: string[];
  /** White space between the elements. */
  gap: string;
  events: boolean;
  /** Tools of one page; all of them where it is 0. */
  pageSize: number;
  /** Answers its list with this status and nothing. */
  failing: boolean;
  /** One message, as text, before each answer that is an event stream; null for none. */
  before: string | null;
  /** Methods that reached it. */
  readonly asked: string[];
  /** Calls that ran. */
  readonly ran: string[];
  /** Bodies of those calls, as they arrived. */
  readonly bodies: string[];
  readonly close: () => Promise<void>;
  /** The text of one whole list answer with this id. */
  answer(id: unknown, tools?: readonly string[], cursor?: string): string;
}

interface Wanted {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly cursor?: string };
}

export async function changingServer(modern = false): Promise<ChangingServer> {
  const asked: string[] = [];
  const ran: string[] = [];
  const bodies: string[] = [];
  const web = await upstream((request, response, body) => {
    const message = (body === "" ? {} : JSON.parse(body)) as Wanted;
    const { id, method = "", params } = message;
    asked.push(method);
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    if (id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const say = (text: string): void => {
      if (server.events) {
        response.writeHead(200, { "content-type": "text/event-stream" });
        if (server.before !== null) response.write(`data: ${server.before}\n\n`);
        const note = `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"tools"}}`;
        response.end(
          `: hello\n\nevent: message\nid: 1\ndata: ${note}\n\nid: 2\r\ndata: ${text}\r\n\r\n`,
        );
      } else {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(text);
      }
    };
    const ok = (result: unknown): void => say(JSON.stringify({ jsonrpc: "2.0", id, result }));
    const wants = modern ? ["server/discover"] : ["initialize"];
    if (method === "tools/list") {
      if (server.failing) {
        response.writeHead(500).end();
        return;
      }
      const size = server.pageSize === 0 ? server.tools.length : server.pageSize;
      const from = Number(params?.cursor ?? "0");
      const more = from + size < server.tools.length ? String(from + size) : undefined;
      say(server.answer(id, server.tools.slice(from, from + size), more));
    } else if (method === "tools/call") {
      ran.push(params?.name ?? "");
      bodies.push(body);
      ok({ content: [{ type: "text", text: `ran ${params?.name}` }] });
    } else if (!wants.includes(method)) {
      say(
        JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no such method" } }),
      );
    } else if (modern) {
      ok({
        resultType: "complete",
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
      });
    } else {
      const serverInfo = { name: "changing", version: "1" };
      ok({ protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo });
    }
  });
  const server: ChangingServer = {
    url: web.url,
    tools: [],
    gap: " ,\n  ",
    events: false,
    pageSize: 0,
    failing: false,
    before: null,
    asked,
    ran,
    bodies,
    close: web.close,
    answer(id, tools = server.tools, cursor) {
      const list = tools.join(server.events ? " , " : server.gap);
      const next = cursor === undefined ? "" : `, "nextCursor": "${cursor}"`;
      const kind = modern ? `"resultType":"complete",` : "";
      return `{"jsonrpc":"2.0", "id":${JSON.stringify(id)} ,"result":{${kind}"x-kept": 1.50,"tools":[ ${list} ]${next}}}`;
    },
  };
  return server;
}

/** One definition, as JSON text. */
export const tool = (name: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ name, description: `Does ${name}.`, inputSchema: { type: "object" }, ...more });
