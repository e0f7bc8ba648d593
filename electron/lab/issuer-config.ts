// Both practice issuers' settings that are the same for every issuer worth its name.
import { randomBytes } from "node:crypto";
import { type Ctx, errors, type OidcClient, type TokenModel } from "oidc-provider";
import { resourceInfo } from "./exchange-grant.ts";
import type { SigningKeys } from "./keys.ts";
import { interactionPath, providerPages } from "./login-pages.ts";
import { peerOf, subjectMatches } from "./mtls.ts";
import { personOf } from "./people.ts";
import { registrationRules } from "./registration.ts";
import type { Resources } from "./resources.ts";
import type { StoreRoom } from "./store.ts";

export interface ConfigParts {
  readonly keys: SigningKeys;
  readonly store: (model: string) => StoreRoom;
  readonly resources: Resources;
  readonly clients: readonly Readonly<Record<string, unknown>>[];
  /** Seconds that an access token for a server lives. */
  readonly seconds: number;
  /** Members added to the metadata document. */
  readonly discovery: Readonly<Record<string, unknown>>;
  extraClaims(token: TokenModel): Record<string, unknown> | undefined;
  mayIntrospect(clientId: string): boolean;
}

export function issuerConfig(parts: ConfigParts): Record<string, unknown> {
  const everyScope = parts.resources.all.flatMap((resource) => [...resource.scopes]);
  const lifetime = (_ctx: Ctx, token: TokenModel): number =>
    token.resourceServer ? parts.seconds : 3600;
  return {
    adapter: parts.store,
    jwks: parts.keys.privateJwks,
    clients: parts.clients,
    clientDefaults: {
      id_token_signed_response_alg: "ES256",
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
    clientAuthMethods: [
      "client_secret_basic",
      "client_secret_post",
      "private_key_jwt",
      "tls_client_auth",
      "self_signed_tls_client_auth",
      "none",
    ],
    enabledJWA: {
      idTokenSigningAlgValues: ["ES256"],
      clientAuthSigningAlgValues: ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"],
    },
    // Servers' scopes are also the person's: what an account token holds is the most that an exchange can give.
    scopes: ["openid", "offline_access", "profile", "email", ...new Set(everyScope)],
    claims: { openid: ["sub", "tid"], profile: ["name"], email: ["email", "email_verified"] },
    conformIdTokenClaims: false,
    cookies: {
      keys: [randomBytes(32).toString("hex")],
      long: { httpOnly: true, sameSite: "lax" },
      short: { httpOnly: true, sameSite: "lax" },
    },
    discovery: parts.discovery,
    features: features(parts),
    extraTokenClaims: (_ctx: Ctx, token: TokenModel) => parts.extraClaims(token),
    findAccount: (_ctx: Ctx, sub: string) => {
      const person = personOf(sub);
      if (!person) return undefined;
      const { name, email, tenant } = person;
      return {
        accountId: sub,
        claims: () => ({ sub, tid: tenant, name, email, email_verified: true }),
      };
    },
    interactions: {
      url: (_ctx: Ctx, interaction: { uid: string }) => interactionPath(interaction.uid),
    },
    extraClientMetadata: registrationRules,
    renderError: providerPages.error,
    pkce: { required: () => true },
    responseTypes: ["code"],
    // RFC 9700 section 4.14.2: every refresh token is used once; used twice, the whole family is revoked.
    rotateRefreshToken: () => true,
    issueRefreshToken: (_ctx: Ctx, client: OidcClient) => client.grantTypeAllowed("refresh_token"),
    // A program goes on when the browser is closed: that is what its refresh token is for.
    expiresWithSession: () => false,
    assertJwtClientAuthClaimsAndHeader: (_ctx: Ctx, claims: { aud?: unknown }) => {
      // The issuer, as one string: an assertion for a list or for an endpoint can be carried elsewhere (rfc7523bis).
      if (claims.aud !== _ctx.oidc.issuer)
        throw new errors.InvalidClientAuth("aud must be the issuer");
    },
    ttl: {
      AccessToken: lifetime,
      ClientCredentials: lifetime,
      AuthorizationCode: () => 60,
      DeviceCode: () => 600,
      Grant: () => 14 * 86_400,
      IdToken: () => 3600,
      Interaction: () => 900,
      RefreshToken: () => 14 * 86_400,
      Session: () => 86_400,
    },
  };
}

function features(parts: ConfigParts): Record<string, unknown> {
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    clientCredentials: { enabled: true },
    deviceFlow: {
      enabled: true,
      charset: "base-20",
      mask: "****-****",
      deviceInfo: () => ({}),
      userCodeInputSource: providerPages.codeInput,
      userCodeConfirmSource: providerPages.codeConfirm,
      successSource: providerPages.deviceDone,
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx: Ctx, client: OidcClient, token: TokenModel) =>
        token.clientId === client.clientId,
    },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx: Ctx, client: OidcClient, token: TokenModel) =>
        parts.mayIntrospect(client.clientId) || token.clientId === client.clientId,
    },
    registration: { enabled: true, initialAccessToken: false, issueRegistrationAccessToken: true },
    // RFC 7592: who registered by itself can take it back.
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    pushedAuthorizationRequests: { enabled: true },
    userinfo: { enabled: true },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      tlsClientAuth: true,
      selfSignedTlsClientAuth: true,
      getCertificate: (ctx: Ctx) => peerOf(ctx.req)?.certificate,
      certificateAuthorized: (ctx: Ctx) => peerOf(ctx.req)?.trusted ?? false,
      certificateSubjectMatches: (ctx: Ctx, property: string, expected: string) => {
        const peer = peerOf(ctx.req);
        return peer !== null && subjectMatches(peer.certificate, property, expected);
      },
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      // Who left `resource` out of the token request still gets a token for what the person agreed to.
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx: Ctx, uri: string) => {
        const resource = parts.resources.byUri(uri);
        if (!resource) throw new errors.InvalidTarget();
        return resourceInfo(resource);
      },
    },
  };
}
