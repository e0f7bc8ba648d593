// `x5t#S256`: the SHA-256 of a certificate's DER in base64url without padding (RFC 8705 section 3.1, RFC 7515
// section 4.1.8), and the rule that holds an inbound token to the certificate of its TLS connection.

/**
 * 32 bytes are 42 full characters and one that carries four bits: only every fourth letter can stand last. A text
 * with other last bits would decode to the same bytes and yet be another text.
 */
const THUMBPRINT = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

export const isThumbprint = (text: unknown): text is string =>
  typeof text === "string" && THUMBPRINT.test(text);

/** What is wrong with a thumbprint, in short words for people; null where nothing is (negative test 65). */
export function thumbprintFault(text: unknown): string | null {
  if (isThumbprint(text)) return null;
  if (typeof text !== "string") return "not a text";
  if (/^(?:[0-9a-fA-F]{2}[: ]?){32}$/.test(text)) return "hexadecimal instead of base64url";
  if (/^[A-Za-z0-9_-]{27}=?$/.test(text) || /^(?:[0-9a-fA-F]{2}:?){20}$/.test(text)) {
    return "SHA-1 instead of SHA-256";
  }
  if (/^[A-Za-z0-9_-]{43}=+$/.test(text)) return "padded";
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text) && /[+/]/.test(text)) return "base64 instead of base64url";
  return "not the base64url form of a SHA-256";
}

export type BindingRuling =
  /** The token's `cnf` names the certificate that this very connection was made with. */
  | { readonly ok: true; readonly bound: true }
  /** The token has no `cnf`. Whether that is enough is the caller's policy; it never is where binding was asked for. */
  | { readonly ok: true; readonly bound: false }
  | {
      readonly ok: false;
      readonly reason:
        | "certificate-absent"
        | "certificate-differs"
        | "confirmation-malformed"
        | "confirmation-unknown";
      /** For people; never a whole thumbprint of someone else's. */
      readonly note: string;
    };

/**
 * Whether a token may be used on this connection (RFC 8705 section 3; negative tests 63 to 66). A failed ruling is
 * answered with 401 `invalid_token`.
 * @param cnf the token's `cnf` claim as it was read; undefined where it has none
 * @param peer the certificate of the TLS connection, never of a header (RFC 8705 section 6.5, negative test 73)
 * @param handledElsewhere members of `cnf` that the caller checks itself, such as `jkt`
 */
export function checkInboundBinding(
  cnf: unknown,
  peer: { readonly thumbprint: string } | null,
  handledElsewhere: readonly string[] = [],
): BindingRuling {
  if (cnf === undefined) return { ok: true, bound: false };
  if (typeof cnf !== "object" || cnf === null || Array.isArray(cnf)) {
    return refused("confirmation-malformed", "cnf is not an object");
  }
  const members = Object.keys(cnf);
  // A confirmation that nobody here checks would be no confirmation (RFC 7800 section 3.1 lets recipients refuse).
  const unknown = members.find((name) => name !== "x5t#S256" && !handledElsewhere.includes(name));
  if (unknown !== undefined) {
    return refused("confirmation-unknown", `cnf.${unknown.slice(0, 40)} is not checked here`);
  }
  if (!Object.hasOwn(cnf, "x5t#S256")) {
    return members.length > 0
      ? { ok: true, bound: false }
      : refused("confirmation-malformed", "cnf is empty");
  }
  const wanted: unknown = (cnf as Readonly<Record<string, unknown>>)["x5t#S256"];
  const fault = thumbprintFault(wanted);
  if (fault !== null) return refused("confirmation-malformed", `x5t#S256 is ${fault}`);
  if (peer === null) return refused("certificate-absent", "the connection has no certificate");
  // A thumbprint is public: comparing it needs no constant time.
  return wanted === peer.thumbprint
    ? { ok: true, bound: true }
    : refused("certificate-differs", "the token is bound to another certificate");
}

const refused = (
  reason: Extract<BindingRuling, { ok: false }>["reason"],
  note: string,
): BindingRuling => ({ ok: false, reason, note });
