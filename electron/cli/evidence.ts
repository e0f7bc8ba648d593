// What a call was authenticated with, in words.
import { asTyped } from "../core/command-line.ts";
import type { CallEvidence } from "../core/evidence.ts";
import type { CallRow } from "../core/journal.ts";
import { localTime } from "./text.ts";

/** On whose behalf; null where no person takes part, or is not known yet. A client of its own is no person. */
export const behalfOf = ({ evidence, account }: CallRow): string | null =>
  evidence === null ? account : (evidence.account?.who ?? null);

/**
 * `user ⇐ agent`: each one acts for the one on its left. The issuer lists who acts now first (RFC 8693 section 4.1),
 * and those who acted before after it: here they stand between the person and the agent, in the order of time.
 */
export function actChain(evidence: CallEvidence, agentName: string | null): string | null {
  const { account, subject, actors, actorOutcome, clientId } = evidence;
  const person = account?.who ?? subject ?? clientId;
  const named = actors.map((actor, i) =>
    // The issuer has confirmed that this subject is our agent: its own name says more.
    i === 0 && actorOutcome === "confirmed" && agentName !== null ? agentName : actor,
  );
  if (account === null && named.length === 0) return null;
  const before = named.slice(1).reverse();
  const now = named.slice(0, 1);
  return [person, ...before, ...now].join(" ⇐ ");
}

const OUTCOMES: Record<NonNullable<CallEvidence["actorOutcome"]>, string> = {
  confirmed: "confirmed: the token names the agent",
  absent: "not named: this issuer names no actors",
  unknown: "not known: the token cannot be read",
  "not-sent": "not sent",
};

const BINDINGS: Record<NonNullable<CallEvidence["binding"]>, string> = {
  mtls: "certificate (RFC 8705): useless without its private key",
  dpop: "key (DPoP, RFC 9449): useless without it",
  none: "nothing: whoever holds the token can use it until it expires",
};

const listed = (all: readonly string[]): string => (all.length === 0 ? "-" : all.join(" "));

/** Facts as name and value, for `calls show`. */
export function evidenceFacts(
  evidence: CallEvidence,
  agentName: string | null,
): readonly (readonly [string, string])[] {
  const { account, certificate, actorOutcome, flow, binding, tokenExpiresAt } = evidence;
  const chain = actChain(evidence, agentName);
  const facts: (readonly [string, string] | null)[] = [
    ["Issuer", evidence.issuer],
    ["Registered as", `${evidence.clientId}, proved by ${evidence.clientAuth}`],
    account === null
      ? null
      : [
          "Account",
          `${account.who} (as claimed; sub ${account.sub ?? "not named"}, ${account.id})`,
        ],
    evidence.subject === null ? null : ["Token's subject", evidence.subject],
    chain === null ? null : ["Who acts", chain],
    actorOutcome === null ? null : ["Actor", OUTCOMES[actorOutcome]],
    ...(binding === null
      ? ([["Token", "none came about"]] as const)
      : ([
          ["Scopes", listed(evidence.scope)],
          ["Audience", listed(evidence.audience)],
          ["Bound to", BINDINGS[binding]],
        ] as const)),
    evidence.jkt === undefined ? null : ["Key", `${evidence.jkt} (jkt)`],
    certificate === null ? null : ["Certificate", `${certificate.subject} (${certificate.id})`],
    certificate === null ? null : ["Thumbprint", `${certificate.thumbprint} (x5t#S256)`],
    certificate === null ? null : ["Certificate ends", localTime(certificate.notAfter)],
    tokenExpiresAt === null ? null : ["Token expires", localTime(tokenExpiresAt)],
    flow === null ? null : ["X-ray", asTyped(`countersign flow show ${flow}`)],
  ];
  return facts.filter((fact) => fact !== null);
}

/** The same in two lines at most, for `calls --wide`. */
export function evidenceLines(evidence: CallEvidence, agentName: string | null): string[] {
  const { certificate, binding, jkt } = evidence;
  const chain = actChain(evidence, agentName);
  if (binding === null) return [`${evidence.issuer}  no token came about`];
  const bound =
    certificate === null
      ? `bound to ${binding === "none" ? "nothing" : [binding, jkt].filter(Boolean).join(" jkt ")}`
      : `bound to ${binding === "none" ? "nothing, sent with" : binding} ${certificate.subject} x5t#S256 ${certificate.thumbprint}`;
  return [
    [evidence.issuer, chain, `scopes ${listed(evidence.scope)}`]
      .filter((part) => part !== null)
      .join("  "),
    bound,
  ];
}
