// The door for curl: POST /tools/<server>/<tool>/invoke with the arguments as a JSON object. The same gate, the
// same credential, the same journal; we speak MCP so that a script need not.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AdmittedAgent } from "../../core/agent-register.ts";
import type { Caller, CallerAnswer, CallerRequest } from "../../core/caller.ts";
import { asRefusal, Refusal } from "../../core/errors.ts";
import type { CallEvidence } from "../../core/evidence.ts";
import type { Plan, Reached } from "../../core/gateway.ts";
import type { Message } from "../../core/message.ts";
import { readBody } from "./body.ts";
import { abortReason, evidenceOf, type ExchangePorts, withFreshToken } from "./exchange.ts";
import type { Server } from "../../core/servers.ts";
import type { Attachment, Upstream } from "../upstream.ts";
import type { Target } from "./guards.ts";
import type { Peer } from "./programs.ts";
import type { Scrubber } from "./relay.ts";
import { refuse } from "./reply.ts";

export interface InvokePorts {
  /** core/caller. */
  readonly createCaller: (
    send: (request: CallerRequest) => Promise<CallerAnswer>,
    serverName: string,
  ) => Caller;
}

export interface Invocation {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly who: AdmittedAgent;
  readonly target: Target & { readonly kind: "invoke" };
  readonly startedAt: number;
  readonly peer: Peer;
  readonly signal: AbortSignal;
}

/** Bytes of an answer that is collected whole. Larger results belong to an MCP client, which streams. */
const MAX_ANSWER = 16 * 1024 * 1024;

export interface Order {
  readonly agentId: string;
  readonly server: Server;
  readonly attachment: Attachment;
  readonly signal: AbortSignal;
}

/**
 * Sends one message of a caller and collects the answer whole, cleared of live secrets.
 * @throws Refusal `upstream_*`, `stdio_*`
 */
export async function collect(
  upstream: Upstream,
  order: Order,
  request: CallerRequest,
  readMessage: (bytes: Uint8Array) => Message,
  scrubber: Scrubber,
): Promise<CallerAnswer> {
  const message = request.body === null ? null : readMessage(request.body);
  const answer = await upstream.send({ ...order, ...request, message });
  const server = order.server.name;
  const headers = scrubber.headers(answer.headers);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER)
        throw new Refusal("upstream_not_mcp", { server, type: "more than 16 MiB at once" });
      chunks.push(scrubber.push(chunk));
    }
    chunks.push(scrubber.end());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("upstream_dropped", { server }, error);
  }
  return { status: answer.status, headers, body: Buffer.concat(chunks) };
}

/** Serves the invocation to its end. Never throws. */
export async function serveInvoke(
  ports: ExchangePorts & InvokePorts,
  invocation: Invocation,
): Promise<void> {
  const { gateway, wire } = ports;
  const { request, response, who, target, startedAt, peer, signal } = invocation;
  let gated: Plan | null = null;
  let firstByteMs: number | null = null;
  let caller: Caller | null = null;
  let evidence: CallEvidence | null = null;
  let removed = 0;
  try {
    const reached = gateway.reach(who, target.server, await peer.program());
    const body = await readBody(request, ports.body);
    const args = body.length === 0 ? "{}" : wire.readArguments(body);
    const params = `{"name":${JSON.stringify(target.tool)},"arguments":${args}}`;

    const send = async (sent: CallerRequest): Promise<CallerAnswer> => {
      if (signal.aborted) throw abortReason(signal);
      const message = sent.body === null ? null : wire.readMessage(sent.body);
      const plan = await openFor(ports, reached, sent, message, startedAt, signal);
      if (plan.callId !== null) gated = plan;
      const { server } = reached;
      const upstream = ports.upstreamFor(server.kind);
      const answer = await withFreshToken(ports, plan, signal, (attachment) => {
        evidence = evidenceOf(attachment);
        const onward = plan.revised === null ? sent : { ...sent, body: plan.revised.body };
        const order = { agentId: who.agent.id, server, attachment, signal };
        const scrubber = ports.scrubber();
        return collect(upstream, order, onward, wire.readMessage, scrubber).finally(() => {
          removed += scrubber.removed;
        });
      });
      if (plan.callId !== null) firstByteMs = ports.monotonic() - startedAt;
      // Where it only speaks of it, its list is read once more than it need be.
      if (Buffer.from(answer.body).includes("list_changed")) ports.toolsChanged(server.id);
      return answer;
    };
    caller = ports.createCaller(send, reached.server.name);
    const reply = await caller.request("tools/call", params, target.tool);
    const plan = gated as Plan | null;

    // A script has nobody to show a page or a form to.
    const word = reply.ok ? wire.readServerWord(reply.raw, target.server) : null;
    if (word?.kind === "elicits") {
      throw new Refusal("elicitation_refused", {
        server: target.server,
        reason: "it asks the person for something, which this door cannot carry",
      });
    }
    const failed = reply.ok && (reply.result as { isError?: unknown } | null)?.isError === true;
    const text = reply.ok
      ? wire.resultOf(reply.raw)
      : JSON.stringify({
          error: { code: "rpc_error", sentence: reply.message, rpcCode: reply.code },
        });
    const status = reply.ok ? 200 : 502;
    if (!response.destroyed) {
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(text)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      });
      response.end(text);
    }
    if (plan !== null) {
      gateway.close(
        plan,
        {
          outcome: reply.ok ? (failed ? "tool-error" : "ok") : "rpc-error",
          code: null,
          rpcCode: reply.ok ? null : reply.code,
          httpStatus: status,
          detail: reply.ok ? null : reply.message,
          resultBytes: Buffer.byteLength(text),
          evidence,
          firstByteMs,
        },
        startedAt,
        removed,
      );
    }
  } catch (error) {
    const refusal = signal.aborted ? abortReason(signal) : asRefusal(error);
    const status = refuse(request, response, refusal, ports.replies, target, null);
    const plan = gated as Plan | null;
    const detail = ports.replies.complaint(refusal).sentence;
    if (plan !== null) {
      const end = {
        ...gateway.endOf(refusal, evidence),
        rpcCode: null,
        httpStatus: status,
        detail,
        resultBytes: 0,
        firstByteMs,
      };
      gateway.close(plan, end, startedAt, removed);
    } else {
      gateway.turnedAway(refusal.code, {
        who,
        serverName: target.server,
        status,
        startedAt,
        note: detail,
        evidence: gateway.endOf(refusal, evidence).evidence,
      });
    }
  } finally {
    // A session for one call would stay open at the server: it is ended, and nobody waits for that.
    void caller?.close();
  }
}

function openFor(
  ports: ExchangePorts,
  reached: Reached,
  sent: CallerRequest,
  message: Message | null,
  startedAt: number,
  signal: AbortSignal,
): Promise<Plan> {
  if (message === null || sent.body === null) return ports.gateway.open(reached, null, signal);
  const generation = ports.wire.generationOf(message, sent.headers);
  const { body } = sent;
  return ports.gateway.open(
    reached,
    { message, body, generation, via: "invoke", sessionId: null, startedAt },
    signal,
  );
}
