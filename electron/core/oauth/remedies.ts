// How to mend what a broken rule shows: one sentence for each rule that a person, or the operator of the issuer or
// server, can do something about. A rule without one leaves the refusal's own advice to speak.

const AT_ISSUER = {
  "issuer-accepts":
    "Compare what was sent with the registration at the issuer: client id, how it proves itself, grant type, scopes and resource.",
  "issuer-equal": "Enter the issuer exactly as its metadata names itself, slash and case included.",
  "endpoint-https": "The issuer's operator has to serve its endpoints over https.",
  "endpoint-hosts":
    "Ask the issuer's operator whether these endpoints are theirs before trusting them.",
  "metadata-json": "Check the issuer's address: what answers there is not an authorization server.",
  "metadata-present":
    "Check the issuer's address, or ask its operator to publish RFC 8414 or OpenID metadata.",
  "metadata-status": "Check the issuer's address, and whether it works now.",
  "keys-readable": "The issuer's operator has to mend the key set that its metadata names.",
  "pkce-s256":
    "The issuer's operator has to offer PKCE with S256 (code_challenge_methods_supported).",
  "answer-json": "Check that the token endpoint is the issuer's and no proxy's or login page's.",
  "token-present": "Ask the issuer's operator why an answer without an error holds no token.",
  "token-type-present": "The issuer's operator has to state token_type.",
  "token-type-known": "Turn on Bearer (or DPoP) access tokens for this registration at the issuer.",
  "lifetime-positive": "The issuer's operator has to correct expires_in.",
  "device-codes": "The issuer's operator has to mend its device authorization endpoint.",
  "verification-uri": "The issuer's operator has to serve the verification address over https.",
} as const;

const ABOUT_TOKENS = {
  audience:
    "Set the resource (or audience) of this server to what the issuer puts into aud, or have the issuer name this server there.",
  "client-id": "Check the client id of this registration: the token was made for another one.",
  "not-expired": "Compare this machine's clock with the issuer's: countersign doctor.",
  "scope-not-wider": "Have the issuer grant no more than is asked for, or ask for these scopes.",
  "scope-as-asked": "Allow these scopes for this registration at the issuer.",
  "cnf-present":
    "Turn on certificate-bound access tokens (RFC 8705) for this registration at the issuer.",
  "cnf-matches-certificate":
    "Register the certificate that Countersign presents, and end TLS at the issuer itself or have its proxy pass that certificate on.",
  "not-bound-to-a-stranger":
    "The issuer binds tokens to a key that Countersign does not have: check which certificate or key is registered.",
  "dpop-bound": "Turn on DPoP-bound access tokens (RFC 9449) for this registration at the issuer.",
  "jkt-matches-key": "The issuer bound the token to another key: register this one anew.",
  "token-active":
    "Ask the issuer's operator why it calls a token inactive that it has just issued.",
  "issued-token-type": "Allow token exchange to access tokens for this registration at the issuer.",
  "actor-named":
    "Have the issuer put the actor into the act claim, or set this server's actor to “if supported”.",
  "actor-is-our-agent": "Register the agents' public keys at the issuer: countersign agent jwks.",
} as const;

const ABOUT_SIGN_IN = {
  "iss-present": "The issuer's operator has to return iss in its authorization answer (RFC 9207).",
  "iss-equal": "Another issuer answered: begin the sign-in again, and stop if it happens twice.",
  "state-equal": "Begin the sign-in again in one browser window, and finish it there.",
  "redirect-path": "Register the redirect address exactly as Countersign shows it.",
  "no-error": "The issuer's own words stand under Found; sign in again once that is settled.",
  "id-token-signature": "The issuer's operator has to sign with a key that its key set names.",
  "id-token-aud":
    "Check the client id of this registration: the ID token was made for another one.",
  "id-token-iss": "Enter the issuer exactly as its ID tokens name it.",
  "id-token-nonce": "Begin the sign-in again; an old answer was given back.",
  "id-token-sub": "Sign in as the same person as before, or sign the old account out first.",
} as const;

const REMEDIES: Readonly<Record<string, string>> = {
  ...AT_ISSUER,
  ...ABOUT_TOKENS,
  ...ABOUT_SIGN_IN,
};

/** How to mend a breach of this rule; null where nothing is known beyond the refusal's advice. */
export const remedyFor = (rule: string): string | null =>
  Object.hasOwn(REMEDIES, rule) ? (REMEDIES[rule] ?? null) : null;
