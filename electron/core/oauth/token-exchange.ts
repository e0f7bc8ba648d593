// Token exchange (RFC 8693): the account's token goes in, a narrower one comes out, and it says who acts.
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { JsonObject } from "./answer.ts";
import type { FlowContext } from "./flow.ts";
import {
  ACCESS_TOKEN_TYPE,
  askedFields,
  JWT_TYPE,
  judgeIssuedType,
  obtain,
  type TokenAsk,
} from "./grant.ts";
import { actorsOf } from "./jwt.ts";
import type { Ruling } from "./ruling.ts";
import { refused } from "./token-answer.ts";
import type { CheckedToken } from "./types.ts";

export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

/** Port: says, with a signature of Countersign's, which agent acts. */
export interface ActorSigner {
  /** What the agent's statement has as `sub`, and the new token must have as `act.sub`. */
  readonly subject: string;
  /** What the statement has as `iss`. */
  readonly issuer: string;
  /** A fresh statement (JWT) for this issuer alone: `aud` is the given string, `jti` its own, life short. */
  sign(audience: string): Promise<Secret>;
}

export interface ExchangeAsk extends TokenAsk {
  readonly subject: { readonly token: Secret; readonly type: string };
  /** Null where the issuer knows no actors: the token then says nothing about the agent. */
  readonly actor: ActorSigner | null;
  /** Logical name of the target (RFC 8693 section 2.1); null for none. */
  readonly audience: string | null;
  /** Refuse a token that does not name the agent, where one was named. */
  readonly actorRequired: boolean;
  /** Take a token with more scope than was asked. Some issuers add their defaults. */
  readonly widerScopeAllowed: boolean;
}

/** What became of the actor: shown wherever the token is used. */
export type ActorOutcome =
  /** The token names our agent as the one who acts. */
  | "confirmed"
  /** The issuer took the statement and left it out: it knows no actors. */
  | "absent"
  /** The token cannot be read, and its issuer does not tell. */
  | "unknown"
  /** None was sent. */
  | "not-sent";

export interface ExchangeResult {
  readonly token: CheckedToken;
  readonly actor: ActorOutcome;
}

/**
 * Judges who acts according to the token. Only the outermost actor counts: the inner ones are history, and a
 * forged "admin" among them changes nothing (RFC 8693 section 4.1; negative tests 49 and 50).
 * @throws Refusal `token_refused`
 */
export function judgeActor(
  issuer: string,
  actor: ActorSigner | null,
  required: boolean,
  claims: JsonObject | null,
  ruling: Ruling,
): ActorOutcome {
  const outermost = claims === null ? undefined : actorsOf(claims)[0];
  if (actor === null) {
    // The subject's own history may be in there; it was not put there by us and is only shown.
    ruling.note("actor-not-sent", "RFC 8693 §1.1", true, { found: outermost?.sub ?? "no actor" });
    return "not-sent";
  }
  if (outermost === undefined) {
    const outcome: ActorOutcome = claims === null ? "unknown" : "absent";
    const found =
      outcome === "unknown"
        ? "the token cannot be read"
        : "no act: this issuer does not name actors";
    const words = { expected: actor.subject, found };
    if (!required) ruling.note("actor-named", "RFC 8693 §4.1", false, words);
    else ruling.must("actor-named", "RFC 8693 §4.1", false, words, () => refused(issuer, found));
    return outcome;
  }
  ruling.must(
    "actor-is-our-agent",
    "RFC 8693 §4.1",
    outermost.sub === actor.subject && (outermost.iss === null || outermost.iss === actor.issuer),
    {
      expected: `${actor.subject} of ${actor.issuer}`,
      found: outermost.iss === null ? outermost.sub : `${outermost.sub} of ${outermost.iss}`,
    },
    () => refused(issuer, "it names another actor than the agent that asked"),
  );
  return "confirmed";
}

/**
 * @throws Refusal `issuer_*`, `token_*`; `sign_in_needed` when the issuer says that the account's grant has ended
 */
export async function exchangeToken(ctx: FlowContext, ask: ExchangeAsk): Promise<ExchangeResult> {
  const { issuer } = ask.issuer;
  if (ask.resource === null && ask.audience === null) {
    // Without a target the new token would open whatever the old one opens.
    throw new Refusal("token_refused", {
      issuer,
      reason: "no server was named that it is for",
      retry: "never",
    });
  }
  let outcome: ActorOutcome = "not-sent";
  const token = await obtain(ctx, {
    ask,
    step: "exchange",
    grant: TOKEN_EXCHANGE,
    kind: "account",
    form: async () => [
      ["subject_token", ask.subject.token.reveal()],
      ["subject_token_type", ask.subject.type],
      ["requested_token_type", ACCESS_TOKEN_TYPE],
      // A token and its type go together or not at all (RFC 8693 section 2.1; negative test 39).
      ...(ask.actor === null
        ? []
        : ([
            ["actor_token", (await ask.actor.sign(issuer)).reveal()],
            ["actor_token_type", JWT_TYPE],
          ] as const)),
      ...(ask.audience === null ? [] : ([["audience", ask.audience]] as const)),
      ...askedFields(ask),
    ],
    audience: [ask.resource, ask.audience].filter((one) => one !== null),
    audienceDecides: true,
    widerScopeAllowed: ask.widerScopeAllowed,
    judge: (answer, ruling) => judgeIssuedType(issuer, ACCESS_TOKEN_TYPE, answer, ruling),
    wantsClaims: ask.actor !== null,
    judgeClaims: (claims, ruling) => {
      outcome = judgeActor(issuer, ask.actor, ask.actorRequired, claims, ruling);
    },
  });
  return { token, actor: outcome };
}
