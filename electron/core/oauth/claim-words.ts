// What each part of a token means, in one sentence, and where that is written. For people who look into one.

/** @remarks keyed by name; what lies inside another by its path: `cnf.jkt`. */
export const CLAIM_WORDS: Readonly<Record<string, readonly [meaning: string, source: string]>> = {
  alg: ["How it is signed; the server decides which ways it takes.", "RFC 7515 section 4.1.1"],
  kid: ["Which of the issuer's published keys signed it.", "RFC 7515 section 4.1.4"],
  typ: ["What kind of token it is: at+jwt is an access token.", "RFC 9068 section 2.1"],
  iss: ["Who issued it; the server takes tokens of this issuer only.", "RFC 7519 section 4.1.1"],
  sub: ["Whom it is about: a person, or the registration itself.", "RFC 7519 section 4.1.2"],
  aud: ["The one server that it is for; any other refuses it.", "RFC 7519 section 4.1.3, RFC 8707"],
  exp: ["When it ends, by itself.", "RFC 7519 section 4.1.4"],
  nbf: ["Before this it is not good yet.", "RFC 7519 section 4.1.5"],
  iat: ["When it was issued.", "RFC 7519 section 4.1.6"],
  jti: ["Its own number, so that one token can be told from another.", "RFC 7519 section 4.1.7"],
  client_id: ["The registration that asked for it: Countersign's own.", "RFC 8693 section 4.3"],
  azp: ["The registration that it was issued to.", "OpenID Connect Core section 2"],
  scope: ["What may be done with it, and nothing beyond.", "RFC 8693 section 4.2"],
  tid: ["Which company the person belongs to; this issuer's own word.", "RFC 7519 section 4.3"],
  auth_time: ["When the person signed in.", "OpenID Connect Core section 2"],
  "act.sub": ["Who acts now, on behalf of the subject: the agent.", "RFC 8693 section 4.1"],
  "act.iss": ["Who vouches for the one who acts.", "RFC 8693 section 4.1"],
  "act.sub_profile": ["What kind of party acts; this issuer's own word.", "RFC 7519 section 4.3"],
  "cnf.x5t#S256": [
    "Thumbprint of the one certificate that it may be shown with.",
    "RFC 8705 section 3.1",
  ],
  "cnf.jkt": ["Thumbprint of the key that must sign each request.", "RFC 9449 section 6.1"],
  may_act: ["Who alone may act for this person.", "RFC 8693 section 4.4"],
};
