// Enterprise-managed authorization: the person's own issuer vouches for them at the server's issuer. First an
// exchange for an assertion (ID-JAG), then that assertion as a grant (RFC 7523).
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { FlowContext } from "./flow.ts";
import { askedFields, judgeIssuedType, obtain, type TokenAsk } from "./grant.ts";
import { requireOwn } from "./issuer.ts";
import { dateOf } from "./jwt.ts";
import type { Ruling } from "./ruling.ts";
import { readTokenAnswer, refused, shownType, type TokenAnswer } from "./token-answer.ts";
import { TOKEN_EXCHANGE } from "./token-exchange.ts";
import { askForToken, type Party } from "./token-request.ts";
import type { CheckedToken } from "./types.ts";

export const ID_JAG_TYPE = "urn:ietf:params:oauth:token-type:id-jag";
export const ID_JAG_PROFILE = "urn:ietf:params:oauth:grant-profile:id-jag";
export const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TYP = "oauth-id-jag+jwt";
const PROFILE = "MCP enterprise-managed authorization";

export interface IdJagAsk {
  /** Where the person is signed in. */
  readonly home: Party & { readonly subject: { readonly token: Secret; readonly type: string } };
  /** The server's issuer, and what to ask there. `resource` is the server. */
  readonly target: TokenAsk;
  /** Take a token with more scope than was asked. Some issuers add their defaults. */
  readonly widerScopeAllowed?: boolean;
}

export interface IdJagExpectation {
  readonly home: string;
  readonly target: string;
  /** Our name at the server's issuer. */
  readonly clientId: string;
  readonly resource: string | null;
  /** By the home issuer's clock, UTC milliseconds. */
  readonly nowMs: number;
}

/**
 * Judges an assertion before it is handed on: for the server's issuer, for us, and for nobody else (negative test 56).
 * @throws Refusal `token_refused`
 */
export function judgeIdJag(answer: TokenAnswer, want: IdJagExpectation, ruling: Ruling): Secret {
  const refuse = (reason: string) => (): Refusal => refused(want.home, `the assertion ${reason}`);
  judgeIssuedType(want.home, ID_JAG_TYPE, answer, ruling);
  // RFC 8693 section 2.2.1: it opens nothing by itself, so it has no access token's type.
  ruling.must(
    "id-jag-opens-nothing",
    "RFC 8693 §2.2.1",
    answer.type === "n_a",
    { expected: "N_A", found: shownType(answer.type) },
    refuse("claims to be an access token"),
  );
  const { jwt } = answer;
  ruling.must(
    "id-jag-jwt",
    PROFILE,
    jwt !== null,
    { expected: "a JWT", found: jwt === null ? "none" : "a JWT" },
    refuse("is no JWT"),
  );
  const { header, payload } = jwt;
  const typ =
    typeof header["typ"] === "string"
      ? header["typ"].toLowerCase().replace(/^application\//, "")
      : null;
  ruling.must(
    "id-jag-typ",
    PROFILE,
    typ === TYP,
    { expected: TYP, found: header["typ"] },
    refuse("is of another type"),
  );
  ruling.must(
    "id-jag-iss",
    PROFILE,
    payload["iss"] === want.home,
    { expected: want.home, found: payload["iss"] },
    refuse("has another issuer"),
  );
  ruling.must(
    "id-jag-aud",
    PROFILE,
    payload["aud"] === want.target,
    { expected: want.target, found: payload["aud"] },
    refuse("is for another issuer"),
  );
  ruling.must(
    "id-jag-client",
    PROFILE,
    payload["client_id"] === want.clientId,
    { expected: want.clientId, found: payload["client_id"] },
    refuse("is for someone else than Countersign"),
  );
  ruling.must(
    "id-jag-resource",
    PROFILE,
    want.resource === null ||
      payload["resource"] === undefined ||
      payload["resource"] === want.resource,
    { expected: want.resource, found: payload["resource"] },
    refuse("is for another server"),
  );
  const exp = dateOf(payload, "exp");
  ruling.must(
    "id-jag-exp",
    "RFC 7523 §3",
    exp !== null && exp > want.nowMs,
    { expected: "an exp to come", found: payload["exp"] },
    refuse("has expired"),
  );
  return answer.value;
}

/**
 * JWT bearer (RFC 7523 section 2.1): any assertion as a grant, workload identities too.
 * @throws Refusal `issuer_*`, `token_*`
 */
export function jwtBearer(
  ctx: FlowContext,
  ask: TokenAsk,
  assertion: Secret,
  widerScopeAllowed = true,
): Promise<CheckedToken> {
  return obtain(ctx, {
    ask,
    step: "jwt-bearer",
    grant: JWT_BEARER,
    kind: "service",
    form: () => [["assertion", assertion.reveal()], ...askedFields(ask)],
    audience: ask.resource === null ? [] : [ask.resource],
    widerScopeAllowed,
  });
}

/** @throws Refusal `issuer_*`, `token_*`; `sign_in_needed` when the home issuer says that the sign-in has ended */
export async function enterpriseToken(ctx: FlowContext, ask: IdJagAsk): Promise<CheckedToken> {
  const { home, target } = ask;
  requireOwn(target.issuer, target.owner);
  const profiles = target.issuer.metadata.grantProfiles;
  if (profiles !== null && !profiles.includes(ID_JAG_PROFILE)) {
    throw new Refusal("issuer_metadata_invalid", {
      issuer: target.issuer.issuer,
      reason: "it takes no assertions of other issuers (authorization_grant_profiles_supported)",
    });
  }
  const assertion = await askForToken(
    ctx,
    {
      ...home,
      // The assertion is bound to nothing here; the key is proven where the token is made.
      dpop: null,
      step: "exchange-id-jag",
      grant: TOKEN_EXCHANGE,
      kind: "account",
      form: () => [
        ["requested_token_type", ID_JAG_TYPE],
        ["audience", target.issuer.issuer],
        ["subject_token", home.subject.token.reveal()],
        ["subject_token_type", home.subject.type],
        ...askedFields(target),
      ],
    },
    (response, step, arrival) =>
      judgeIdJag(
        readTokenAnswer(home.issuer.issuer, response, step.ruling),
        {
          home: home.issuer.issuer,
          target: target.issuer.issuer,
          clientId: target.owner.clientId,
          resource: target.resource,
          nowMs: arrival.at + arrival.skewMs,
        },
        step.ruling,
      ),
  );
  return jwtBearer(ctx, target, assertion, ask.widerScopeAllowed);
}
