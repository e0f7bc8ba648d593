// One request to a token endpoint: authenticated, bound, sent, judged. Two answers are worth a second try at
// once, each at most one time: "use this nonce" (RFC 9449 section 8) and "your clock is wrong".
import * as oauth from "oauth4webapi";
import { Refusal } from "../errors.ts";
import { clientAuthentication, provesByTime } from "./client-auth.ts";
import type { DpopKey } from "./dpop.ts";
import { wantsNonce } from "./dpop.ts";
import { CLOCK_TOLERANCE_MS, clockSkewOf, judgeFailure, type FlowKind } from "./failures.ts";
import { inStep, type FlowContext, type Step } from "./flow.ts";
import { endpointOf, requireOwn, type CheckedIssuer, type EndpointName } from "./issuer.ts";
import { exchange } from "./net-fetch.ts";
import type { FlowResponse, OAuthClient, TlsIdentity } from "./types.ts";

/** Form fields in order; a name may come more than once (`resource`). */
export type Form = readonly (readonly [name: string, value: string])[];

/** Who asks, where, and with which keys. */
export interface Party {
  readonly issuer: CheckedIssuer;
  readonly owner: OAuthClient;
  /** Presented at the token endpoint; null for none. */
  readonly tls: TlsIdentity | null;
  /** Proves possession at the token endpoint; null for none. */
  readonly dpop: DpopKey | null;
}

export interface TokenRequest extends Party {
  /** Name of the step. */
  readonly step: string;
  readonly grant: string;
  readonly kind: FlowKind;
  /** @param nowMs UTC milliseconds, as the issuer counts them */
  readonly form: (nowMs: number) => Form | Promise<Form>;
  /** The form itself carries something signed here with a time in it. */
  readonly formHoldsTime?: boolean;
}

/** What the judging half is told beside the answer. */
export interface Arrival {
  /** UTC milliseconds by our clock. */
  readonly at: number;
  /** How far the issuer's clock is ahead of ours; 0 within the tolerance. */
  readonly skewMs: number;
}

/** The metadata in the form that the library takes. Endpoints were checked already. */
function serverOf(issuer: CheckedIssuer): oauth.AuthorizationServer {
  return {
    issuer: issuer.issuer,
    ...issuer.metadata.endpoints,
    mtls_endpoint_aliases: issuer.metadata.mtlsAliases,
  };
}

/** What every call of the library is given. */
export function libraryParty(party: Party): {
  readonly server: oauth.AuthorizationServer;
  readonly owner: oauth.Client;
  readonly insecure: boolean;
} {
  return {
    server: serverOf(party.issuer),
    owner: { client_id: party.owner.clientId, use_mtls_endpoint_aliases: party.tls !== null },
    insecure: party.issuer.allowPlainHttpOnLoopback,
  };
}

async function post(step: Step, request: TokenRequest, nowMs: number): Promise<FlowResponse> {
  const { issuer, owner, tls, dpop } = request;
  const url = endpointOf(issuer, "token_endpoint", tls);
  if (owner.auth.method.startsWith("client_secret_") && "secret" in owner.auth)
    step.hide(owner.auth.secret);
  const auth = await clientAuthentication(owner, tls, nowMs);
  const form = await request.form(nowMs);
  const headers: Record<string, string> =
    dpop === null ? {} : { dpop: await dpop.proof("POST", url, null, nowMs) };
  const library = libraryParty(request);
  const response = await exchange(step, issuer.issuer, tls, (fetch) =>
    oauth.genericTokenEndpointRequest(
      library.server,
      library.owner,
      auth,
      request.grant,
      form.map(([name, value]) => [name, value]),
      { headers, [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: library.insecure },
    ),
  );
  dpop?.heed(url, response.headers);
  return response;
}

const MAY_BE_CLOCK = new Set([
  "invalid_client",
  "invalid_grant",
  "invalid_request",
  "invalid_dpop_proof",
]);

/** The issuer did nothing yet, and wants the same request with the nonce that it gave. */
const AGAIN = Symbol("again");

/**
 * Asks a token endpoint and judges what it answers, each attempt a step of its own.
 * @param judge gets answers of status 200 only
 * @throws Refusal of the port, of judgeFailure(), or of `judge`
 */
export async function askForToken<T>(
  ctx: FlowContext,
  request: TokenRequest,
  judge: (response: FlowResponse, step: Step, arrival: Arrival) => T | Promise<T>,
): Promise<T> {
  requireOwn(request.issuer, request.owner);
  const { issuer } = request.issuer;
  const timed =
    provesByTime(request.owner) || request.dpop !== null || request.formHoldsTime === true;
  let skew = 0;
  let nonceTried = false;
  for (;;) {
    let answer: FlowResponse | null = null;
    try {
      const result = await inStep(ctx, request.step, issuer, async (step) => {
        answer = await post(step, request, ctx.clock.now() + skew);
        const at = ctx.clock.now();
        if (!nonceTried && request.dpop !== null && wantsNonce(answer)) {
          // The way that it is meant to go where an issuer gives nonces out: nothing has failed.
          step.ruling.note("dpop-nonce", "RFC 9449 §8", true, {
            found: "a nonce to come back with",
          });
          return AGAIN;
        }
        const failure = judgeFailure(issuer, answer, request.kind, ctx.server, at);
        if (failure !== null) {
          noteFailure(step, failure);
          throw failure;
        }
        return judge(answer, step, { at, skewMs: knownSkew(answer, at) });
      });
      if (result !== AGAIN) return result;
      nonceTried = true;
    } catch (error) {
      if (!(error instanceof Refusal) || answer === null) throw error;
      const off = knownSkew(answer, ctx.clock.now());
      const wire = error.facts["wireError"];
      if (skew === 0 && timed && off !== 0 && typeof wire === "string" && MAY_BE_CLOCK.has(wire)) {
        skew = off;
        continue;
      }
      throw error;
    }
  }
}

/** Differences within the tolerance are nobody's fault, and no reason to do anything. */
function knownSkew(response: FlowResponse, nowMs: number): number {
  const skew = clockSkewOf(response, nowMs);
  return skew !== null && Math.abs(skew) > CLOCK_TOLERANCE_MS ? skew : 0;
}

/** Answers that are no failure: somebody has to wait, or the issuer cannot do this for anyone. */
const FORESEEN: Readonly<Record<string, readonly [rule: string, source: string]>> = {
  authorization_pending: ["person-still-away", "RFC 8628 §3.5"],
  slow_down: ["asked-to-slow-down", "RFC 8628 §3.5"],
  unsupported_token_type: ["revocation-of-this-kind", "RFC 7009 §2.2.1"],
};

/** A refused request as a broken rule, so that the X-ray has a line to point at. */
export function noteFailure(step: Step, failure: Refusal): void {
  const wire = failure.facts["wireError"];
  const foreseen =
    typeof wire === "string" && Object.hasOwn(FORESEEN, wire) ? FORESEEN[wire] : undefined;
  if (foreseen !== undefined) {
    step.ruling.remark = true;
    step.ruling.note(foreseen[0], foreseen[1], true, { found: wire });
    return;
  }
  step.ruling.note("issuer-accepts", "RFC 6749 §5.2", false, {
    expected: "200",
    found: failure.facts["error"] ?? failure.code,
  });
}

/** Sends one authenticated form to another endpoint of the issuer: introspection, revocation, device authorization. */
export async function postForm(
  step: Step,
  party: Party,
  endpoint: Exclude<EndpointName, "authorization_endpoint" | "jwks_uri" | "registration_endpoint">,
  nowMs: number,
  send: (
    auth: oauth.ClientAuth,
    library: ReturnType<typeof libraryParty>,
    fetch: Parameters<Parameters<typeof exchange>[3]>[0],
  ) => Promise<Response>,
): Promise<FlowResponse> {
  requireOwn(party.issuer, party.owner);
  // Refuses before anything is sent when there is no such endpoint.
  endpointOf(party.issuer, endpoint, party.tls);
  if ("secret" in party.owner.auth) step.hide(party.owner.auth.secret);
  const auth = await clientAuthentication(party.owner, party.tls, nowMs);
  return exchange(step, party.issuer.issuer, party.tls, (fetch) =>
    send(auth, libraryParty(party), fetch),
  );
}
