// What servers asked for beyond their configuration. A wider scope counts once its token was granted and the server
// took it, not before: an issuer that refuses it must not take away what was working.
import { Refusal } from "./errors.ts";
import type { CheckedToken } from "./oauth/types.ts";

export interface StepUps {
  /** What to ask for now. `name`: whose scopes these are, by server, account and agent. */
  scope(name: string, configured: readonly string[]): readonly string[];
  /** The server took a token that was asked with these scopes. */
  accepted(
    name: string,
    configured: readonly string[],
    asked: readonly string[],
    token: CheckedToken,
  ): void;
}

export function createStepUps(): StepUps {
  const taken = new Map<string, readonly string[]>();
  const scope: StepUps["scope"] = (name, configured) => taken.get(name) ?? configured;
  return {
    scope,
    accepted(name, configured, asked, token) {
      const present = scope(name, configured);
      // Two calls may widen at once, and an issuer may grant less (RFC 6749 section 3.3): what would lose a scope
      // that others need is for this call alone.
      const keeps = present.every((one) => asked.includes(one) && token.scope.includes(one));
      if (keeps && asked.length > present.length) taken.set(name, asked);
    },
  };
}

/** RFC 6749 section 5.2, and what an administrator's policy says. */
const REFUSED_SCOPE = new Set<unknown>(["invalid_scope", "access_denied"]);

/** Why a wider token was not granted, in words about the server that wanted it. */
export const notGranted = (refusal: Refusal, server: string, asked: readonly string[]): Refusal =>
  REFUSED_SCOPE.has(refusal.facts["wireError"])
    ? new Refusal("scope_insufficient", { server, scope: asked.join(" "), retry: "never" }, refusal)
    : refusal;
