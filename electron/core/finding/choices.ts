// What a server's own words leave to choose from: each pattern that it could take, why, and what a thief of that
// credential could still do. The first that is enough for the stage is proposed.
import type { Stage } from "../servers.ts";
import type { CheckedIssuer } from "../oauth/issuer.ts";
import { advise, type Thief, thiefOf } from "../oauth/keeping/advice.ts";
import { accepts, LEAST, type PatternShape } from "../oauth/keeping/ladder.ts";
import type { CheckedResource } from "../oauth/resource.ts";
import type { PatternType } from "../patterns.ts";

export interface Choice {
  readonly pattern: PatternType;
  readonly why: string;
  readonly thief: Thief;
  /** Whether it is enough for the stage. */
  readonly fits: boolean;
}

/** What is known of the server when the choice is made. */
export type Answered =
  /** It answered without a credential. */
  | { readonly type: "open" }
  /** It wants a credential and names no issuer. */
  | { readonly type: "key"; readonly status: number }
  | { readonly type: "token"; readonly resource: CheckedResource; readonly issuer: CheckedIssuer };

const SHAPES: Readonly<Record<PatternType, PatternShape>> = {
  none: { type: "none" },
  "api-key": { type: "api-key" },
  "client-credentials": { type: "client-credentials", bound: "none" },
  account: { type: "account", bound: "none" },
  "token-exchange": { type: "token-exchange", bound: "none" },
  mtls: { type: "mtls" },
  composite: {
    type: "composite",
    parts: [{ type: "token-exchange", bound: "mtls" }, { type: "mtls" }],
  },
};

/** The same where the server takes nothing but tokens that are bound to a key (RFC 9449 section 7.2). */
function shapeOf(pattern: PatternType, dpop: boolean): PatternShape {
  const shape = SHAPES[pattern];
  return dpop && "bound" in shape ? { ...shape, bound: "dpop" } : shape;
}

/** Whether the server's tokens have to be bound by DPoP. */
export const wantsDpop = (answered: Answered): boolean =>
  answered.type === "token" && answered.resource.wantsDpop;

/** RFC 8414 section 2: left out means authorization code and implicit. */
const grants = ({ metadata }: CheckedIssuer, grant: string): boolean =>
  metadata.grantTypes === null
    ? grant === "authorization_code"
    : metadata.grantTypes.includes(grant);

/** MCP authorization: without S256 among its methods, nobody is sent to an issuer (negative test 91). */
export const signsIn = (issuer: CheckedIssuer): boolean =>
  issuer.metadata.endpoints.authorization_endpoint !== undefined &&
  issuer.metadata.codeChallengeMethods?.includes("S256") === true &&
  grants(issuer, "authorization_code");

/** Patterns with a reason each, the likeliest first. */
function possible(answered: Answered): readonly (readonly [PatternType, string])[] {
  if (answered.type === "open") {
    return [["none", "It answered without any credential."]];
  }
  if (answered.type === "key") {
    return [
      [
        "api-key",
        `It answered HTTP ${answered.status} and names no issuer (RFC 9728), so it wants a key of its own.`,
      ],
    ];
  }
  const { resource, issuer } = answered;
  const exchanges = grants(issuer, "urn:ietf:params:oauth:grant-type:token-exchange");
  const found: (readonly [PatternType, string])[] = [];
  if (!resource.bindsToCertificates) {
    if (signsIn(issuer)) {
      found.push([
        "account",
        "It names an issuer where you can sign in: agents then act with what you allow there.",
      ]);
    }
    if (grants(issuer, "client_credentials")) {
      found.push([
        "client-credentials",
        "Its issuer gives tokens to programs, too: no person takes part.",
      ]);
    }
    if (exchanges) {
      found.push([
        "token-exchange",
        "Its issuer exchanges tokens (RFC 8693): the server learns who asked and which agent acted.",
      ]);
    }
  }
  if (resource.bindsToCertificates || issuer.metadata.bindsToCertificates) {
    const by = resource.bindsToCertificates
      ? "It takes nothing but tokens that are bound to a certificate (RFC 8705)."
      : "Its issuer can bind tokens to a certificate (RFC 8705).";
    if (grants(issuer, "client_credentials")) found.push(["mtls", by]);
    if (exchanges) found.push(["composite", `${by} Person and agent are named in them as well.`]);
  }
  return found;
}

/** @returns what can be chosen, likeliest first; nothing where the issuer offers no way that is safe */
export const choicesOf = (answered: Answered, stage: Stage): readonly Choice[] =>
  possible(answered).map(([pattern, why]) => {
    const shape = shapeOf(pattern, wantsDpop(answered));
    return { pattern, why, thief: thiefOf(shape), fits: accepts(stage, shape) };
  });

/** The first that is enough for the stage, else the first of all. */
export const proposed = (choices: readonly Choice[]): Choice | null =>
  choices.find((one) => one.fits) ?? choices[0] ?? null;

/** Why this one: its own reason, and what the stage has to say to it. */
export function reasonsFor(choice: Choice, stage: Stage): readonly string[] {
  if (stage === "development") return [choice.why];
  // What the stage asks for is the assistant's to say: nothing else is at stake here.
  const answers = { tenants: "one", stakes: "low", onBehalf: false, stage } as const;
  const { why } = advise(answers);
  return choice.fits
    ? [choice.why, ...why]
    : [choice.why, ...why, `This is less than ${LEAST[stage].words}: choose a lower stage.`];
}
