// What a server says is heard before its agent hears it: lists of tools, that they changed, and what it wants of the
// person. Everything else goes on byte for byte.
import { asRefusal, type Refusal as RefusalType, Refusal } from "../../core/errors.ts";
import type { Plan } from "../../core/gateway.ts";
import type { ServerWord } from "../../core/elicit/read.ts";
import type { Message } from "../../core/message.ts";
import type { Server } from "../../core/servers.ts";
import type { Attachment, UpstreamAnswer, UpstreamRequest } from "../upstream.ts";
import type { ExchangePorts } from "./exchange.ts";
import { gated } from "./list-gate.ts";
import { isEventStream, type Scrubber } from "./relay.ts";
import { rpcError } from "./reply.ts";

export interface HearPorts {
  /** Reads an answer that may hold a list of tools: core/pins. @returns what of it may go on. @throws Refusal */
  readonly observeTools: (server: Server, text: string) => Promise<string>;
  /** The server says that its tools changed: core/pins. */
  readonly toolsChanged: (serverId: string) => void;
  /** Whether the agent may hear of what its server wants of the person: core/elicit. Never throws. */
  readonly elicited: (
    word: Extract<ServerWord, { kind: "elicits" }>,
    plan: Plan,
    signal: AbortSignal,
  ) => Promise<RefusalType | null>;
}

export interface Heard {
  readonly plan: Plan;
  readonly message: Message | null;
  /** What was sent, without its credential: an answer of ours goes the same way. */
  readonly outgoing: Omit<UpstreamRequest, "attachment">;
  readonly signal: AbortSignal;
}

/** As much as relay holds of one document: what is longer streams, watched. */
const HELD = 256 * 1024;

/** Live secrets are taken out behind this gate, and out of what is shown to a person before it is. */
const UNTOUCHED: Scrubber = {
  push: (chunk) => chunk,
  end: () => new Uint8Array(),
  headers: (headers) => ({ ...headers }),
  removed: 0,
};

/** The same answer, heard. Its body errors with a Refusal where it may not go on. */
export function heard(ports: ExchangePorts, about: Heard, answer: UpstreamAnswer): UpstreamAnswer {
  const { server } = about.plan.reached;
  const listening = gated(answer, {
    judge: (text) => judge(ports, about, isEventStream(answer), text),
    scrubber: UNTOUCHED,
    serverName: server.name,
    mixed: true,
    glance: ports.wire.maySay,
    long: {
      bytes: HELD,
      watch: ports.wire.passing,
      refusal: () => new Refusal("elicitation_unreadable", { server: server.name }),
    },
  });
  // Lists of tools are read where they are asked for, and on streams that nobody asked on, where an older one may be sent
  // again (MCP 2025-11-25, resumability).
  const { message } = about;
  if (message !== null && message.method !== "tools/list") return listening;
  return gated(listening, {
    judge: (text) => ports.observeTools(server, text),
    scrubber: ports.scrubber(),
    serverName: server.name,
    mixed: message === null,
  });
}

async function judge(
  ports: ExchangePorts,
  about: Heard,
  events: boolean,
  text: string,
): Promise<string> {
  const { server } = about.plan.reached;
  let word: ServerWord | null;
  try {
    word = ports.wire.readServerWord(text, server.name);
  } catch (error) {
    return instead(ports, about, events, asRefusal(error), null);
  }
  if (word === null) return text;
  if (word.kind === "tools-changed") {
    ports.toolsChanged(server.id);
    return text;
  }
  const refusal = await ports.elicited(word, about.plan, about.signal);
  if (refusal === null) return text;
  if (about.signal.aborted) throw refusal;
  if (word.id !== null) await cancel(ports, about, word.id);
  return instead(ports, about, events, refusal, word.id);
}

/** What the agent hears in the place of what it may not hear. */
function instead(
  ports: ExchangePorts,
  { message }: Heard,
  events: boolean,
  refusal: RefusalType,
  id: string | null,
): string {
  const words = ports.replies.complaint(refusal);
  const isAnswer = id === null && message?.kind === "request" && !events;
  const modern = message?.envelopeVersion != null;
  if (message?.kind === "request" && (isAnswer || (modern && id === null))) {
    return rpcError(refusal, message.id, words);
  }
  return ports.wire.toldInstead(`${words.sentence} ${words.advice}`);
}

/** Tells a server that waits that the person closed it (legacy generation: a response of its own). */
async function cancel(
  ports: ExchangePorts,
  { plan, outgoing, signal }: Heard,
  id: string,
): Promise<void> {
  const body = Buffer.from(ports.wire.cancelled(id));
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  for (const name of ["mcp-session-id", "mcp-protocol-version"]) {
    const value = outgoing.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  try {
    const attachment: Attachment = await ports.gateway.release(plan, signal);
    const answer = await ports.upstreamFor(outgoing.server.kind).send({
      ...outgoing,
      method: "POST",
      headers,
      message: ports.wire.readMessage(body),
      body,
      attachment,
    });
    answer.body.on("error", () => undefined).resume();
  } catch {
    // It waits until its own patience ends; the agent is told all the same.
  }
}
