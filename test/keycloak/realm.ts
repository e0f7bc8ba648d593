// The realm that the tests import: people, a service, a server, and Countersign as a confidential OAuth client.

/** Everything that a test has to know of the realm. */
export interface Realm {
  readonly name: string;
  readonly clientId: string;
  readonly secret: string;
  /** The server that tokens are for, as Keycloak names it in `aud`. */
  readonly audience: string;
  readonly person: { readonly name: string; readonly password: string };
}

/** What `start-dev --import-realm` reads. */
export const realmFile = (realm: Realm, redirectUris: readonly string[]): object => ({
  realm: realm.name,
  enabled: true,
  sslRequired: "none",
  accessTokenLifespan: 300,
  clients: [
    {
      clientId: realm.clientId,
      name: "Countersign",
      protocol: "openid-connect",
      publicClient: false,
      clientAuthenticatorType: "client-secret",
      secret: realm.secret,
      standardFlowEnabled: true,
      serviceAccountsEnabled: true,
      directAccessGrantsEnabled: false,
      redirectUris,
      attributes: {
        "pkce.code.challenge.method": "S256",
        // Keycloak calls its RFC 8693 "standard token exchange, version 2"; off unless switched on for each of them.
        "standard.token.exchange.enabled": "true",
        "standard.token.exchange.enableRefreshRequestedTokenType": "NO",
      },
      // Keycloak puts a server into `aud` because a mapper says so, not because `resource` was asked (RFC 8707).
      protocolMappers: [
        {
          name: "audience of the server",
          protocol: "openid-connect",
          protocolMapper: "oidc-audience-mapper",
          config: { "included.client.audience": realm.audience, "access.token.claim": "true" },
        },
      ],
    },
    // The server itself: only a name that tokens can be for.
    { clientId: realm.audience, protocol: "openid-connect", bearerOnly: true },
  ],
  users: [
    {
      username: realm.person.name,
      enabled: true,
      emailVerified: true,
      email: `${realm.person.name}@larkspur.example`,
      firstName: "Ada",
      lastName: "Lovelace",
      credentials: [{ type: "password", value: realm.person.password, temporary: false }],
    },
  ],
});
