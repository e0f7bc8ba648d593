// The practice issuer: an OAuth authorization server and OpenID provider with everything that the patterns need.
import type { JSONWebKeySet } from "jose";
import { Provider, type TokenModel } from "oidc-provider";
import type { ClientMetadata } from "./clients.ts";
import type { ActorIssuer } from "./exchange-actor.ts";
import { EXCHANGE_PARAMETERS, exchangeGrant } from "./exchange-grant.ts";
import type { Act } from "./exchange-subject.ts";
import { ID_JAG_TYPE, TOKEN_EXCHANGE } from "./grants.ts";
import { giveIdJag, type Partner } from "./id-jag.ts";
import { issuerConfig } from "./issuer-config.ts";
import { createKeys, type SigningKeys } from "./keys.ts";
import type { Listener } from "./listeners.ts";
import { serveLogin } from "./login-pages.ts";
import { people, personOf } from "./people.ts";
import type { Resources } from "./resources.ts";
import { createStore } from "./store.ts";
import type { LabLog } from "./types.ts";

export interface IssuerParts {
  /** Plain HTTP on loopback: the issuer identifier. */
  readonly plain: Listener;
  /** HTTPS that asks for a client certificate: `mtls_endpoint_aliases` (RFC 8705 section 5). */
  readonly tls: Listener;
  readonly resources: Resources;
  readonly clients: readonly ClientMetadata[];
  readonly partner: Partner;
  /** Audiences, beside the person's own, whose tokens a client may exchange: a server goes on with what it got. */
  readonly audiences: Readonly<Record<string, readonly string[]>>;
  readonly introspectors: readonly string[];
  readonly seconds: number;
  readonly log: LabLog;
}

export interface Issuer {
  readonly url: string;
  readonly mtlsUrl: string;
  readonly jwksUri: string;
  readonly keys: SigningKeys;
  /** Registers a client, or replaces one, without the registration endpoint. RFC 7591 names. */
  addClient(metadata: ClientMetadata & { readonly client_id: string }): Promise<void>;
  /** From now on actor tokens of this issuer are believed. */
  trustActors(issuer: string, jwks: JSONWebKeySet, kind?: ActorIssuer["kind"]): void;
  /** A new signing key; tokens of the old one stay good. */
  rotateKeys(): Promise<void>;
}

/** What a client with a certificate asks for at the HTTPS listener (RFC 8705 section 5). */
const ALIASES = {
  token_endpoint: "/token",
  revocation_endpoint: "/token/revocation",
  introspection_endpoint: "/token/introspection",
  device_authorization_endpoint: "/device/auth",
  pushed_authorization_request_endpoint: "/request",
  userinfo_endpoint: "/me",
} as const;

export async function startIssuer(parts: IssuerParts): Promise<Issuer> {
  const keys = await createKeys();
  const store = createStore();
  const url = parts.plain.origin;
  const accountAudience = `${url}/account`;
  const stamps = new WeakMap<TokenModel, { act: Act | null; tenant: string | null }>();
  const revoked = new Set<string>();
  const issuedUnder = new Map<string, string[]>();
  const actors: ActorIssuer[] = [];

  const extraClaims = (token: TokenModel): Record<string, unknown> | undefined => {
    const stamp = stamps.get(token);
    if (stamp) {
      return {
        ...(stamp.act ? { act: stamp.act } : {}),
        ...(stamp.tenant === null ? {} : { tid: stamp.tenant }),
      };
    }
    const person = token.accountId === undefined ? null : personOf(token.accountId);
    if (!person) return undefined;
    return {
      tid: person.tenant,
      ...(person.mayAct === null ? {} : { may_act: { sub: person.mayAct } }),
    };
  };

  const build = (clients: readonly ClientMetadata[]): Provider => {
    const provider = new Provider(
      url,
      issuerConfig({
        keys,
        store,
        resources: parts.resources,
        clients,
        seconds: parts.seconds,
        extraClaims,
        mayIntrospect: (id) => parts.introspectors.includes(id),
        discovery: {
          mtls_endpoint_aliases: Object.fromEntries(
            Object.entries(ALIASES).map(([name, path]) => [name, parts.tls.origin + path]),
          ),
          identity_chaining_requested_token_types_supported: [ID_JAG_TYPE],
        },
      }),
    );
    listenTo(provider);
    provider.registerGrantType(
      TOKEN_EXCHANGE,
      exchangeGrant({
        provider,
        keys,
        resources: parts.resources,
        log: parts.log,
        seconds: parts.seconds,
        actorIssuers: (id) => actorIssuers(provider, id),
        audiences: (id) => [accountAudience, ...(parts.audiences[id] ?? [])],
        siblings: ["practice-desktop"],
        isRevoked: (jti) => revoked.has(jti),
        stamp: (token, claims) => stamps.set(token, claims),
        idJag: (ctx, subject) =>
          giveIdJag(ctx, subject, { issuer: url, keys, partner: parts.partner }),
      }),
      EXCHANGE_PARAMETERS,
      ["audience", "resource"],
    );
    return provider;
  };

  /** Whoever registered keys vouches under its own client id; the rest was named by hand. */
  const actorIssuers = async (
    provider: Provider,
    clientId: string,
  ): Promise<readonly ActorIssuer[]> => {
    const jwks = (await provider.Client.find(clientId))?.jwks;
    return jwks ? [...actors, { issuer: clientId, jwks, kind: "agent" }] : actors;
  };

  function listenTo(provider: Provider): void {
    // JWTs are not kept, so that what was signed under a grant is noted here, for the day it is revoked.
    const note = (token: TokenModel): void => {
      if (token.grantId === undefined) return;
      issuedUnder.set(
        token.grantId,
        [...(issuedUnder.get(token.grantId) ?? []), token.jti].slice(-200),
      );
    };
    provider.on("access_token.issued", note);
    provider.on("grant.revoked", (_ctx: unknown, grantId: string) => {
      for (const jti of issuedUnder.get(grantId) ?? []) revoked.add(jti);
      issuedUnder.delete(grantId);
    });
    provider.on(
      "grant.error",
      (_ctx: unknown, error: { message: string; error_detail?: string }) => {
        parts.log.info("lab.issuer.refused", {
          error: error.message,
          why: error.error_detail ?? "",
        });
      },
    );
    const broken = (_ctx: unknown, error: Error): void =>
      parts.log.warn("lab.issuer.failed", { error: error.message });
    provider.on("server_error", broken);
    provider.on("error", (error: Error) => broken(null, error));
  }

  let provider = build(parts.clients);
  let callback = provider.callback();
  parts.plain.serve((request, response) => {
    if (!serveLogin(provider, request, response)) callback(request, response);
  });
  parts.tls.serve((request, response) => callback(request, response));

  return {
    url,
    mtlsUrl: parts.tls.origin,
    jwksUri: provider.urlFor("jwks"),
    keys,
    async addClient(metadata) {
      // A client that bears a person's name could pass for that person at a careless server (RFC 9700 section 4.15).
      if (personOf(metadata.client_id)) throw new Error("a person bears that name");
      await store("Client").upsert(metadata.client_id, { ...metadata });
    },
    trustActors(issuer, jwks, kind = "agent") {
      if (people.some((person) => person.sub === issuer)) throw new Error("a person is no issuer");
      actors.unshift({ issuer, jwks, kind });
    },
    async rotateKeys() {
      await keys.rotate();
      provider = build(parts.clients);
      callback = provider.callback();
    },
  };
}
