// Who works with a certificate, and how all of them go on with its successor.
import type { Certificate, IssuedCertificate } from "../certificates.ts";
import type { Issuer } from "../issuers.ts";
import type { Documents } from "../registry.ts";
import type { Server } from "../servers.ts";

type Whole = Pick<Documents, "certificates" | "servers" | "issuers">;

const serverUses = (server: Server, id: string): boolean =>
  server.kind !== "stdio" && "certificate" in server.pattern && server.pattern.certificate === id;
const issuerUses = ({ auth }: Issuer, id: string): boolean =>
  "certificate" in auth && auth.certificate === id;

/** Names of the servers and registrations that would stop working without it. */
export const usersOf = (
  { servers, issuers }: Pick<Whole, "servers" | "issuers">,
  id: string,
): string[] => [
  ...servers.filter((s) => serverUses(s, id)).map((s) => s.name),
  ...issuers.filter((i) => issuerUses(i, id)).map((i) => i.name),
];

/**
 * Everything that worked with the old one works with its successor, and the old one is `replaced`. Nothing crosses
 * a tenant: a successor of another one takes over nothing.
 */
export function takenOver(now: Whole, old: string, successor: IssuedCertificate): Whole {
  const mine = (one: { readonly tenant: string }): boolean => one.tenant === successor.tenant;
  const next: Certificate = { ...successor, state: "active", replaces: old };
  const known = now.certificates.some((c) => c.id === next.id);
  const certificates = now.certificates.map((c): Certificate => {
    if (c.id === next.id) return next;
    return c.id === old && mine(c) && c.state !== "csr-pending" ? { ...c, state: "replaced" } : c;
  });
  return {
    certificates: known ? certificates : [...certificates, next],
    servers: now.servers.map((s) =>
      mine(s) && serverUses(s, old) && s.kind !== "stdio" && "certificate" in s.pattern
        ? { ...s, pattern: { ...s.pattern, certificate: next.id } }
        : s,
    ),
    issuers: now.issuers.map((i) =>
      mine(i) && "certificate" in i.auth && i.auth.certificate === old
        ? { ...i, auth: { ...i.auth, certificate: next.id } }
        : i,
    ),
  };
}
