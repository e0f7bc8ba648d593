// From a grant to a token that may be used: ask, look into it (or have it looked into), judge, vouch.
import { Refusal } from "../errors.ts";
import type { JsonObject } from "./answer.ts";
import { checkToken, type TokenWant } from "./check-token.ts";
import type { FlowKind } from "./failures.ts";
import { ALG } from "./dpop.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { introspect } from "./introspection.ts";
import { shownClaims } from "./jwt.ts";
import type { Ruling } from "./ruling.ts";
import { readTokenAnswer, refused, type TokenAnswer } from "./token-answer.ts";
import { askForToken, type Arrival, type Form, type Party } from "./token-request.ts";
import type { CheckedToken, TokenBinding } from "./types.ts";

export const ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";
export const JWT_TYPE = "urn:ietf:params:oauth:token-type:jwt";
export const ID_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:id_token";
export const REFRESH_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:refresh_token";

/** What every flow that ends in a token is told. */
export interface TokenAsk extends Party {
  /** Empty: nothing is asked, and the issuer decides. */
  readonly scope: readonly string[];
  /** RFC 8707; null for none. */
  readonly resource: string | null;
  /** The token must be bound to `tls` (RFC 8705 section 3). A key in `dpop` always binds. */
  readonly certificateBound: boolean;
}

export interface GrantRequest {
  readonly ask: TokenAsk;
  readonly step: string;
  readonly grant: string;
  readonly kind: FlowKind;
  readonly form: (nowMs: number) => Form | Promise<Form>;
  /** What an answer without `scope` means where none was sent (refresh): as granted before. */
  readonly grantedScope?: readonly string[];
  readonly audience: readonly string[];
  readonly audienceDecides?: boolean;
  readonly widerScopeAllowed?: boolean;
  /** Judges the answer itself, in the step that sent the request. */
  readonly judge?: (answer: TokenAnswer, ruling: Ruling) => void;
  /** Judges the claims, in the step that vouches; null where nothing is known about the token. */
  readonly judgeClaims?: (claims: JsonObject | null, ruling: Ruling) => void;
  /** An opaque token is introspected even where no binding has to be proven. */
  readonly wantsClaims?: boolean;
  /** Hears of the answer before anything else is judged: what came in it may replace what was spent. */
  readonly received?: (answer: TokenAnswer) => Promise<void>;
  readonly idClaims?: (answer: TokenAnswer, arrival: Arrival) => Promise<JsonObject | null>;
}

/**
 * What the token must be bound to.
 * @throws Refusal `issuer_refused_client` when there is no certificate to bind to, `issuer_metadata_invalid` where the
 *   issuer knows no key of our kind
 */
export function bindingFor(ask: TokenAsk): TokenBinding {
  if (ask.dpop !== null) {
    const { issuer, metadata } = ask.issuer;
    // RFC 9449 section 5.1. An issuer that says nothing is tried: what it gives shows whether it knows DPoP.
    if (metadata.dpopAlgorithms?.includes(ALG) === false) {
      throw new Refusal("issuer_metadata_invalid", {
        issuer,
        reason: `it takes no DPoP proofs signed with ${ALG} (dpop_signing_alg_values_supported)`,
        retry: "never",
      });
    }
    return { type: "dpop", jkt: ask.dpop.jkt };
  }
  if (!ask.certificateBound) return { type: "none" };
  if (ask.tls === null) {
    throw new Refusal("issuer_refused_client", {
      issuer: ask.issuer.issuer,
      error: "there is no certificate to bind the token to",
      retry: "never",
    });
  }
  return { type: "mtls", thumbprint: ask.tls.thumbprint };
}

/** `scope` and `resource` as form fields; what is empty is left out (RFC 6749 section 3.3, RFC 8707 section 2). */
export const askedFields = (ask: TokenAsk): Form => [
  ...(ask.scope.length === 0 ? [] : [["scope", ask.scope.join(" ")] as const]),
  ...(ask.resource === null ? [] : [["resource", ask.resource] as const]),
];

/** @throws Refusal of any step; the token is vouched for when this resolves */
export async function obtain(ctx: FlowContext, request: GrantRequest): Promise<CheckedToken> {
  const { ask } = request;
  const { issuer } = ask.issuer;
  const binding = bindingFor(ask);
  const { answer, arrival } = await askForToken(
    ctx,
    { ...ask, step: request.step, grant: request.grant, kind: request.kind, form: request.form },
    (response, step, arrived) => {
      const read = readTokenAnswer(issuer, response, step.ruling);
      request.judge?.(read, step.ruling);
      return { answer: read, arrival: arrived };
    },
  );
  await request.received?.(answer);
  const idClaims = (await request.idClaims?.(answer, arrival)) ?? null;
  // What the token is bound to stands in it, or the issuer is asked (RFC 8705 section 3.2, RFC 9449 section 6.2).
  const unread = answer.jwt === null && (binding.type !== "none" || request.wantsClaims === true);
  const introspected = unread ? await introspect(ctx, ask, answer.value) : null;
  const want: TokenWant = {
    issuer,
    scope: ask.scope.length > 0 ? ask.scope : (request.grantedScope ?? []),
    binding,
    audience: request.audience,
    audienceDecides: request.audienceDecides ?? false,
    widerScopeAllowed: request.widerScopeAllowed ?? true,
    obtainedAt: arrival.at,
    skewMs: arrival.skewMs,
  };
  return inStep(ctx, "check-token", issuer, (step) => {
    step.hide(answer.value);
    if (answer.jwt !== null) step.ruling.claims = shownClaims(answer.jwt);
    else if (introspected !== null) step.ruling.claims = introspected;
    request.judgeClaims?.(answer.jwt?.payload ?? introspected, step.ruling);
    return checkToken(answer, want, { introspected, idClaims }, step.ruling);
  });
}

/** RFC 8693 section 2.2.1: what came must be named, and be what was asked for (negative tests 45 and 46). */
export function judgeIssuedType(
  issuer: string,
  wanted: string,
  answer: TokenAnswer,
  ruling: Ruling,
): void {
  ruling.must(
    "issued-token-type",
    "RFC 8693 §2.2.1",
    answer.issuedTokenType === wanted,
    { expected: wanted, found: answer.issuedTokenType },
    () =>
      refused(
        issuer,
        answer.issuedTokenType === null
          ? "the issuer does not say what it issued"
          : "it is of another kind than asked",
      ),
  );
}
