// Signing in through the system's browser: authorization code with PKCE (RFC 6749 section 4.1, RFC 7636, RFC 8252).
// Here the address is built and the answer judged; opening and listening are the host's. There is no embedded
// browser anywhere: it could read what the person types (RFC 8252 section 8.12).
import * as oauth from "oauth4webapi";
import { base64url, type Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { JsonObject } from "./answer.ts";
import {
  belongs,
  judgeCallback,
  type Callback,
  type CallbackWant,
} from "./authorization-answer.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { obtain, type TokenAsk } from "./grant.ts";
import { checkIdToken } from "./id-token.ts";
import { endpointOf, requireOwn, type CheckedIssuer } from "./issuer.ts";
import { maskAddress } from "./masks.ts";
import { refused } from "./token-answer.ts";
import type { CheckedToken } from "./types.ts";

export interface SignInAsk extends TokenAsk {
  /** `http://127.0.0.1:PORT` + redirectPath(issuer). */
  readonly redirectUri: string;
  /** `login`, `consent`, `select_account`; null to leave it to the issuer. */
  readonly prompt: string | null;
  /** Whom to suggest; null for nobody. */
  readonly loginHint: string | null;
}

/** One sign-in under way. Its secrets are not in it. */
export interface PendingSignIn {
  readonly issuer: string;
  readonly redirectUri: string;
  /** Path that the answer must come to. */
  readonly path: string;
  /** UTC milliseconds. */
  readonly startedAt: number;
}

/** A sign-in that took longer than this is over. */
export const SIGN_IN_LIFE_MS = 10 * 60_000;

interface Kept {
  readonly ask: SignInAsk;
  readonly state: string;
  readonly nonce: string | null;
  readonly verifier: Secret;
}

// Held apart from what surfaces see, and taken out at the first use: an answer is good once (negative test 94).
const underWay = new WeakMap<PendingSignIn, Kept>();

/** The path of an issuer's own redirect address (RFC 8252 section 8.10): mixing two issuers up then shows. */
export const redirectPath = (issuer: string, digest: Pick<Digest, "sha256">): string =>
  `/oauth/callback/${base64url(digest.sha256(issuer)).slice(0, 22)}`;

function requirePkce(
  issuer: CheckedIssuer,
  step: { note(ok: boolean, found: string): void },
): void {
  const methods = issuer.metadata.codeChallengeMethods;
  const ok = methods?.includes("S256") === true;
  step.note(ok, methods === null ? "not stated" : methods.join(" "));
  if (!ok) {
    throw new Refusal("issuer_metadata_invalid", {
      issuer: issuer.issuer,
      reason: "it does not say that it supports PKCE with S256 (code_challenge_methods_supported)",
    });
  }
}

/**
 * Builds the address for the person's browser.
 * @throws Refusal `issuer_metadata_invalid` for an issuer without PKCE S256 (negative test 91) or without the endpoint
 */
export async function beginSignIn(
  ctx: FlowContext,
  ask: SignInAsk,
): Promise<{ readonly url: string; readonly pending: PendingSignIn }> {
  requireOwn(ask.issuer, ask.owner);
  return inStep(ctx, "authorize", ask.issuer.issuer, async (step) => {
    requirePkce(ask.issuer, {
      note: (ok, found) =>
        step.ruling.note("pkce-s256", "MCP authorization; RFC 7636 §4.2", ok, {
          expected: "S256",
          found,
        }),
    });
    const url = new URL(endpointOf(ask.issuer, "authorization_endpoint", null));
    const verifier = new Secret(oauth.generateRandomCodeVerifier());
    const state = oauth.generateRandomState();
    const nonce = ask.scope.includes("openid") ? oauth.generateRandomNonce() : null;
    const fields: Record<string, string | null> = {
      response_type: "code",
      client_id: ask.owner.clientId,
      redirect_uri: ask.redirectUri,
      scope: ask.scope.length === 0 ? null : ask.scope.join(" "),
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier.reveal()),
      code_challenge_method: "S256",
      // RFC 8707 section 2.1: here, and again at the token endpoint (negative test 110).
      resource: ask.resource,
      prompt: ask.prompt,
      login_hint: ask.loginHint,
      // RFC 9449 section 10: the code, too, is good for this key alone.
      dpop_jkt: ask.dpop?.jkt ?? null,
    };
    for (const [name, value] of Object.entries(fields)) {
      if (value !== null) url.searchParams.set(name, value);
    }
    step.showRequest((known) => maskAddress(url, known));
    const pending: PendingSignIn = Object.freeze({
      issuer: ask.issuer.issuer,
      redirectUri: ask.redirectUri,
      path: new URL(ask.redirectUri).pathname,
      startedAt: ctx.clock.now(),
    });
    underWay.set(pending, { ask, state, nonce, verifier });
    return { url: url.href, pending };
  });
}

const wantOf = (kept: Kept, pending: PendingSignIn): CallbackWant => ({
  issuer: pending.issuer,
  sendsIss: kept.ask.issuer.metadata.sendsIss,
  path: pending.path,
  state: kept.state,
});

/** Whether an answer is this sign-in's: for the listener, which serves several at once. */
export function answersSignIn(pending: PendingSignIn, callback: Callback): boolean {
  const kept = underWay.get(pending);
  return kept !== undefined && belongs(wantOf(kept, pending), callback);
}

/** Forgets a sign-in that nobody waits for any more. */
export const abandonSignIn = (pending: PendingSignIn): void => void underWay.delete(pending);

/**
 * Judges the answer and turns the code into a token. An answer of this sign-in is consumed, whatever it says; one
 * that belongs elsewhere is refused and leaves the sign-in waiting.
 * @throws Refusal `sign_in_failed`, `token_*`, `issuer_*`
 */
export async function finishSignIn(
  ctx: FlowContext,
  pending: PendingSignIn,
  callback: Callback,
): Promise<CheckedToken> {
  const kept = underWay.get(pending);
  const over = (reason: string): Refusal =>
    new Refusal("sign_in_failed", { issuer: pending.issuer, reason, retry: "after-sign-in" });
  if (kept === undefined) throw over("this sign-in was finished or given up before");
  const want = wantOf(kept, pending);
  if (belongs(want, callback)) underWay.delete(pending);
  const code = await inStep(ctx, "callback", pending.issuer, (step) => {
    step.hide(kept.state);
    step.showRequest((known) =>
      maskAddress(
        new URL(
          `${new URL(pending.redirectUri).origin}${callback.path}?${callback.params.toString()}`,
        ),
        known,
      ),
    );
    const found = judgeCallback(want, callback, step.ruling);
    if (ctx.clock.now() - pending.startedAt > SIGN_IN_LIFE_MS) throw over("it took too long");
    return found;
  });
  const { ask, nonce } = kept;
  return obtain(ctx, {
    ask,
    step: "token",
    grant: "authorization_code",
    kind: "sign-in",
    form: () => [
      ["code", code],
      ["redirect_uri", ask.redirectUri],
      ["code_verifier", kept.verifier.reveal()],
      ...(ask.resource === null ? [] : ([["resource", ask.resource]] as const)),
    ],
    audience: ask.resource === null ? [] : [ask.resource],
    idClaims: async (answer, arrival): Promise<JsonObject | null> => {
      if (answer.idToken === null) {
        if (nonce === null) return null;
        throw refused(pending.issuer, "openid was asked for and no ID token came");
      }
      return checkIdToken(ctx, ask.issuer, answer.idToken, {
        clientId: ask.owner.clientId,
        nonce,
        skewMs: arrival.skewMs,
      });
    },
  });
}
