// Who an account is, in a line, and which registration it belongs to. Pure.
import { spelledOut } from "../lib/hidden.ts";
import type { AccountView, Issuer } from "../types.ts";
import { words } from "../words.ts";

/** What the issuer calls the person, else the subject, else nobody. `claimed`: somebody else's word. */
export function whoIs(account: Pick<AccountView, "name" | "email" | "sub">): {
  readonly who: string;
  readonly claimed: boolean;
} {
  const display = account.email ?? account.name;
  if (display !== null) return { who: display, claimed: true };
  return { who: account.sub ?? words.identities.accounts.nameless, claimed: false };
}

/** The accounts that a registration can use: same tenant, exact issuer, same client id. */
export const accountsOf = (
  accounts: readonly AccountView[],
  issuer: Pick<Issuer, "tenant" | "issuer" | "clientId">,
): AccountView[] =>
  accounts.filter(
    (one) =>
      one.tenant === issuer.tenant &&
      one.issuer === issuer.issuer &&
      one.clientId === issuer.clientId,
  );

/** Host of an address for people; where it is none the text itself, with what is hidden in brackets. */
export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return spelledOut(url);
  }
}
