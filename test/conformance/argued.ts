// What the suite holds against Countersign, and why it stays so. The table may only shrink: a check that passes and
// stands here fails the test.

const ENTERPRISE =
  "The suite hands over an ID token of an issuer that has no authorization endpoint. Countersign takes no ID token " +
  "from outside: it exchanges only one that came of its own sign-in, validated with nonce and signature. The same " +
  "flow is held to the lab's issuer and partner in test/lab/id-jag.test.ts and test/core/oauth.";
const WORKLOAD =
  "Workload identity (SEP-1933) hands over a JWT that a platform gave to a workload. Countersign is a person's " +
  "desktop app and has no such pattern; the grant itself (RFC 7523) is the second half of ID-JAG.";
const DPOP =
  "The suite wants an account's token bound to a key from the sign-in on, by an issuer that gives no refresh token. " +
  "Countersign's sign-in presents no key; the proofs themselves are held to the lab's issuer in test/core/oauth.";

/** Scenario → check → why. */
export const ARGUED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "auth/enterprise-managed-authorization": {
    "complete-flow-token-exchange": ENTERPRISE,
    "complete-flow-jwt-bearer": ENTERPRISE,
  },
  "auth/wif-jwt-bearer": { "wif-assertion-verified": WORKLOAD },
  "auth/dpop": {
    "sep-1932-client-dpop-auth-scheme": DPOP,
    "sep-1932-client-fresh-proof": DPOP,
    "sep-1932-client-token-request-proof": DPOP,
  },
  "auth/dpop-nonce": {
    "sep-1932-client-as-nonce": DPOP,
    "sep-1932-client-dpop-auth-scheme": DPOP,
    "sep-1932-client-fresh-proof": DPOP,
    "sep-1932-client-rs-nonce": DPOP,
    "sep-1932-client-token-request-proof": DPOP,
  },
};
