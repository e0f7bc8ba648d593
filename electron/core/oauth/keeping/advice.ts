// Helps a person to choose a pattern, and says of each what a thief of its credential could still do.
import type { Stage } from "../../servers.ts";
import { accepts, LEAST, nameOf, type PatternShape, RUNGS, strength } from "./ladder.ts";

export interface Answers {
  /** Do agents of one tenant use the server, or of several? */
  readonly tenants: "one" | "several";
  /** What rules and harm stand behind it. `critical`: zero trust, infrastructure. `regulated`: finance, health, defence. */
  readonly stakes: "low" | "standard" | "critical" | "regulated";
  /** Must the server know which person an agent acts for? */
  readonly onBehalf: boolean;
  readonly stage: Stage;
}

/** What is left to somebody who got hold of the credential. */
export interface Thief {
  readonly can: string;
  readonly until: string;
  readonly stop: string;
}

export interface Advice {
  readonly pattern: PatternShape;
  /** Why, in order of weight: each stands for one of the answers. */
  readonly why: readonly string[];
  readonly thief: Thief;
}

/** What a server has now: whether its stage takes it, and what is left to a thief. */
export interface Standing {
  readonly name: string;
  readonly accepted: boolean;
  /** What the stage wants at least, in words. */
  readonly least: string;
  readonly thief: Thief;
}

const API_KEY: PatternShape = { type: "api-key" };
const CLIENT_CREDENTIALS: PatternShape = { type: "client-credentials", bound: "none" };
const EXCHANGE: PatternShape = { type: "token-exchange", bound: "none" };
const MTLS: PatternShape = { type: "mtls" };
const COMPOSITE: PatternShape = {
  type: "composite",
  parts: [{ type: "token-exchange", bound: "mtls" }, MTLS],
};

/**
 * The decision heuristic: each answer asks for a pattern, and the strongest one asked for is it. So a stronger
 * need never leads to a weaker pattern, and what is advised always passes the stage.
 */
export function advise(answers: Answers): Advice {
  const asked: (readonly [PatternShape, string])[] = [];
  if (answers.stakes === "regulated") {
    asked.push([
      COMPOSITE,
      "Regulated work wants layers: a certificate, a bound token, and both names.",
    ]);
  }
  if (answers.stakes === "critical") {
    asked.push([MTLS, "Where nothing on the network is trusted, each request proves its key."]);
  }
  if (answers.onBehalf) {
    asked.push([
      EXCHANGE,
      "The server learns which person an agent acts for, and which agent it is.",
    ]);
  }
  if (answers.tenants === "several") {
    asked.push([
      CLIENT_CREDENTIALS,
      "Several tenants need a service account each, with its own scopes.",
    ]);
  }
  if (answers.stakes === "standard") {
    asked.push([
      CLIENT_CREDENTIALS,
      "Ordinary compliance wants credentials that end by themselves.",
    ]);
  }
  const { rung, words } = LEAST[answers.stage];
  const byStage = rung >= RUNGS.bound ? MTLS : rung >= RUNGS.shortLived ? CLIENT_CREDENTIALS : null;
  if (byStage !== null) asked.push([byStage, `A ${answers.stage} server wants at least ${words}.`]);
  if (asked.length === 0) {
    asked.push([API_KEY, "One tenant and little at stake: a key is enough, and quickly set up."]);
  }

  // Two needs that no single pattern meets are met together.
  const needsKey = asked.some(([pattern]) => strength(pattern) >= RUNGS.bound);
  const strongest = asked.reduce((a, b) => (strength(b[0]) > strength(a[0]) ? b : a))[0];
  const pattern = needsKey && answers.onBehalf ? COMPOSITE : strongest;
  return { pattern, why: asked.map(([, reason]) => reason), thief: thiefOf(pattern) };
}

/** The same for a pattern that was chosen already. */
export const standingOf = (stage: Stage, pattern: PatternShape): Standing => ({
  name: nameOf(pattern),
  accepted: accepts(stage, pattern),
  least: LEAST[stage].words,
  thief: thiefOf(pattern),
});

const MINUTES = "until it expires, minutes to hours later";

/** What a thief of this pattern's credential could still do, for how long, and what ends it. */
export function thiefOf(pattern: PatternShape): Thief {
  switch (pattern.type) {
    case "none":
      return {
        can: "Whoever reaches the server can use it: there is no credential to steal.",
        until: "always",
        stop: "Put a credential in front of it.",
      };
    case "api-key":
    case "env":
      return {
        can: "Everything that the key allows, from anywhere, in nobody's name.",
        until: "until somebody revokes it",
        stop: "Revoke the key at the server and enter a new one here.",
      };
    case "mtls":
      return {
        can: "Nothing with the token alone: it works only together with the private key, which is in the vault.",
        until: MINUTES,
        stop: "Revoke the certificate if its key may have been copied, too.",
      };
    case "composite":
      return thiefOf(strongestPart(pattern));
    case "client-credentials":
    case "account":
    case "token-exchange": {
      if (pattern.bound !== "none") {
        const held = pattern.bound === "mtls" ? "the certificate's key" : "the proof key (DPoP)";
        return {
          can: `Nothing with the token alone: it works only together with ${held}, which never leaves this machine.`,
          until: MINUTES,
          stop: "Renew the key if it may have been copied, too.",
        };
      }
      const whose = {
        "client-credentials": "What the service account's scopes allow, from anywhere.",
        account: "What the person granted to Countersign, from anywhere, in the person's name.",
        "token-exchange":
          "What this agent may do for this person at this one server, from anywhere; both are named in its log.",
      } as const;
      return {
        can: whose[pattern.type],
        until: MINUTES,
        stop: "Revoke it at the issuer, or wait until it expires.",
      };
    }
  }
  return pattern satisfies never;
}

/** A thief needs all parts of a composite, so the hardest one to steal decides. */
function strongestPart(pattern: PatternShape): PatternShape {
  if (pattern.type !== "composite") return pattern;
  return pattern.parts
    .map(strongestPart)
    .reduce((a, b) => (strength(b) > strength(a) ? b : a), { type: "none" });
}
