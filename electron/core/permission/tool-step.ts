// Whether a tool is what the person agreed to (core/pins), asked before anything else of a call is decided.
import { asRefusal, Refusal } from "../errors.ts";
import type { Pins } from "../pins/pins.ts";
import type { Look } from "../pins/look.ts";
import type { Server } from "../servers.ts";
import type { Questions } from "./questions.ts";
import type { Subject } from "./subject.ts";

export interface ToolPorts {
  readonly pins: Pick<Pins, "look" | "accept" | "reject">;
  readonly questions: Questions;
  readonly pause: (agentId: string) => Promise<void>;
}

const BARRED: Readonly<Record<string, string>> = {
  "outside-reference": "its schema leads to another place",
  "bad-header": "it asks for a header that no agent may send",
  "too-large": "its definition is too large",
  unclear: "its definition can be read in two ways",
};

/** Why a tool is blocked, in words that go into a sentence. */
function whyBlocked(look: Look): string {
  if (look.by === "person") return "the person said no to it";
  const found = look.claims?.flags.map(({ kind }) => BARRED[kind]).find((one) => one !== undefined);
  return found ?? "its definition is not safe to pass on";
}

/** Names of the decisions that the tool's own definition made. */
const TOOL_REJECTED = "built-in/tool-rejected";
const TOOL_CHANGED = "built-in/tool-changed";

/**
 * Whether a call may be decided at all whose tool is blocked, or is another than was agreed to. Never throws.
 * @returns `again` where the person agreed to the tool as it is now
 */
export async function stepOfTool(
  ports: ToolPorts,
  subject: Subject,
  server: Server,
  look: Look,
  signal: AbortSignal | undefined,
): Promise<"again" | { readonly rules: readonly string[]; readonly refusal: Refusal }> {
  if (look.standing === "rejected") {
    const facts = { tool: subject.tool, server: server.name, reason: whyBlocked(look) };
    return { rules: [TOOL_REJECTED], refusal: new Refusal("tool_rejected", facts) };
  }
  try {
    const refusal = await askAboutChange(ports, subject, server, look, signal);
    return refusal === null ? "again" : { rules: [TOOL_CHANGED], refusal };
  } catch (error) {
    return { rules: [TOOL_CHANGED], refusal: asRefusal(error) };
  }
}

/**
 * Asks whether a changed tool may be used as it is now; a yes replaces what was agreed to.
 * @returns null where the person agreed, else the refusal
 * @throws Refusal what ended the question, `tool_changed_again`
 */
async function askAboutChange(
  ports: ToolPorts,
  subject: Subject,
  server: Server,
  look: Look,
  signal: AbortSignal | undefined,
): Promise<Refusal | null> {
  const { change } = look;
  if (change === null) return new Refusal("internal");
  const { agent } = subject;
  const { verdict } = await ports.questions.ask(
    {
      kind: "tool-changed",
      agent: { id: agent.id, name: agent.name },
      server: subject.server,
      change,
    },
    signal,
  );
  if (verdict.type === "allow") {
    await ports.pins.accept(server, change.tool, change.after.fingerprint);
    return null;
  }
  await ports.pins.reject(server, change.tool);
  if (verdict.type === "deny-and-pause") await ports.pause(agent.id);
  return new Refusal("tool_refused", { tool: change.tool, server: server.name });
}
