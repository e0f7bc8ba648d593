// The MCP server that stands in front of an imported API, in both generations: what it says itself, and which request
// a call becomes. It moves no bytes: host/forward does.
import type { Message } from "../message.ts";
import { readTree } from "../pins/json-tree.ts";
import type { HttpServer } from "../servers.ts";
import { type ApiAnswer, complaintMembers, isText, resultMembers } from "./answer.ts";
import { type Api, toolOf } from "./api.ts";
import { type ApiRequest, BadArgument, requestFor } from "./request.ts";

/** The legacy versions that are spoken; the newest is offered to whoever asks for another. */
const LEGACY = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
const MODERN = "2026-07-28";

export type Heard =
  /** One JSON-RPC message, with the HTTP status of its own (Streamable HTTP 2026-07-28). */
  | { readonly type: "reply"; readonly status: number; readonly text: string }
  /** A notification or a response: nothing to say. */
  | { readonly type: "accepted" }
  /** One request to the API, and how its answer is told. */
  | {
      readonly type: "call";
      readonly request: ApiRequest;
      readonly tell: (answer: ApiAnswer) => string;
    };

export interface ApiProtocol {
  hear(
    server: HttpServer,
    api: Api,
    message: Message,
    body: Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Heard;
  /** Whether a body of this media type is text. */
  isText(type: string): boolean;
}

const decoder = new TextDecoder();

class RpcFault extends Error {
  readonly code: number;
  readonly status: number;
  readonly data: unknown;
  constructor(code: number, message: string, status: number, data?: unknown) {
    super(message);
    this.code = code;
    this.status = status;
    this.data = data;
  }
}

export const apiProtocol: ApiProtocol = {
  isText,
  hear(server, api, message, body, headers) {
    if (message.kind !== "request" || message.idSpan === null) return { type: "accepted" };
    const id = decoder.decode(body.subarray(message.idSpan.start, message.idSpan.end));
    const modern = message.envelopeVersion !== null;
    const wrap = (members: string): string => {
      // 2026-07-28: every result says what it is, and who says it.
      const own = modern ? `,"resultType":"complete","_meta":${META(api)}` : "";
      return `{"jsonrpc":"2.0","id":${id},"result":{${members}${own}}}`;
    };
    const reply = (members: string): Heard => ({ type: "reply", status: 200, text: wrap(members) });
    try {
      if (modern) checkEnvelope(message, headers);
      const params = paramsOf(message, body);
      switch (message.method ?? "") {
        case "initialize":
          if (!modern) return reply(greeting(api, message.initializeVersion));
          break;
        case "server/discover":
          if (modern) return reply(discovered());
          break;
        case "ping":
          if (!modern) return reply("");
          break;
        case "tools/list":
          if (params.has("cursor")) throw new RpcFault(-32602, "Invalid cursor", 200);
          return reply(`"tools":${toolsText(server, api)}${modern ? CACHE : ""}`);
        case "tools/call":
          return called(server, api, message, body, wrap);
        default:
      }
      throw new RpcFault(-32601, "Method not found", modern ? 404 : 200);
    } catch (error) {
      if (!(error instanceof RpcFault)) throw error;
      const { code, data, status } = error;
      const told = JSON.stringify({
        code,
        message: error.message,
        ...(data !== undefined && { data }),
      });
      return { type: "reply", status, text: `{"jsonrpc":"2.0","id":${id},"error":${told}}` };
    }
  },
};

/** The list of tools as a message of its own, for those who watch over them. */
export const listOf = (server: HttpServer, api: Api): string =>
  `{"jsonrpc":"2.0","id":1,"result":{"tools":${toolsText(server, api)}}}`;

const toolsText = (server: HttpServer, api: Api): string =>
  JSON.stringify(api.operations.map((one) => toolOf(one, server.pattern)));

/** The list holds until it is imported again: agents ask anew, and a list belongs to one agent. */
const CACHE = `,"ttlMs":0,"cacheScope":"private"`;

const infoOf = ({ title, version }: Api) => ({
  name: title === "" ? "api" : title,
  version: version === "" ? "0" : version,
});
const META = (api: Api): string =>
  JSON.stringify({ "io.modelcontextprotocol/serverInfo": infoOf(api) });

const greeting = (api: Api, wanted: string | null): string =>
  JSON.stringify({
    protocolVersion: wanted !== null && LEGACY.includes(wanted) ? wanted : LEGACY[0],
    capabilities: { tools: {} },
    serverInfo: infoOf(api),
  }).slice(1, -1);

const discovered = (): string =>
  `${JSON.stringify({ supportedVersions: [MODERN], capabilities: { tools: {} } }).slice(1, -1)}${CACHE}`;

/** MCP 2026-07-28, Streamable HTTP: these headers must be there. What they say was compared at the door. */
function checkEnvelope(message: Message, headers: Readonly<Record<string, string>>): void {
  if (message.envelopeVersion !== MODERN) {
    throw new RpcFault(-32022, "Unsupported protocol version", 400, {
      supported: [MODERN],
      requested: message.envelopeVersion,
    });
  }
  const wanted = ["mcp-protocol-version", "mcp-method"];
  if (message.method === "tools/call") wanted.push("mcp-name");
  const missing = wanted.find((name) => headers[name] === undefined);
  if (missing !== undefined) throw new RpcFault(-32020, `Header missing: ${missing}`, 400);
}

function paramsOf(message: Message, body: Uint8Array): ReadonlySet<string> {
  const span = message.paramsSpan;
  if (span === null || message.method === "tools/call") return new Set();
  const tree = readTree(decoder.decode(body.subarray(span.start, span.end)));
  return new Set(tree?.kind === "object" ? tree.members.map(({ name }) => name) : []);
}

function called(
  server: HttpServer,
  api: Api,
  message: Message,
  body: Uint8Array,
  wrap: (members: string) => string,
): Heard {
  const operation = api.operations.find(({ name }) => name === message.name);
  if (operation === undefined) throw new RpcFault(-32602, "Unknown tool", 200);
  const span = message.argumentsSpan;
  const tree = span === null ? null : readTree(decoder.decode(body.subarray(span.start, span.end)));
  const complain = (sentence: string): Heard => ({
    type: "reply",
    status: 200,
    text: wrap(complaintMembers(sentence)),
  });
  if (span !== null && tree?.kind !== "object") return complain("The arguments are not an object.");
  try {
    const members = tree?.kind === "object" ? tree.members : [];
    const request = requestFor(server.url, server.pattern, operation, members);
    return { type: "call", request, tell: (answer) => wrap(resultMembers(answer)) };
  } catch (error) {
    if (!(error instanceof BadArgument)) throw error;
    return complain(error.message);
  }
}
