// A name for a registration that nobody typed one for: from the issuer's host, and free in its tenant.
import { SLUG } from "../names.ts";

/** `https://login.acme.example/x` → `login-acme-example`; a second one gets a number. */
export function issuerName(issuer: string, taken: readonly string[]): string {
  const { hostname } = new URL(issuer);
  const base = hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  const first = SLUG.test(base) ? base : "issuer";
  for (let n = 1; ; n++) {
    const name = n === 1 ? first : `${first}-${n}`;
    if (!taken.includes(name)) return name;
  }
}
