// What a kept token is filed under. Two calls share a token only if everything that shaped it is equal.

/**
 * Names one credential at one issuer for one purpose. Every member takes part in equality: nothing is shared
 * across tenants, issuers, accounts, agents or TLS identities.
 */
export interface TokenKey {
  readonly tenant: string;
  /** Exact issuer identifier (RFC 8414 section 2). */
  readonly issuer: string;
  readonly clientId: string;
  /** Changes when the client secret, the key or the grant is replaced: an id or an instant, never the secret. */
  readonly credentialVersion: string;
  /** `srv_…`; null for an account's own token, which serves as a subject for several servers. */
  readonly server: string | null;
  /** `acc_…`; null where no person takes part. */
  readonly account: string | null;
  /** `agt_…` where the token names the agent (RFC 8693 section 4.1); null where agents share it. */
  readonly agent: string | null;
  /** RFC 8707 resource or RFC 8693 audience; null where none is asked for. */
  readonly resource: string | null;
  /** Order and repetition do not matter (RFC 6749 section 3.3). */
  readonly scope: readonly string[];
  /** `crt_…`: what the token is bound to. A renewed certificate is another key, so its token is minted anew. */
  readonly identity: string | null;
}

/** A text that is equal exactly where two keys mean the same. Not for people, and it holds no secret. */
export function keyText(key: TokenKey): string {
  return JSON.stringify([
    key.tenant,
    key.issuer,
    key.clientId,
    key.credentialVersion,
    key.server,
    key.account,
    key.agent,
    key.resource,
    [...new Set(key.scope)].sort(),
    key.identity,
  ]);
}
