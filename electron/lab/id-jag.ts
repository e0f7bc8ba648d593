// Enterprise-managed authorization: one issuer vouches for its person at another (ID-JAG, a profile of RFC 8693 and
// RFC 7523). The home issuer gives the assertion out; the partner's issuer takes it and gives a token of its own.
import { randomUUID } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { type Provider, type Ctx, errors } from "oidc-provider";
import { resourceInfo } from "./exchange-grant.ts";
import type { Subject } from "./exchange-subject.ts";
import { ID_JAG_TYPE, JWT_BEARER } from "./grants.ts";
import type { SigningKeys } from "./keys.ts";
import type { Resource, Resources } from "./resources.ts";
import type { LabLog } from "./types.ts";

const TYP = "oauth-id-jag+jwt";
/** The assertion is used at once; seconds. */
const LIFE = 120;

export interface Partner {
  /** Exact issuer of the partner. */
  readonly issuer: string;
  readonly resources: Resources;
}

/** Signs the assertion: for the partner's issuer and nobody else, and for one client of it. */
export async function giveIdJag(
  ctx: Ctx,
  subject: Subject,
  home: { readonly issuer: string; readonly keys: SigningKeys; readonly partner: Partner },
): Promise<Record<string, unknown>> {
  const { audience, resource, scope } = ctx.oidc.params;
  if (audience !== home.partner.issuer)
    throw new errors.InvalidTarget("audience must be the issuer of the other company");
  const found = typeof resource === "string" ? home.partner.resources.byUri(resource) : null;
  if (resource !== undefined && !found) throw new errors.InvalidTarget("unknown resource");
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  const beyond = scopes.filter(
    (s) => !(found ?? home.partner.resources.all[0])?.scopes.includes(s),
  );
  if (beyond.length > 0)
    throw new errors.InvalidScope("not a scope of the other company", beyond.join(" "));
  const now = Math.floor(Date.now() / 1000);
  const life = Math.min(LIFE, subject.exp - now);
  const assertion = await home.keys.sign(
    {
      iss: home.issuer,
      sub: subject.sub,
      aud: home.partner.issuer,
      // The client's name at the partner: both practice issuers know it by the same one.
      client_id: ctx.oidc.client.clientId,
      jti: randomUUID(),
      iat: now,
      exp: now + life,
      ...(found ? { resource: found.uri } : {}),
      ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}),
    },
    TYP,
  );
  return {
    access_token: assertion,
    issued_token_type: ID_JAG_TYPE,
    // It opens nothing by itself (RFC 8693 section 2.2.1).
    token_type: "N_A",
    expires_in: life,
    ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}),
  };
}

export interface TakerHouse {
  readonly provider: Provider;
  readonly resources: Resources;
  readonly home: { readonly issuer: string; readonly jwksUri: string };
  readonly seconds: number;
  readonly log: LabLog;
}

/** The partner's side: RFC 7523 section 3 with the profile's own checks. */
export function jwtBearerGrant(house: TakerHouse): (ctx: Ctx) => Promise<void> {
  const keys = createRemoteJWKSet(new URL(house.home.jwksUri), { cooldownDuration: 500 });
  return async (ctx) => {
    const { client, params } = ctx.oidc;
    if (client.clientAuthMethod === "none")
      throw new errors.InvalidClientAuth("public clients bring no assertions");
    if (typeof params["assertion"] !== "string")
      throw new errors.InvalidRequest("assertion is missing");
    const claims = await judge(params["assertion"]).catch((error: unknown) => {
      house.log.info("lab.partner.assertion-refused", {
        why: error instanceof Error ? error.message : "unknown",
      });
      // RFC 7523 section 3.1: invalid_grant, and one text for every reason.
      throw new errors.InvalidGrant("the assertion is not acceptable");
    });
    const wanted = typeof params["resource"] === "string" ? params["resource"] : claims.resource;
    const resource: Resource | null =
      wanted === null ? (house.resources.all[0] ?? null) : house.resources.byUri(wanted);
    if (!resource || (claims.resource !== null && claims.resource !== resource.uri))
      throw new errors.InvalidTarget();
    const allowed = claims.scope ?? resource.scopes;
    const asked =
      typeof params["scope"] === "string" ? params["scope"].split(" ").filter(Boolean) : allowed;
    const beyond = asked.filter((scope) => !allowed.includes(scope));
    if (beyond.length > 0) throw new errors.InvalidScope("beyond the assertion", beyond.join(" "));
    const token = new house.provider.AccessToken({
      client,
      accountId: claims.sub,
      gty: JWT_BEARER,
      scope: asked.join(" "),
      expiresIn: house.seconds,
    });
    token.resourceServer = new house.provider.ResourceServer(resource.uri, resourceInfo(resource));
    const value = await token.save();
    ctx.body = {
      access_token: value,
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope: asked.join(" "),
    };

    async function judge(
      assertion: string,
    ): Promise<{ sub: string; resource: string | null; scope: string[] | null }> {
      const { payload } = await jwtVerify(assertion, keys, {
        issuer: house.home.issuer,
        typ: TYP,
        algorithms: ["ES256"],
        requiredClaims: ["exp", "iat", "jti", "sub", "aud", "client_id"],
      });
      if (payload.aud !== house.provider.issuer) throw new Error("for another issuer");
      if (payload["client_id"] !== client.clientId) throw new Error("for another client");
      const first = await house.provider.ReplayDetection.unique(
        "id-jag",
        String(payload.jti),
        payload.exp ?? 0,
      );
      if (!first) throw new Error("used before");
      const { resource: target, scope } = payload as { resource?: unknown; scope?: unknown };
      return {
        sub: String(payload.sub),
        resource: typeof target === "string" ? target : null,
        scope: typeof scope === "string" ? scope.split(" ") : null,
      };
    }
  };
}
