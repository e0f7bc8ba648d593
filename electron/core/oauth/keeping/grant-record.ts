// An account's grant as it lies in the vault: the refresh token, and an access token only where there is no
// refresh token. Decoding is strict: what is not exactly ours, for this account and credential, is not used.
import { z } from "zod";
import { parseStrict } from "../../json/document.ts";
import { instant } from "../../names.ts";
import { Secret } from "../../secret.ts";
import type { CheckedToken } from "../types.ts";
import type { Account } from "./accounts.ts";

const text = z.string().min(1).max(65_536);
const binding = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({ type: z.literal("mtls"), thumbprint: z.string().length(43) }),
  z.strictObject({ type: z.literal("dpop"), jkt: z.string().length(43) }),
]);
const accessSchema = z.strictObject({
  value: text,
  scheme: z.enum(["Bearer", "DPoP"]),
  obtainedAt: z.int().nonnegative(),
  expiresAt: z.int().nonnegative(),
  scope: z.array(z.string().min(1).max(256)).max(256),
  binding,
  subject: z.string().max(2048).nullable(),
  audience: z.array(z.string().max(2048)).max(64),
  actors: z.array(z.string().max(2048)).max(64),
  /** What it was asked for (RFC 8707): it goes nowhere else. */
  resource: z.string().max(2048).nullable(),
});
const grantSchema = z.strictObject({
  format: z.literal(1),
  installation: z.string().min(1).max(64),
  tenant: z.string(),
  account: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  /** Counts refresh tokens: a record that went backwards would be a lost write. */
  version: z.int().nonnegative(),
  savedAt: instant,
  refreshToken: text.nullable(),
  access: accessSchema.nullable(),
});
export type Grant = z.infer<typeof grantSchema>;

/** Tokens longer lived than this are not taken from the vault: asking again costs little by then. Milliseconds. */
const LONGEST_LIFE_MS = 24 * 60 * 60_000;
/** What a clock may be off between two starts. Milliseconds. */
const TOLERANCE_MS = 60_000;
/** A token that is about to expire is not worth taking up. Milliseconds. */
const WORTHWHILE_MS = 30_000;

export type GrantOwner = Pick<Account, "id" | "tenant" | "issuer" | "clientId"> & {
  readonly installation: string;
};

/**
 * The grant that a sign-in brought. An access token is kept only where no refresh token came with it: then
 * losing it costs a person a sign-in. Any other is one request away, and keeping it would mean a keychain
 * write for every renewal and one more secret at rest.
 */
export function grantOf(
  owner: GrantOwner,
  token: CheckedToken,
  resource: string | null,
  now: number,
): Grant {
  const { value, scheme, obtainedAt, expiresAt, scope, binding, subject, audience, actors } = token;
  return {
    format: 1,
    installation: owner.installation,
    tenant: owner.tenant,
    account: owner.id,
    issuer: owner.issuer,
    clientId: owner.clientId,
    version: 0,
    savedAt: new Date(now).toISOString(),
    refreshToken: token.refreshToken?.reveal() ?? null,
    access:
      token.refreshToken === null
        ? {
            value: value.reveal(),
            scheme,
            obtainedAt,
            expiresAt,
            scope: [...scope],
            binding: { ...binding },
            subject,
            audience: [...audience],
            actors: [...actors],
            resource,
          }
        : null,
  };
}

export const encodeGrant = (grant: Grant): Secret => new Secret(JSON.stringify(grant));

/** The grant, or null where it is malformed or belongs to another installation, account, issuer or client id. */
export function decodeGrant(secret: Secret, owner: GrantOwner): Grant | null {
  let document: unknown;
  try {
    document = parseStrict(new TextEncoder().encode(secret.reveal()));
  } catch {
    return null;
  }
  const parsed = grantSchema.safeParse(document);
  if (!parsed.success) return null;
  const grant = parsed.data;
  const ours =
    grant.installation === owner.installation &&
    grant.tenant === owner.tenant &&
    grant.account === owner.id &&
    grant.issuer === owner.issuer &&
    grant.clientId === owner.clientId;
  return ours ? grant : null;
}

/**
 * The facts of the kept access token for this resource, or null where there is none that is still good. A token from the future
 * means that the clock was set back since: nobody knows how old it is.
 */
export function accessOf(grant: Grant, resource: string | null, now: number): CheckedToken | null {
  if (grant.access === null || grant.access.resource !== resource) return null;
  const { resource: _, ...kept } = grant.access;
  const life = kept.expiresAt - kept.obtainedAt;
  if (life <= 0 || life > LONGEST_LIFE_MS) return null;
  if (kept.obtainedAt > now + TOLERANCE_MS || kept.expiresAt < now + WORTHWHILE_MS) return null;
  return {
    ...kept,
    value: new Secret(kept.value),
    issuer: grant.issuer,
    refreshToken: null,
    idClaims: null,
  };
}
