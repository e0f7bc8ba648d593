// What a theft teaches, said in one or two sentences, like the tour's own.
import type { Besides } from "./contract/lab.ts";
import type { Heard } from "./lab-steal.ts";
import { taken } from "./lab-steal.ts";

const REFUSED: Readonly<Record<string, string>> = {
  "wrong-audience":
    "Each token names the one server that it is for (aud), so a token stolen from one server opens no other (RFC 8707).",
  "wrong-issuer": "The token comes from an issuer that this server does not trust.",
  "unknown-key":
    "The token is signed by another company's issuer, whose keys this server does not take.",
  "no-certificate":
    "The token is bound: cnf names a certificate, and the server looks for it in the handshake. The token alone is worth nothing (RFC 8705 section 3).",
  "wrong-certificate":
    "A certificate was shown, and it is not the one that the token names. Only the holder of the right private key can show that one (RFC 8705 section 3).",
  "untrusted-certificate": "The certificate that was shown is not one of the company's.",
  "unbound-token":
    "This server takes nothing but bound tokens: one that anybody could use is refused whoever brings it.",
  "no-proof":
    "The token is bound: cnf names a key, and each request needs a fresh proof signed by it. The token alone is worth nothing (RFC 9449 section 7).",
  "wrong-proof":
    "A proof was sent, signed by a key of the thief's. The token names another key, and that one never left Countersign (RFC 9449 section 6).",
  "no-actor":
    "The token does not say which agent acts, and this server wants to know (RFC 8693 section 4.1).",
  malformed:
    "This is no token of the server's issuer: what opens one server says nothing to another.",
  "no-token": "This server wants a token of its issuer, and was shown none.",
  "no-key": "This server wants a key of its own, and was shown none.",
  "wrong-key": "This server knows its own keys only: what opens another one says nothing here.",
};

/** @param binding of what was stolen; null for a key */
export function lesson(
  heard: Heard,
  binding: "none" | "mtls" | "dpop" | null,
  besides: Besides,
): string {
  if (!taken(heard.status))
    return (
      REFUSED[heard.code ?? ""] ?? "The server knows this credential and does not take it here."
    );
  if (binding === null)
    return "A key works for whoever holds it, until somebody changes it. That is why it must never reach an agent.";
  if (besides === "right-certificate" && binding === "mtls")
    return "With the certificate's private key the token works: so Countersign uses it. The key lies in the vault and is in no token, so whoever steals the token has not got it.";
  return "A bearer token works for whoever holds it, at its own server, until it ends. Bound to a certificate or a key, it would not.";
}
