// Token exchange (RFC 8693) at the practice issuer: strict, so that whoever passes here passes elsewhere.
import { type Provider, type Ctx, errors, type NewToken, type TokenModel } from "oidc-provider";
import { checkProof, PROOF_WINDOW } from "./dpop.ts";
import { type Actor, type ActorIssuer, judgeActor } from "./exchange-actor.ts";
import { type Act, judgeSubject, type Subject } from "./exchange-subject.ts";
import {
  ACCESS_TOKEN_TYPE,
  ID_JAG_TYPE,
  ID_TOKEN_TYPE,
  JWT_TYPE,
  TOKEN_EXCHANGE,
} from "./grants.ts";
import type { SigningKeys } from "./keys.ts";
import { peerOf } from "./mtls.ts";
import type { Resource, Resources } from "./resources.ts";
import type { LabLog } from "./types.ts";

export interface ExchangeHouse {
  readonly provider: Provider;
  readonly keys: SigningKeys;
  readonly resources: Resources;
  readonly log: LabLog;
  /** Seconds that an exchanged token lives at most. */
  readonly seconds: number;
  actorIssuers(clientId: string): Promise<readonly ActorIssuer[]>;
  /** Audiences whose tokens this client may exchange. */
  audiences(clientId: string): readonly string[];
  readonly siblings: readonly string[];
  isRevoked(jti: string): boolean;
  /** Writes `act` into the token that is about to be saved. */
  stamp(token: TokenModel, claims: { act: Act | null; tenant: string | null }): void;
  /** Answers a request for an ID-JAG. */
  idJag(ctx: Ctx, subject: Subject): Promise<Record<string, unknown>>;
}

// Fixed texts (negative test 41): the reason goes to the lab's log.
const SUBJECT_REFUSED = "the subject_token is not acceptable";
const ACTOR_REFUSED = "the actor_token is not acceptable";

export const EXCHANGE_PARAMETERS = [
  "subject_token",
  "subject_token_type",
  "actor_token",
  "actor_token_type",
  "requested_token_type",
  "audience",
  "resource",
  "scope",
] as const;

export function exchangeGrant(house: ExchangeHouse): (ctx: Ctx) => Promise<void> {
  return async (ctx) => {
    const { client } = ctx.oidc;
    // Whoever cannot prove who he is exchanges nothing (RFC 8693 section 5).
    if (client.clientAuthMethod === "none")
      throw new errors.InvalidClientAuth("public clients exchange nothing");
    const asked = readParameters(ctx);
    const subject = await subjectOf(house, ctx, asked);
    const actor = await actorOf(house, ctx, asked);
    checkMayAct(subject, actor);
    if (asked.wanted === ID_JAG_TYPE) {
      ctx.body = await house.idJag(ctx, subject);
      return;
    }
    const resource = target(house.resources, ctx);
    const scope = narrow(subject, resource, asked.scope);
    const left = subject.exp - Math.floor(Date.now() / 1000);
    const fields: NewToken = {
      client,
      accountId: subject.sub,
      gty: TOKEN_EXCHANGE,
      scope,
      // Nobody acts for a person longer than the person's own token lives (negative test 55).
      expiresIn: Math.min(house.seconds, left),
    };
    const token = new house.provider.AccessToken(fields);
    token.resourceServer = new house.provider.ResourceServer(resource.uri, resourceInfo(resource));
    await bind(house, ctx, token, subject);
    house.stamp(token, { act: chain(actor, subject.act), tenant: subject.tenant });
    const value = await token.save();
    ctx.body = {
      access_token: value,
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope,
    };
  };
}

interface Asked {
  readonly subjectToken: string;
  readonly subjectType: string;
  readonly actorToken: string | null;
  readonly wanted: string;
  readonly scope: string | null;
}

/** RFC 8693 section 2.1: what must be there, and what must not be there alone. */
function readParameters(ctx: Ctx): Asked {
  const one = (name: string): string | null => {
    const value = ctx.oidc.params[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const subjectToken = one("subject_token");
  const subjectType = one("subject_token_type");
  if (subjectToken === null) throw new errors.InvalidRequest("subject_token is missing");
  if (subjectType === null) throw new errors.InvalidRequest("subject_token_type is missing");
  const actorToken = one("actor_token");
  const actorType = one("actor_token_type");
  if (actorToken !== null && actorType === null)
    throw new errors.InvalidRequest("actor_token_type is missing");
  if (actorToken === null && actorType !== null) {
    throw new errors.InvalidRequest("actor_token_type without actor_token");
  }
  if (actorType !== null && actorType !== JWT_TYPE)
    throw new errors.InvalidRequest(`actor_token_type must be ${JWT_TYPE}`);
  const wanted = one("requested_token_type") ?? ACCESS_TOKEN_TYPE;
  if (wanted !== ACCESS_TOKEN_TYPE && wanted !== ID_JAG_TYPE) {
    throw new errors.InvalidRequest("requested_token_type is not issued here");
  }
  // An ID token says who somebody is, not what may be done: good for an ID-JAG, never for an access token.
  if ((subjectType === ID_TOKEN_TYPE) !== (wanted === ID_JAG_TYPE))
    throw new errors.InvalidRequest(SUBJECT_REFUSED);
  return { subjectToken, subjectType, actorToken, wanted, scope: one("scope") };
}

async function subjectOf(house: ExchangeHouse, ctx: Ctx, asked: Asked): Promise<Subject> {
  const { clientId } = ctx.oidc.client;
  try {
    return await judgeSubject(asked.subjectToken, asked.subjectType, {
      provider: house.provider,
      keys: house.keys,
      audiences: house.audiences(clientId),
      clientId,
      siblings: house.siblings,
      isRevoked: (jti) => house.isRevoked(jti),
    });
  } catch (error) {
    house.log.info("lab.exchange.subject-refused", { client: clientId, why: reason(error) });
    // invalid_request, not invalid_grant (RFC 8693 section 2.2.2).
    throw new errors.InvalidRequest(SUBJECT_REFUSED);
  }
}

async function actorOf(house: ExchangeHouse, ctx: Ctx, asked: Asked): Promise<Actor | null> {
  if (asked.actorToken === null) return null;
  const { clientId } = ctx.oidc.client;
  try {
    const actor = await judgeActor(
      asked.actorToken,
      await house.actorIssuers(clientId),
      house.provider.issuer,
    );
    if (await house.provider.ReplayDetection.unique(`actor ${actor.iss}`, actor.jti, actor.exp))
      return actor;
    throw new Error("used before");
  } catch (error) {
    house.log.info("lab.exchange.actor-refused", { client: clientId, why: reason(error) });
    throw new errors.InvalidRequest(ACTOR_REFUSED);
  }
}

/** RFC 8693 section 4.4: where the person named who may act, nobody else may, not even silently. */
function checkMayAct({ mayAct }: Subject, actor: Actor | null): void {
  if (mayAct === null) return;
  if (actor?.sub !== mayAct.sub || (mayAct.iss !== null && actor.iss !== mayAct.iss)) {
    throw new errors.InvalidRequest("may_act of the subject_token names another actor");
  }
}

/** One target, and one that we know (RFC 8693 section 2.1.1, RFC 8707 section 2). */
function target(resources: Resources, ctx: Ctx): Resource {
  const { resource, audience } = ctx.oidc.params;
  if (Array.isArray(resource) || Array.isArray(audience))
    throw new errors.InvalidTarget("one target at a time");
  const byUri = resource === undefined ? null : resources.byUri(resource);
  const byName =
    audience === undefined ? null : (resources.byName(audience) ?? resources.byUri(audience));
  if ((resource !== undefined && !byUri) || (audience !== undefined && !byName)) {
    throw new errors.InvalidTarget("unknown resource or audience");
  }
  if (byUri && byName && byUri !== byName)
    throw new errors.InvalidTarget("resource and audience differ");
  const found = byUri ?? byName;
  if (!found?.exchangeable) throw new errors.InvalidTarget("name a resource or an audience");
  return found;
}

/** Never more than the subject has, never what the target does not know. */
function narrow(subject: Subject, resource: Resource, wanted: string | null): string {
  const possible = resource.scopes.filter((scope) => subject.scopes.has(scope));
  const scopes = wanted === null ? possible : wanted.split(" ").filter(Boolean);
  const beyond = scopes.filter((scope) => !possible.includes(scope));
  if (beyond.length > 0 || scopes.length === 0) {
    throw new errors.InvalidScope("the subject_token does not reach as far", beyond.join(" "));
  }
  return scopes.join(" ");
}

/** The current actor outside, whoever acted before inside (RFC 8693 section 4.1). */
function chain(actor: Actor | null, before: Act | null): Act | null {
  if (!actor) return before;
  return {
    sub: actor.sub,
    iss: actor.iss,
    sub_profile: actor.profile,
    ...(before ? { act: before } : {}),
  };
}

/** Binds the new token to what the client proves; a bound subject token wants its own proof first. */
async function bind(
  house: ExchangeHouse,
  ctx: Ctx,
  token: TokenModel,
  subject: Subject,
): Promise<void> {
  const peer = peerOf(ctx.req);
  const proof = await proofOf(house, ctx);
  if (subject.thumbprint !== null && subject.thumbprint !== peer?.thumbprint)
    throw new errors.InvalidRequest(SUBJECT_REFUSED);
  if (subject.jkt !== null && subject.jkt !== proof)
    throw new errors.InvalidRequest(SUBJECT_REFUSED);
  if (ctx.oidc.client.tlsClientCertificateBoundAccessTokens || subject.thumbprint !== null) {
    if (!peer) throw new errors.InvalidGrant("mutual TLS client certificate not provided");
    token.setThumbprint("x5t", peer.certificate);
  }
  if (ctx.oidc.client.dpopBoundAccessTokens && proof === null)
    throw new errors.InvalidGrant("DPoP proof JWT not provided");
  if (proof !== null) token.setThumbprint("jkt", proof);
}

async function proofOf(house: ExchangeHouse, ctx: Ctx): Promise<string | null> {
  const header = ctx.get("dpop");
  if (header === "") return null;
  try {
    const proof = await checkProof(header, "POST", house.provider.urlFor("token"), null);
    const until = proof.iat + 2 * PROOF_WINDOW;
    if (await house.provider.ReplayDetection.unique(`dpop ${proof.jkt}`, proof.jti, until))
      return proof.jkt;
    throw new Error("the proof was used before");
  } catch (error) {
    throw new errors.InvalidDpopProof(reason(error));
  }
}

/** What the issuer's library wants to know about a resource server. */
export function resourceInfo(resource: Resource): Record<string, unknown> {
  return {
    scope: resource.scopes.join(" "),
    audience: resource.uri,
    accessTokenFormat: resource.format,
    ...(resource.format === "jwt" ? { jwt: { sign: { alg: "ES256" } } } : {}),
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}
