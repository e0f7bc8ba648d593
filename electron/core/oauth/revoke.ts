// Signing out (RFC 7009). The person is told what could not be revoked: such a token stays good until it expires.
import * as oauth from "oauth4webapi";
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { judgeFailure } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { noteFailure, postForm, type Party } from "./token-request.ts";

export interface Revocable {
  readonly token: Secret;
  readonly hint: "refresh_token" | "access_token";
}

export interface RevokeResult {
  readonly revoked: readonly Revocable["hint"][];
  /** In words for people, with the code of the refusal. */
  readonly notRevoked: readonly {
    readonly hint: Revocable["hint"];
    readonly code: Refusal["code"];
    readonly reason: string;
    /** The issuer cannot take back such a token for anyone: nothing went wrong. */
    readonly foreseen: boolean;
  }[];
}

/** RFC 7009 section 2.2.1: what issuers say of self-contained tokens, which their servers read by themselves. */
const UNSUPPORTED = "unsupported_token_type";

const first = (one: Revocable): number => (one.hint === "refresh_token" ? 0 : 1);

/** Revokes what it can, the refresh token first, and goes on after a failure. Throws nothing but bugs. */
export async function revokeTokens(
  ctx: FlowContext,
  party: Party,
  tokens: readonly Revocable[],
): Promise<RevokeResult> {
  const revoked: Revocable["hint"][] = [];
  const notRevoked: RevokeResult["notRevoked"][number][] = [];
  for (const one of [...tokens].sort((a, b) => first(a) - first(b))) {
    try {
      await revokeOne(ctx, party, one);
      revoked.push(one.hint);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const unsupported = error.facts["wireError"] === UNSUPPORTED;
      const reason = unsupported
        ? `the issuer cannot take back tokens of this kind: ${UNSUPPORTED}`
        : String(error.facts["error"] ?? error.facts["reason"] ?? "");
      const foreseen = unsupported || error.facts["unsupported"] === true;
      notRevoked.push({ hint: one.hint, code: error.code, reason, foreseen });
    }
  }
  return { revoked, notRevoked };
}

async function revokeOne(ctx: FlowContext, party: Party, one: Revocable): Promise<void> {
  const { issuer } = party.issuer;
  await inStep(ctx, "revoke", issuer, async (step) => {
    step.hide(one.token);
    if (party.issuer.metadata.endpoints.revocation_endpoint === undefined) {
      step.ruling.remark = true;
      step.ruling.note("revocation-offered", "RFC 7009 §2", false, {
        expected: "revocation_endpoint",
        found: "none",
      });
      throw new Refusal("issuer_error", {
        issuer,
        error: "it offers no revocation",
        unsupported: true,
        retry: "never",
      });
    }
    const response = await postForm(
      step,
      party,
      "revocation_endpoint",
      ctx.clock.now(),
      (auth, lib, fetch) =>
        oauth.revocationRequest(lib.server, lib.owner, auth, one.token.reveal(), {
          additionalParameters: { token_type_hint: one.hint },
          [oauth.customFetch]: fetch,
          [oauth.allowInsecureRequests]: lib.insecure,
        }),
    );
    // RFC 7009 section 2.2: 200 for an unknown token too. What was to be dead is dead.
    const failure = judgeFailure(issuer, response, "service", ctx.server, ctx.clock.now());
    if (failure?.facts["wireError"] !== UNSUPPORTED) {
      step.ruling.note("revoked", "RFC 7009 §2.2", failure === null, {
        expected: "200",
        found: `${response.status}`,
      });
    }
    if (failure !== null) {
      noteFailure(step, failure);
      throw failure;
    }
  });
}
