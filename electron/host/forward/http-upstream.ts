// Sends one admitted message to an MCP server over HTTP(S) and returns its answer as a stream.
import type http from "node:http";
import { Refusal } from "../../core/errors.ts";
import type { Upstream, UpstreamRequest } from "../upstream.ts";
import { createHttpSender, type ForwardLimits, type HttpSender } from "./http-sender.ts";
import { judgeAnswer } from "./judge.ts";

export interface HttpUpstreamOptions {
  /** core/mcp: what may come down to the agent. */
  readonly returnHeaders: (headers: http.IncomingHttpHeaders) => Record<string, string>;
  /** Shared with whatever else sends to servers; one of its own unless given. */
  readonly sender?: HttpSender;
  readonly limits?: Partial<ForwardLimits>;
}

export interface HttpUpstream extends Upstream, Pick<HttpSender, "retireIdentity"> {}

export function createHttpUpstream(options: HttpUpstreamOptions): HttpUpstream {
  const sender = options.sender ?? createHttpSender(options.limits);
  return {
    // A key that TLS cannot use throws at once; whoever waits for an answer is told like of any other failure.
    async send(request) {
      const { agentId: _agent, server, message, method, ...rest } = request;
      if (server.kind !== "http") throw new Refusal("internal");
      const expectsMcp = message?.kind === "request" || method === "GET";
      const presented = rest.attachment.type !== "none";
      return sender.send({
        ...rest,
        server,
        method,
        url: server.url,
        safe: isSafe(request),
        judge: (incoming) =>
          judgeAnswer(incoming, server.name, expectsMcp, presented, options.returnHeaders),
      });
    },
    // The door aborts what an agent has open; no connection here belongs to one agent.
    dropAgent: () => undefined,
    dropServer: (serverId) => sender.dropServer(serverId),
    retireIdentity: (identityId) => sender.retireIdentity(identityId),
    close: () => sender.close(),
  };
}

/** A call may have effects and is never sent twice by us; reading messages may be. */
function isSafe(request: UpstreamRequest): boolean {
  return request.message === null
    ? request.method === "GET"
    : request.message.method !== "tools/call";
}
