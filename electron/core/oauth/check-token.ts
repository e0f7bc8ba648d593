// The only maker of CheckedToken. Whoever attaches a token asks isChecked(): a token that did not pass here
// cannot be sent by mistake.
import { Refusal } from "../errors.ts";
import type { JsonObject } from "./answer.ts";
import { scopesOf } from "./challenge.ts";
import { CLOCK_TOLERANCE_MS } from "./failures.ts";
import { actorsOf, audienceOf, confirmationOf, dateOf, decodeJwt } from "./jwt.ts";
import type { Ruling } from "./ruling.ts";
import { isHeaderSafe, refused, shownType, type TokenAnswer } from "./token-answer.ts";
import type { CheckedToken, TokenBinding } from "./types.ts";

/** How long a token is trusted whose issuer did not say (negative test 101). */
export const DEFAULT_LIFETIME_MS = 5 * 60_000;
/** Longest life that is believed: a day, as the five patterns have it. */
export const LONGEST_LIFETIME_MS = 24 * 3_600_000;

export interface TokenWant {
  readonly issuer: string;
  /** What was asked for. */
  readonly scope: readonly string[];
  /** What it must be bound to; a bound token is never replaced by an unbound one. */
  readonly binding: TokenBinding;
  /** Names of the resource or audience that was asked for; empty when none was. */
  readonly audience: readonly string[];
  /** Refuse a token for others than `audience` (exchange), rather than only show it. */
  readonly audienceDecides: boolean;
  /** Refuse a token with more scope than was asked (exchange), rather than only show it. */
  readonly widerScopeAllowed: boolean;
  /** UTC milliseconds when the answer came, by our clock. */
  readonly obtainedAt: number;
  /** How far the issuer's clock is ahead of ours, milliseconds; 0 when it is not known. */
  readonly skewMs: number;
}

/** What else is known beside the answer itself. */
export interface TokenEvidence {
  /** Claims by introspection (RFC 7662), for an opaque token. */
  readonly introspected: JsonObject | null;
  /** Claims of an ID token that was validated. */
  readonly idClaims: JsonObject | null;
}

const checked = new WeakSet<CheckedToken>();

/** True only for what checkToken() or readmit() returned. */
export const isChecked = (token: CheckedToken): boolean => checked.has(token);

function vouch(token: CheckedToken): CheckedToken {
  const frozen = Object.freeze(token);
  checked.add(frozen);
  return frozen;
}

/** SHA-256 in base64url without padding is 43 characters, the last of which carries only two bits. */
const S256 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

function formOf(value: unknown): string {
  if (typeof value !== "string") return "no text";
  if (S256.test(value)) return "a SHA-256 thumbprint";
  if (value.endsWith("=")) return "padded base64";
  if (/^[0-9a-fA-F]{64}$/.test(value)) return "hexadecimal";
  if (/^[A-Za-z0-9_-]{27}$/.test(value)) return "a SHA-1 thumbprint";
  return "something else";
}

function checkCertificate(
  want: TokenWant,
  claims: JsonObject | null,
  thumbprint: string,
  ruling: Ruling,
): void {
  const { issuer } = want;
  const found = claims === null ? undefined : confirmationOf(claims);
  const value = found?.x5tS256;
  if (value === undefined && found?.x5t === undefined) {
    ruling.must(
      "cnf-present",
      "RFC 8705 §3",
      false,
      {
        expected: "cnf.x5t#S256",
        found: claims === null ? "an opaque token, and no introspection" : "no cnf",
      },
      () => new Refusal("token_not_bound", { issuer, retry: "never" }),
    );
  }
  ruling.must(
    "cnf-matches-certificate",
    "RFC 8705 §3.1",
    typeof value === "string" && S256.test(value) && value === thumbprint,
    { expected: thumbprint, found: value === undefined ? "only x5t (SHA-1)" : value },
    () =>
      new Refusal("token_binding_mismatch", {
        issuer,
        found: value === undefined ? "a SHA-1 thumbprint" : formOf(value),
        retry: "never",
      }),
  );
}

function checkBinding(
  want: TokenWant,
  answer: TokenAnswer,
  claims: JsonObject | null,
  ruling: Ruling,
): TokenBinding {
  const { binding, issuer } = want;
  const found = claims === null ? null : confirmationOf(claims);
  if (binding.type === "mtls") {
    checkCertificate(want, claims, binding.thumbprint, ruling);
    return binding;
  }
  if (binding.type === "dpop") {
    // RFC 9449 section 5: token_type says whether the issuer has bound it.
    ruling.must(
      "dpop-bound",
      "RFC 9449 §5",
      answer.type === "dpop" && !(claims !== null && found?.jkt === undefined),
      { expected: "DPoP, with cnf.jkt", found: shownType(answer.type) },
      () => new Refusal("token_not_bound", { issuer, retry: "never" }),
    );
    if (found !== null) {
      ruling.must(
        "jkt-matches-key",
        "RFC 9449 §6.1",
        found.jkt === binding.jkt,
        { expected: binding.jkt, found: found.jkt },
        () =>
          new Refusal("token_binding_mismatch", { issuer, found: "another key", retry: "never" }),
      );
    }
    return binding;
  }
  // Nobody here holds the key that such a token wants: it would be refused by every server, or worse, by none.
  ruling.must(
    "not-bound-to-a-stranger",
    "RFC 7800 §3.1",
    found === null || (found.x5tS256 === undefined && found.jkt === undefined),
    { expected: "no binding", found: found?.jkt === undefined ? "cnf.x5t#S256" : "cnf.jkt" },
    () =>
      new Refusal("token_binding_mismatch", {
        issuer,
        found: "a key that was not offered",
        retry: "never",
      }),
  );
  return binding;
}

function expiryOf(
  want: TokenWant,
  answer: TokenAnswer,
  claims: JsonObject | null,
  ruling: Ruling,
): number {
  const said = answer.lifetimeMs;
  ruling.must(
    "lifetime-positive",
    "RFC 6749 §5.1",
    said === null || said > 0,
    { expected: "more than 0 seconds", found: said === null ? "not stated" : `${said / 1000} s` },
    () => refused(want.issuer, "it had expired when it was issued"),
  );
  const exp = claims === null ? null : dateOf(claims, "exp");
  // By the issuer's own clock: a machine whose clock is wrong must not refuse good tokens, or keep bad ones.
  const left = exp === null ? null : exp - (want.obtainedAt + want.skewMs);
  ruling.must(
    "not-expired",
    "RFC 7519 §4.1.4",
    left === null || left > -CLOCK_TOLERANCE_MS,
    {
      expected: "an exp to come",
      found: left === null ? "none" : `${Math.round(left / 1000)} s left`,
    },
    () =>
      refused(
        want.issuer,
        "it has expired already; compare this machine's clock with the issuer's",
      ),
  );
  const life = Math.min(
    said ?? (left === null ? DEFAULT_LIFETIME_MS : left),
    left ?? Number.POSITIVE_INFINITY,
    LONGEST_LIFETIME_MS,
  );
  // A life of nothing is possible within the tolerance: a moment, so that it is used once and renewed.
  return want.obtainedAt + Math.max(Math.floor(life), 1000);
}

function scopeOf(
  want: TokenWant,
  answer: TokenAnswer,
  claims: JsonObject | null,
  ruling: Ruling,
): readonly string[] {
  const claimed = claims?.["scope"] ?? claims?.["scp"];
  const inside =
    typeof claimed === "string"
      ? scopesOf(claimed)
      : Array.isArray(claimed)
        ? scopesOf(claimed.filter((one) => typeof one === "string").join(" "))
        : null;
  // RFC 6749 section 5.1: left out means as asked. Where the token itself says less, that is what it opens.
  const granted = answer.scope ?? inside ?? want.scope;
  const asked = new Set(want.scope);
  const wider = want.scope.length === 0 ? [] : granted.filter((one) => !asked.has(one));
  const words = {
    expected: want.scope.join(" ") || "nothing asked",
    found: granted.join(" ") || "none",
  };
  if (want.widerScopeAllowed)
    ruling.note("scope-as-asked", "RFC 6749 §3.3", wider.length === 0, words);
  else {
    ruling.must("scope-not-wider", "RFC 8693 §2.2.1", wider.length === 0, words, () =>
      refused(want.issuer, `it opens more than was asked: ${wider.slice(0, 10).join(" ")}`),
    );
  }
  return granted;
}

function checkAudience(want: TokenWant, audience: readonly string[], ruling: Ruling): void {
  if (want.audience.length === 0) return;
  const ok = audience.some((one) => want.audience.includes(one));
  const words = {
    expected: want.audience.join(" or "),
    found: audience.length === 0 ? "not stated" : audience.join(", "),
  };
  if (!want.audienceDecides || audience.length === 0)
    ruling.note("audience", "RFC 8707 §2.2", ok, words);
  else {
    ruling.must("audience", "RFC 8693 §2.1", ok, words, () =>
      refused(want.issuer, "it is meant for another server"),
    );
  }
}

/**
 * Judges an answer against what was asked, and vouches for the token.
 * @throws Refusal `token_refused`, `token_not_bound`, `token_binding_mismatch`
 */
export function checkToken(
  answer: TokenAnswer,
  want: TokenWant,
  evidence: TokenEvidence,
  ruling: Ruling,
): CheckedToken {
  // RFC 6749 section 7.1: a type that is not understood is not used. N_A is no access token at all (RFC 8693 §2.2.1).
  ruling.must(
    "token-type-known",
    "RFC 6749 §7.1",
    answer.type === "bearer" || answer.type === "dpop",
    { expected: "Bearer or DPoP", found: shownType(answer.type) },
    () =>
      refused(
        want.issuer,
        `its type is ${answer.type === "n_a" ? "N_A: it is no access token" : "not known"}`,
      ),
  );
  ruling.must(
    "dpop-only-with-key",
    "RFC 9449 §5",
    answer.type !== "dpop" || want.binding.type === "dpop",
    { expected: "Bearer", found: shownType(answer.type) },
    () => refused(want.issuer, "it wants a DPoP key that was not offered"),
  );
  const claims = answer.jwt?.payload ?? evidence.introspected;
  const binding = checkBinding(want, answer, claims, ruling);
  const expiresAt = expiryOf(want, answer, claims, ruling);
  const audience = claims === null ? [] : audienceOf(claims);
  checkAudience(want, audience, ruling);
  const scope = scopeOf(want, answer, claims, ruling);
  const subject = claims?.["sub"] ?? evidence.idClaims?.["sub"];
  return vouch({
    value: answer.value,
    scheme: answer.type === "dpop" ? "DPoP" : "Bearer",
    issuer: want.issuer,
    obtainedAt: want.obtainedAt,
    expiresAt,
    scope: Object.freeze([...scope]),
    binding,
    subject: typeof subject === "string" ? subject : null,
    audience: Object.freeze([...audience]),
    actors: Object.freeze(claims === null ? [] : actorsOf(claims).map((one) => one.sub)),
    refreshToken: answer.refreshToken,
    idClaims: evidence.idClaims,
    // Without claims it was not validated, and is not passed on.
    ...(answer.idToken === null || evidence.idClaims === null ? {} : { idToken: answer.idToken }),
  });
}

/**
 * Vouches again for a token that was checked before: it comes back from the vault, or is to be passed on without
 * its refresh token. Judges again what can be judged without its issuer.
 * @param nowMs UTC milliseconds
 * @throws Refusal `token_refused`, `token_binding_mismatch`
 */
export function readmit(facts: CheckedToken, nowMs: number): CheckedToken {
  const { issuer, scheme, binding, expiresAt, obtainedAt } = facts;
  if (!isHeaderSafe(facts.value.reveal())) throw refused(issuer, "it cannot stand in a header");
  if ((scheme === "DPoP") !== (binding.type === "dpop"))
    throw refused(issuer, "its type and its binding disagree");
  const span = expiresAt - obtainedAt;
  if (!(span > 0 && span <= LONGEST_LIFETIME_MS))
    throw refused(issuer, "its life is not believable");
  if (!(expiresAt > nowMs)) throw refused(issuer, "it has expired");
  const jwt = decodeJwt(facts.value.reveal());
  if (jwt !== null) {
    const found = confirmationOf(jwt.payload);
    const same =
      binding.type === "mtls"
        ? found.x5tS256 === binding.thumbprint
        : binding.type === "dpop"
          ? found.jkt === binding.jkt
          : found.x5tS256 === undefined && found.jkt === undefined;
    if (!same)
      throw new Refusal("token_binding_mismatch", { issuer, found: "another key", retry: "never" });
  }
  const { value, subject, refreshToken, idClaims, idToken } = facts;
  return vouch({
    value,
    scheme,
    issuer,
    obtainedAt,
    expiresAt,
    scope: Object.freeze([...facts.scope]),
    binding,
    subject,
    audience: Object.freeze([...facts.audience]),
    actors: Object.freeze([...facts.actors]),
    refreshToken,
    idClaims,
    ...(idToken === undefined || idClaims === null ? {} : { idToken }),
  });
}
