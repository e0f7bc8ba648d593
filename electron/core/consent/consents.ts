// A consent: the person let an agent use a server, as both were when they were shown. It says for what, and holds for
// nothing else.
import { z } from "zod";
import { hex, type Digest } from "../digest.ts";
import { idOf, instant, slug } from "../names.ts";
import { targetOf } from "../policy/input.ts";
import type { Rule } from "../policy/rules.ts";
import type { Server } from "../servers.ts";
import type { Standing } from "./standing.ts";

const MAX_TARGET = 16_384;

/** What was shown, and is compared before each use. */
export const termsSchema = z.strictObject({
  /** The server's address or command; cut where it is very long, and then told apart by `setup`. */
  target: z.string().max(MAX_TARGET),
  pattern: z.string().min(1).max(32),
  issuer: z.string().max(2048).nullable(),
  clientId: z.string().max(1024).nullable(),
  account: z
    .strictObject({
      issuer: z.string().min(1).max(2048),
      sub: z.string().min(1).max(255).nullable(),
      tenant: z.string().min(1).max(300).nullable(),
    })
    .nullable(),
  audience: z.string().max(2048).nullable(),
  scopes: z.array(z.string().min(1).max(256)).max(64),
  /** SHA-256 (hex) of the rest of what decides where bytes go: folder and variables of a program, trusted certificates. */
  setup: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Terms = z.infer<typeof termsSchema>;

export const consentSchema = z.strictObject({
  id: idOf("cns"),
  tenant: slug,
  agent: idOf("agt"),
  server: idOf("srv"),
  terms: termsSchema,
  createdAt: instant,
  /**
   * Null while it holds. One that ended stays, so that the next question can say what changed, and never holds again,
   * whatever comes back.
   */
  ended: z.strictObject({ at: instant, why: z.enum(["changed", "revoked"]) }).nullable(),
});
export type Consent = z.infer<typeof consentSchema>;

/** What is agreed to when this agent may use this server as it is now. */
export function termsOf(server: Server, standing: Standing, digest: Digest): Terms {
  const { pattern, issuer, clientId, account, audience, scopes } = standing;
  const target = targetOf(server);
  const rest =
    server.kind !== "stdio"
      ? [target, server.trustPem, server.allowPlainHttpOnLoopback]
      : [
          target,
          server.cwd,
          Object.entries(server.env).toSorted(([a], [b]) => (a < b ? -1 : 1)),
          Object.keys(server.secretEnv).toSorted(),
        ];
  return {
    target: target.slice(0, MAX_TARGET),
    pattern,
    issuer,
    clientId,
    account:
      account === null
        ? null
        : { issuer: account.issuer, sub: account.sub, tenant: account.tenant },
    audience,
    scopes: [...scopes],
    setup: hex(digest.sha256(JSON.stringify(rest))),
  };
}

const TERMS = Object.keys(termsSchema.shape) as (keyof Terms)[];
export type Term = keyof Terms;

/** What differs; empty where nothing does. */
export const changedTerms = (before: Terms, now: Terms): readonly Term[] =>
  TERMS.filter((term) => JSON.stringify(before[term]) !== JSON.stringify(now[term]));

/** Whether this consent is for exactly this use. */
export const covers = (
  consent: Consent,
  use: { readonly agent: string; readonly server: Server; readonly terms: Terms },
): boolean =>
  consent.ended === null &&
  consent.tenant === use.server.tenant &&
  consent.agent === use.agent &&
  consent.server === use.server.id &&
  changedTerms(consent.terms, use.terms).length === 0;

/** A rule by which the person let calls of this agent to this server, as it is now, through. */
export const letThrough = (rules: readonly Rule[], agent: string, server: Server): boolean =>
  rules.some(
    (rule) =>
      rule.effect === "allow" &&
      rule.tenant === server.tenant &&
      (rule.agent === null || rule.agent === agent) &&
      (rule.server === null || rule.server === server.id) &&
      (rule.target === null || rule.target === targetOf(server)),
  );
