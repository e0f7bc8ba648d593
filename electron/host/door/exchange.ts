// One MCP request of an admitted agent: read, decide, send, stream, write down.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AdmittedAgent } from "../../core/agent-register.ts";
import { asRefusal, Refusal } from "../../core/errors.ts";
import type { Asked, Gateway, Plan } from "../../core/gateway.ts";
import type { CallEvidence } from "../../core/evidence.ts";
import type { Message } from "../../core/message.ts";
import type { Server } from "../../core/servers.ts";
import type { Sessions } from "../../core/sessions.ts";
import type { Wire } from "../../core/wire.ts";
import type { Attachment, Upstream, UpstreamAnswer } from "../upstream.ts";
import { type BodyLimits, readBody } from "./body.ts";
import type { Target } from "./guards.ts";
import type { Peer } from "./programs.ts";
import { isEventStream, relay, type Scrubber } from "./relay.ts";
import { type HearPorts, heard } from "./heard.ts";
import { refuse, type Replies, rpcError } from "./reply.ts";

export interface ExchangePorts extends HearPorts {
  readonly gateway: Gateway;
  readonly sessions: Sessions;
  readonly wire: Wire;
  readonly upstreamFor: (kind: Server["kind"]) => Upstream;
  /** For one answer; made once the credential is out, so that it knows it. */
  readonly scrubber: () => Scrubber;
  readonly replies: Replies;
  readonly body: BodyLimits;
  /** Milliseconds an agent may go without reading. */
  readonly stallMs: number;
  readonly monotonic: () => number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly who: AdmittedAgent;
  readonly target: Target & { readonly kind: "mcp" };
  readonly startedAt: number;
  readonly peer: Peer;
  /** Aborted when the agent hangs up, or is rotated, paused or removed. */
  readonly signal: AbortSignal;
}

/** Serves the exchange to its end. Never throws: whatever fails is told to the agent and written down. */
export async function serveMcp(ports: ExchangePorts, exchange: Exchange): Promise<void> {
  const { gateway, wire, sessions } = ports;
  const { request, response, who, target, startedAt, peer, signal } = exchange;
  let message: Message | null = null;
  let plan: Plan | null = null;
  let answer: UpstreamAnswer | null = null;
  let firstByteMs: number | null = null;
  let evidence: CallEvidence | null = null;
  let scrubber: Scrubber | null = null;
  try {
    const reached = gateway.reach(who, target.server, await peer.program());
    const { server } = reached;
    const sessionId = request.headers["mcp-session-id"];
    if (typeof sessionId === "string") sessions.check(who.agent.id, server.id, sessionId);

    let asked: Asked | null = null;
    let body: Buffer | null = null;
    if (request.method === "POST") {
      body = await readBody(request, ports.body);
      message = wire.readMessage(body);
      wire.checkHeaders(message, request.headers);
      const generation = wire.generationOf(message, request.headers);
      asked = {
        message,
        body,
        generation,
        via: "mcp",
        sessionId: typeof sessionId === "string" ? sessionId : null,
        startedAt,
      };
    }

    plan = await gateway.open(reached, asked, signal);
    const headers = wire.onwardHeaders(request.headers);
    if (plan.revised !== null) {
      message = plan.revised.message;
      body = Buffer.from(plan.revised.body);
      // What mirrored the old arguments is not true any more.
      wire.checkHeaders(message, request.headers);
      for (const name of Object.keys(headers))
        if (wire.mirrorsArguments(name)) delete headers[name];
    }
    const upstream = ports.upstreamFor(server.kind);
    const outgoing = {
      agentId: who.agent.id,
      server,
      method: request.method as "POST" | "GET" | "DELETE",
      headers,
      message,
      body,
      signal,
    };
    answer = await withFreshToken(ports, plan, signal, (attachment) => {
      evidence = evidenceOf(attachment);
      return upstream.send({ ...outgoing, attachment });
    });
    firstByteMs = ports.monotonic() - startedAt;
    answer = heard(ports, { plan, message, outgoing, signal }, answer);
    scrubber = ports.scrubber();
    answer = { ...answer, headers: scrubber.headers(answer.headers) };
    keepSession(ports, exchange, server.id, message, answer);

    const observer =
      plan.callId === null ? null : wire.observe(isEventStream(answer), message?.id ?? null);
    const { bytes } = await relay(answer, response, {
      scrubber,
      observer,
      serverName: server.name,
      stallMs: ports.stallMs,
      lastWords: (refusal) => lastWords(message, refusal, ports),
    });
    const seen = observer?.end() ?? null;
    gateway.close(
      plan,
      {
        outcome: seen?.kind ?? "failed",
        code: seen?.kind == null && plan.callId !== null ? "upstream_error" : null,
        rpcCode: seen?.rpcCode ?? null,
        httpStatus: answer.status,
        detail: seen?.message ?? null,
        resultBytes: bytes,
        evidence,
        firstByteMs,
      },
      startedAt,
      scrubber.removed,
    );
  } catch (error) {
    const refusal = signal.aborted ? abortReason(signal) : asRefusal(error);
    const status = refuse(request, response, refusal, ports.replies, target, message);
    if (plan?.callId != null) {
      gateway.close(
        plan,
        {
          ...gateway.endOf(refusal, evidence),
          rpcCode: null,
          httpStatus: answer?.status ?? status,
          detail: ports.replies.complaint(refusal).sentence,
          resultBytes: 0,
          firstByteMs,
        },
        startedAt,
        scrubber?.removed,
      );
    } else if (refusal.code === "agent_hung_up" || refusal.code === "agent_removed") {
      // An event stream that its agent closed, or a listing that it no longer wants: nothing was refused.
      return;
    } else if (
      message === null ||
      gateway.isGated(message) ||
      refusal.code.startsWith("consent_") ||
      refusal.code === "program_refused"
    ) {
      gateway.turnedAway(refusal.code, {
        who,
        serverName: target.server,
        status,
        startedAt,
        note: ports.replies.complaint(refusal).sentence,
      });
    }
  }
}

/** What the journal says of the credential that was sent. */
export const evidenceOf = (attachment: Attachment): CallEvidence | null =>
  attachment.type === "token" ? attachment.brokered.evidence : null;

/**
 * Sends with the plan's credential. A server that answers 401 to a token has not run the call, so with another
 * token it may be sent again, once: tokens are revoked, and certificates replaced, before they expire (RFC 8705
 * section 6.3).
 * @throws Refusal
 */
export async function withFreshToken<T>(
  ports: Pick<ExchangePorts, "gateway">,
  plan: Plan,
  signal: AbortSignal,
  send: (attachment: Attachment) => Promise<T>,
): Promise<T> {
  let renewed = false;
  let rounds = 0;
  let wider: readonly string[] | null = null;
  for (;;) {
    const attachment = await ports.gateway.release(plan, signal, wider ?? undefined);
    if (signal.aborted) throw abortReason(signal);
    try {
      const answer = await send(attachment);
      if (attachment.type === "token") attachment.brokered.accepted();
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal) || attachment.type !== "token") throw error;
      const { brokered } = attachment;
      if (error.code === "upstream_refused_credential" && !renewed && brokered.rejected()) {
        renewed = true;
        continue;
      }
      const { challenge } = error.facts;
      if (error.code !== "upstream_forbidden" || typeof challenge !== "string") throw error;
      // Scopes are united and asked for twice at most, for each call (negative test 104).
      wider = brokered.stepUp(challenge, rounds++);
      if (wider === null) throw error;
    }
  }
}

/** Why the exchange was aborted: the agent went, or it lost its leave. */
export function abortReason(signal: AbortSignal): Refusal {
  return signal.reason instanceof Refusal ? signal.reason : new Refusal("agent_hung_up");
}

/** Binds a session that was just given, forgets one that is over. */
function keepSession(
  ports: ExchangePorts,
  exchange: Exchange,
  serverId: string,
  message: Message | null,
  answer: UpstreamAnswer,
): void {
  const asked = exchange.request.headers["mcp-session-id"];
  const given = answer.headers["mcp-session-id"];
  if (message?.method === "initialize" && given !== undefined && answer.status < 300) {
    ports.sessions.bind(exchange.who.agent.id, serverId, given);
  }
  const gone =
    answer.status === 404 || (exchange.request.method === "DELETE" && answer.status < 300);
  if (gone && typeof asked === "string") ports.sessions.forget(serverId, asked);
}

/**
 * The last event of a stream that broke off, so that the agent's call fails at once instead of waiting. Not for
 * the legacy generation's resumable streams: there the agent comes back with Last-Event-ID by itself.
 */
function lastWords(message: Message | null, refusal: Refusal, ports: ExchangePorts): string | null {
  if (message?.kind !== "request" || refusal.code === "agent_hung_up") return null;
  return rpcError(refusal, message.id, ports.replies.complaint(refusal));
}
