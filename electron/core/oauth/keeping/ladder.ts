// The ladder: what each stage of a server asks of the way Countersign authenticates to it.
import { Refusal } from "../../errors.ts";
import type { Stage } from "../../servers.ts";

/** How a server is authenticated to, as far as strength goes. */
export type PatternShape =
  | { readonly type: "none" }
  /** A static secret: in a header, a query, or a local server's environment. */
  | { readonly type: "api-key" | "env" }
  | {
      readonly type: "client-credentials" | "account" | "token-exchange";
      /** What the token is bound to: RFC 8705 section 3, RFC 9449. */
      readonly bound: "none" | "mtls" | "dpop";
    }
  /** A client certificate at issuer and server, and a token bound to it. */
  | { readonly type: "mtls" }
  | { readonly type: "composite"; readonly parts: readonly PatternShape[] };

/** Each rung takes something from a thief of the credential. Higher is stronger; the distance means nothing. */
export const RUNGS = {
  nothing: 0,
  /** Works until somebody notices, everywhere, for everyone. */
  staticSecret: 1,
  /** Ends by itself. */
  shortLived: 2,
  /** Ends by itself and names person and agent. */
  delegated: 3,
  /** Useless without the private key. */
  bound: 4,
  /** Useless without the private key, and names person and agent. */
  boundDelegated: 5,
} as const;

/** The rung of a pattern. A composite is as strong as all its parts together: it holds whatever one of them gives. */
export function strength(pattern: PatternShape): number {
  switch (pattern.type) {
    case "none":
      return RUNGS.nothing;
    case "api-key":
    case "env":
      return RUNGS.staticSecret;
    case "client-credentials":
    case "account":
      return pattern.bound === "none" ? RUNGS.shortLived : RUNGS.bound;
    case "token-exchange":
      return pattern.bound === "none" ? RUNGS.delegated : RUNGS.boundDelegated;
    case "mtls":
      return RUNGS.bound;
    case "composite":
      return together(pattern.parts.map(strength));
  }
  return pattern satisfies never;
}

function together(rungs: readonly number[]): number {
  const best = Math.max(RUNGS.nothing, ...rungs);
  // A key from one part and the names from another.
  return best === RUNGS.bound && rungs.includes(RUNGS.delegated) ? RUNGS.boundDelegated : best;
}

/** The least that each stage accepts, and its name for people. */
export const LEAST: Readonly<Record<Stage, { readonly rung: number; readonly words: string }>> = {
  development: { rung: RUNGS.nothing, words: "no credential" },
  staging: { rung: RUNGS.shortLived, words: "an OAuth token" },
  production: { rung: RUNGS.bound, words: "a token bound to a key" },
};

/** A pattern's name for people: `token-exchange`, `client-credentials bound by mtls`. */
export function nameOf(pattern: PatternShape): string {
  if (pattern.type === "composite") return pattern.parts.map(nameOf).join(" + ") || "none";
  const bound = "bound" in pattern ? pattern.bound : "none";
  return bound === "none" ? pattern.type : `${pattern.type} bound by ${bound}`;
}

export const accepts = (stage: Stage, pattern: PatternShape): boolean =>
  strength(pattern) >= LEAST[stage].rung;

/** @throws Refusal `pattern_too_weak` with what the stage asks for and what it got */
export function checkStage(stage: Stage, pattern: PatternShape): void {
  if (accepts(stage, pattern)) return;
  throw new Refusal("pattern_too_weak", {
    stage,
    least: LEAST[stage].words,
    pattern: nameOf(pattern),
  });
}
