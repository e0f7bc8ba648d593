// A server wants something of the person through the agent (MCP elicitation): a page to be opened, or a form to be filled
// in. The page is shown whole and asked about before the agent hears of it, and nothing is fetched; a form that asks for a
// secret goes nowhere (threat 49).
import { asRefusal, Refusal } from "../errors.ts";
import type { Questions } from "../permission/questions.ts";
import { type ServerFace, serverFace, type Subject } from "../permission/subject.ts";
import type { AdmittedAgent } from "../agent-register.ts";
import { tricksIn } from "../pins/flags/instructions.ts";
import type { Server } from "../servers.ts";
import type { Elicitation, ServerWord } from "./read.ts";
import { secretAsked } from "./secrets.ts";

export interface PageMatter {
  readonly kind: "page";
  readonly tenant: string;
  readonly agent: Subject["agent"];
  readonly server: ServerFace;
  /** The tool whose call it came with; null where it came on its own. */
  readonly tool: string | null;
  /** As the server wrote them. */
  readonly message: string;
  readonly url: string;
  /** What in the message speaks to a model rather than to a person. */
  readonly tricks: readonly string[];
}

export interface ElicitationPorts {
  readonly questions: Pick<Questions, "ask">;
  readonly isPractice: (tenant: string) => boolean;
  readonly pause: (agentId: string) => Promise<void>;
  /** Clears a text of secrets that are known. */
  readonly clear: (text: string) => string;
}

export interface Elicited {
  readonly who: AdmittedAgent;
  readonly server: Server;
  readonly tool: string | null;
  readonly signal?: AbortSignal;
}

/** Addresses longer than this are no page that a person could judge. */
const MAX_URL = 8192;

export type Elicitations = ReturnType<typeof createElicitations>;

export function createElicitations(ports: ElicitationPorts) {
  async function page(
    ask: Extract<Elicitation, { mode: "url" }>,
    { who, server, tool, signal }: Elicited,
  ): Promise<Refusal | null> {
    const facts = { server: server.name };
    let url: URL;
    try {
      url = new URL(ask.url);
    } catch {
      return new Refusal("elicitation_refused", { ...facts, reason: "its address is none" });
    }
    const web = url.protocol === "https:" || url.protocol === "http:";
    if (!web || ask.url.length > MAX_URL) {
      return new Refusal("elicitation_refused", {
        ...facts,
        reason: web ? "its address is too long to be judged" : "it leads to no web page",
      });
    }
    if (ports.isPractice(server.tenant)) return null;
    const { agent, authMethod } = who;
    const message = ports.clear(ask.message);
    try {
      const { verdict } = await ports.questions.ask(
        {
          kind: "page",
          tenant: server.tenant,
          agent: { id: agent.id, name: agent.name, authMethod },
          server: serverFace(server),
          tool,
          message,
          url: ports.clear(ask.url),
          tricks: tricksIn(message),
        },
        signal,
      );
      if (verdict.type === "allow") return null;
      if (verdict.type === "deny-and-pause") await ports.pause(agent.id);
      return new Refusal("elicitation_denied", facts);
    } catch (error) {
      return asRefusal(error);
    }
  }

  return {
    /**
     * Whether the agent may hear of what a server wants. Never throws.
     * @returns null where it may; else why not
     */
    async judge(
      word: Extract<ServerWord, { kind: "elicits" }>,
      about: Elicited,
    ): Promise<Refusal | null> {
      for (const ask of word.asks) {
        if (ask.mode === "url") {
          const refusal = await page(ask, about);
          if (refusal !== null) return refusal;
          continue;
        }
        const field = secretAsked(ask);
        if (field === null) continue;
        const reason =
          field === ""
            ? "its form asks for a secret"
            : `its form asks for a secret, in the field “${field.slice(0, 64)}”`;
        return new Refusal("elicitation_refused", { server: about.server.name, reason });
      }
      return null;
    },
  };
}

/** What the server is told of a request of its own that the agent never heard of: as if the person had closed it. */
export const cancelled = (id: string): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"action":"cancel"}}`;

/** What the agent hears in its place (MCP, `notifications/message`). */
export const toldInstead = (sentence: string): string =>
  JSON.stringify({
    jsonrpc: "2.0",
    method: "notifications/message",
    params: { level: "warning", logger: "countersign", data: sentence },
  });
