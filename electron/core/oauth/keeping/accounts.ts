// An account: a person signed in at an issuer. Who it is, whether a later sign-in is still the same one, and
// which account serves a server. Pure rules; the register applies them.
import { z } from "zod";
import { Refusal } from "../../errors.ts";
import { idOf, instant, slug } from "../../names.ts";
import type { CheckedToken } from "../types.ts";

/** What an issuer says about a person: shown, never decided upon. */
const claimed = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u)
  .nullable();

/** RFC 8414 section 2, RFC 6749 appendix A: kept exactly as it is, so only its bounds are checked. */
const exactText = z.string().min(1).max(2048);

export const accountSchema = z.strictObject({
  id: idOf("acc"),
  tenant: slug,
  issuer: exactText,
  /** Null where the issuer names nobody: plain OAuth with opaque tokens. */
  sub: z.string().min(1).max(255).nullable(),
  /** The ID token is proof (OpenID Connect Core section 3.1.3.7); an access token's claims are only read. */
  subFrom: z.enum(["id-token", "access-token"]).nullable(),
  /** Organisation at the identity provider, `tid=…` for instance. Not a tenant of Countersign. */
  idpTenant: z.string().min(1).max(300).nullable(),
  name: claimed,
  email: claimed,
  clientId: exactText,
  scopes: z.array(z.string().min(1).max(256)).max(256),
  signedInAt: instant,
  /** `needs-sign-in`: the issuer no longer takes the refresh token (negative test 103). */
  state: z.enum(["signed-in", "signed-out", "needs-sign-in"]),
  /** Where the grant lies in the vault; null where there is none. */
  secret: idOf("sec").nullable(),
});
export type Account = z.infer<typeof accountSchema>;
export const accountsSchema = z.array(accountSchema);

/** Who a sign-in came back as. */
export type Identity = Pick<Account, "issuer" | "sub" | "subFrom" | "idpTenant" | "name" | "email">;

/**
 * Claims that name the organisation: Microsoft Entra, Auth0 and WorkOS, Google, Okta and Keycloak in this order.
 * `iss` alone does not tell them apart where one issuer serves many.
 */
const TENANT_CLAIMS = ["tid", "org_id", "hd", "tenant_id", "organization"] as const;

const readable = (value: unknown): string | null => {
  if (typeof value !== "string") return null;
  const clean = value.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "").trim();
  // By code points: half a character would not be valid Unicode.
  return clean === "" ? null : Array.from(clean).slice(0, 60).join("");
};

/**
 * Reads who signed in from a token whose ID token, if any, was validated. Never guesses: an issuer that names
 * nobody gives `sub: null`.
 * @throws Refusal `sign_in_failed` where the ID token is of another issuer or its subject is unusable
 */
export function identityOf(token: CheckedToken): Identity {
  const { issuer } = token;
  const claims = token.idClaims;
  const fail = (reason: string): never => {
    throw new Refusal("sign_in_failed", { issuer, reason });
  };
  if (claims !== null) {
    if (claims["iss"] !== issuer) fail("the ID token is of another issuer");
    const sub = claims["sub"];
    // OpenID Connect Core section 2: at most 255 ASCII characters.
    if (typeof sub !== "string" || !/^[\x20-\x7e]{1,255}$/.test(sub)) {
      return fail("the ID token does not name its subject");
    }
    const name = readable(claims["name"]) ?? readable(claims["preferred_username"]);
    const email = readable(claims["email"]);
    return { issuer, sub, subFrom: "id-token", idpTenant: tenantOf(claims), name, email };
  }
  const sub = token.subject;
  if (sub !== null && (sub === "" || sub.length > 255)) fail("the token's subject is unusable");
  const subFrom = sub === null ? null : "access-token";
  return { issuer, sub, subFrom, idpTenant: null, name: null, email: null };
}

function tenantOf(claims: Readonly<Record<string, unknown>>): string | null {
  for (const claim of TENANT_CLAIMS) {
    const value = claims[claim];
    if (typeof value === "string" && value !== "") return `${claim}=${value}`.slice(0, 300);
  }
  return null;
}

/** The same person in the same place? An account that was never named cannot contradict anyone. */
export function sameIdentity(before: Identity, now: Identity): boolean {
  return (
    before.issuer === now.issuer &&
    (before.sub === null || before.sub === now.sub) &&
    // Only an ID token names the organisation: without one on both sides there is nothing to compare.
    (before.subFrom !== "id-token" ||
      (now.subFrom === "id-token" && before.idpTenant === now.idpTenant))
  );
}

/** One line that tells two identities apart, with what is proven last: `Ada <ada@x.example> (sub 17, tid=4) at https://…`. */
export function describeIdentity(who: Identity): string {
  const display = [who.name, who.email === null ? null : `<${who.email}>`]
    .filter(Boolean)
    .join(" ");
  const facts = [who.sub === null ? null : `sub ${readable(who.sub) ?? "?"}`, who.idpTenant]
    .filter(Boolean)
    .join(", ");
  const person = [display, facts === "" ? "" : `(${facts})`].filter(Boolean).join(" ");
  return `${person === "" ? "somebody unnamed" : person} at ${who.issuer}`;
}

/**
 * The account guard: a sign-in that comes back as another subject, issuer or organisation is stopped, because
 * grants, limits and the person's own idea of what runs belong to the one before.
 * @throws Refusal `account_changed` with both
 */
export function checkSameAccount(before: Account, now: Identity): void {
  if (sameIdentity(before, now)) return;
  throw new Refusal("account_changed", {
    issuer: before.issuer,
    account: before.id,
    expected: describeIdentity(before),
    found: describeIdentity(now),
  });
}

/** What a server needs of an account. */
export interface AccountNeed {
  readonly tenant: string;
  readonly issuer: string;
  readonly clientId: string;
  /** `acc_…` where the person chose one. */
  readonly account: string | null;
}
export type AccountChoice =
  | { readonly type: "one"; readonly account: Account }
  /** It is there, and must sign in first. */
  | { readonly type: "signed-out"; readonly account: Account }
  /** The person must choose: guessing would act in the wrong name. */
  | { readonly type: "several"; readonly accounts: readonly Account[] }
  | { readonly type: "none" };

/** Which account serves a server. One of another tenant, issuer or registration never does, named or not. */
export function chooseAccount(accounts: readonly Account[], need: AccountNeed): AccountChoice {
  const fitting = accounts.filter(
    (a) => a.tenant === need.tenant && a.issuer === need.issuer && a.clientId === need.clientId,
  );
  if (need.account !== null) {
    const account = fitting.find((a) => a.id === need.account);
    if (account === undefined) return { type: "none" };
    return { type: account.state === "signed-in" ? "one" : "signed-out", account };
  }
  const ready = fitting.filter((a) => a.state === "signed-in");
  const [first, second] = ready.length > 0 ? ready : fitting;
  if (first === undefined) return { type: "none" };
  if (second !== undefined)
    return { type: "several", accounts: ready.length > 0 ? ready : fitting };
  return { type: ready.length > 0 ? "one" : "signed-out", account: first };
}

/** An account where it is used: in a question, a journal row, a server's page. Claims are marked as such. */
export interface AccountFace {
  readonly id: string;
  /** As the issuer claims it, else its subject. */
  readonly who: string;
  readonly claimed: boolean;
  readonly issuer: string;
  readonly sub: string | null;
  readonly idpTenant: string | null;
  readonly state: Account["state"];
}

export function faceOf(account: Account): AccountFace {
  const { id, issuer, sub, idpTenant, state } = account;
  const display = account.email ?? account.name;
  return {
    id,
    who: display ?? (sub === null ? "somebody unnamed" : (readable(sub) ?? "?")),
    claimed: display !== null,
    issuer,
    sub,
    idpTenant,
    state,
  };
}
