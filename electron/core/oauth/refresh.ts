// Refreshing (RFC 6749 section 6). Whoever keeps tokens decides when, stores the new refresh token before it uses
// anything, and never sends the old one again (RFC 9700 section 4.14.2).
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { FlowContext } from "./flow.ts";
import { obtain, type TokenAsk } from "./grant.ts";
import { checkIdToken } from "./id-token.ts";
import { quoted } from "./ruling.ts";
import type { CheckedToken } from "./types.ts";

/** `scope` is sent where it is not empty, to get less than was granted. */
export interface RefreshAsk extends TokenAsk {
  readonly refreshToken: Secret;
  /** Scopes of the grant: what the new token opens where the issuer does not say. */
  readonly granted: readonly string[];
  /**
   * Hears of the new refresh token before the access token is judged: even if that is refused, the old one is
   * spent. Nothing is used until this resolves (negative test 102).
   */
  readonly received?: (refreshToken: Secret) => Promise<void>;
  /** `sub` of the account; another one in a new ID token is refused (OpenID Connect Core section 12.2). */
  readonly expectedSubject?: string;
}

/**
 * A new access token. Its `refreshToken` is the one to keep from now on; null where none came: then the one that
 * was sent goes on (RFC 6749 section 6).
 * @throws Refusal `sign_in_needed` when the grant has ended (invalid_grant: ask once, negative test 103),
 *   `scope_insufficient` when more is asked than was granted, `account_changed`, `issuer_*`, `token_*`
 */
export async function refreshToken(ctx: FlowContext, ask: RefreshAsk): Promise<CheckedToken> {
  const { issuer } = ask.issuer;
  const beyond = ask.scope.filter((one) => !ask.granted.includes(one));
  if (beyond.length > 0) {
    // RFC 6749 section 6: never more than was granted.
    throw new Refusal("scope_insufficient", {
      server: ctx.server,
      scope: beyond.join(" "),
      retry: "after-sign-in",
    });
  }
  return obtain(ctx, {
    ask,
    step: "refresh",
    grant: "refresh_token",
    kind: "account",
    form: () => [
      ["refresh_token", ask.refreshToken.reveal()],
      ...(ask.scope.length > 0 ? ([["scope", ask.scope.join(" ")]] as const) : []),
      ...(ask.resource === null ? [] : ([["resource", ask.resource]] as const)),
    ],
    grantedScope: ask.granted,
    audience: ask.resource === null ? [] : [ask.resource],
    received: async (answer) => {
      if (answer.refreshToken !== null) await ask.received?.(answer.refreshToken);
    },
    idClaims: async (answer, arrival) => {
      if (answer.idToken === null) return null;
      const claims = await checkIdToken(ctx, ask.issuer, answer.idToken, {
        clientId: ask.owner.clientId,
        nonce: null,
        skewMs: arrival.skewMs,
      });
      if (ask.expectedSubject !== undefined && claims["sub"] !== ask.expectedSubject) {
        throw new Refusal("account_changed", {
          issuer,
          expected: ask.expectedSubject,
          found: quoted(claims["sub"]),
        });
      }
      return claims;
    },
  });
}
