// How fast calls may come: each agent with each tool, all agents together, and each person, whichever agent acts.
import type { AdmittedAgent } from "./agent-register.ts";
import type { Clock } from "./clock.ts";
import type { Attachment } from "./credentials.ts";
import {
  agentMeter,
  createLimiter,
  type Limit,
  limitReached,
  toolMeter,
  userMeter,
} from "./oauth/keeping/limits.ts";
import type { Server } from "./servers.ts";

/** No agent of a person's works faster; one that runs away does (threat 51). */
export const TOOL_PACE: Limit = { burst: 120, ratePerSecond: 10 };
/** One agent with all tools: made-up names must not add up. */
export const AGENT_PACE: Limit = { burst: 600, ratePerSecond: 50 };
/** All agents together. */
export const WHOLE_PACE: Limit = { burst: 1200, ratePerSecond: 100 };

export interface Paces {
  readonly tool: Limit;
  readonly agent: Limit;
  readonly whole: Limit;
}
const SHIPPED: Paces = { tool: TOOL_PACE, agent: AGENT_PACE, whole: WHOLE_PACE };

/**
 * @returns what counts one call of an agent to a tool before anything is decided about it, and throws Refusal
 * `call_limit_reached` with the seconds after which it may come again; what is refused costs nothing
 */
export function createPace(
  clock: Clock,
  paces: Paces = SHIPPED,
): (who: AdmittedAgent, server: Server, tool: string) => void {
  const limiter = createLimiter(clock);
  const whole = { key: "whole", limit: paces.whole };
  return ({ agent }, server, tool) => {
    const own = toolMeter(server.tenant, agent.id, server.id, tool, paces.tool);
    const all = agentMeter(server.tenant, agent.id, paces.agent);
    const taken = limiter.take([own, all, whole]);
    if (taken.allowed) return;
    throw limitReached(taken, taken.meter === whole ? "all agents together" : agent.name);
  };
}

/** @returns what counts one call, and throws Refusal `call_limit_reached` where it is one too many */
export function createCallLimits(clock: Clock): (server: Server, attachment: Attachment) => void {
  const limiter = createLimiter(clock);
  return (server, attachment) => {
    if (server.kind === "stdio" || !("perUserPerMinute" in server.pattern)) return;
    const { perUserPerMinute } = server.pattern;
    if (perUserPerMinute === null || attachment.type !== "token") return;
    const { evidence } = attachment.brokered;
    const sub = evidence.account?.sub ?? evidence.subject ?? evidence.clientId;
    // A minute's worth may come at once; after that, evenly.
    const limit = { burst: perUserPerMinute, ratePerSecond: perUserPerMinute / 60 };
    const taken = limiter.take([userMeter(server.tenant, evidence.issuer, sub, limit)]);
    if (!taken.allowed) throw limitReached(taken, evidence.account?.who ?? sub);
  };
}
