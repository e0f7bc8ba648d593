// Scopes narrowed for one agent: a part of what its server asks for, never more.
import type { Agent } from "./agents.ts";
import { Refusal } from "./errors.ts";
import type { OAuthPattern, Pattern } from "./patterns.ts";

/**
 * What this agent may ask for; null where it is not narrowed. What the server itself no longer asks for is left out.
 * @throws Refusal `scope_kept_from_agent` where nothing is left: no scope would mean the issuer's default (RFC 6749 section 3.3)
 */
export function limitFor(
  pattern: OAuthPattern,
  agent: Agent | null,
  server: string,
): readonly string[] | null {
  const own = agent === null ? undefined : pattern.agentScopes?.[agent.id];
  if (agent === null || own === undefined) return null;
  const left = own.filter((one) => pattern.scopes.includes(one));
  // An account's own token cannot be narrowed: where the settings say so all the same, nothing is sent.
  if (pattern.type === "account" || left.length === 0) throw keptFrom(agent, server, own);
  return left;
}

/** The server wants what this agent was not given. */
export const keptFrom = (agent: Agent, server: string, scopes: readonly string[]): Refusal =>
  new Refusal("scope_kept_from_agent", { server, agent: agent.name, scope: scopes.join(" ") });

const refused = (reason: string): Refusal =>
  new Refusal("input_invalid", { method: "servers.setAgentScopes", reason });

/**
 * The pattern with this agent's scopes; null gives the agent what the server has.
 * @throws Refusal `input_invalid`
 */
export function narrowed(
  pattern: Pattern,
  agentId: string,
  scopes: readonly string[] | null,
): Pattern {
  if (!("issuer" in pattern)) throw refused("this server asks for no scopes");
  const { agentScopes = {}, ...rest } = pattern;
  const { [agentId]: _former, ...others } = agentScopes;
  const withScopes = (all: OAuthPattern["agentScopes"] & object): Pattern =>
    Object.keys(all).length === 0 ? rest : { ...rest, agentScopes: all };
  if (scopes === null) return withScopes(others);
  if (pattern.type === "account") {
    throw refused("its token is the person's own; token exchange narrows it for each agent");
  }
  const stray = scopes.find((one) => !pattern.scopes.includes(one));
  if (stray !== undefined) throw refused(`the server itself does not ask for ${stray}`);
  return withScopes({ ...others, [agentId]: [...new Set(scopes)] });
}
