// How a practice server says no: RFC 6750 section 3, with the pointer of RFC 9728 section 5.1.
import type { ServerResponse } from "node:http";
import type { Refusals } from "./refusals.ts";
import type { Refused } from "./resource-check.ts";

export interface ChallengeFacts {
  readonly server: string;
  /** Where the protected resource metadata is; null for a server without an issuer. */
  readonly metadata: string | null;
  /** All scopes that the request needs: the caller is told once, not one at a time. */
  readonly scopes: readonly string[];
  /** Whether tokens bound to keys are taken, so that the challenge offers DPoP, too (RFC 9449 section 7.1). */
  readonly dpop: boolean;
  /** Where nothing but bound tokens is taken: the nonce for the next proof (RFC 9449 section 9). */
  readonly nonce: string | null;
}

/** Answers, and notes for the lab why. */
export function refuse(
  response: ServerResponse,
  refused: Refused,
  facts: ChallengeFacts,
  refusals: Refusals,
): void {
  refusals.note({
    at: Date.now(),
    server: facts.server,
    status: refused.status,
    code: refused.code,
    reason: refused.reason,
  });
  const parts = [`realm="PRACTICE ${facts.server}"`];
  if (refused.error !== null)
    parts.push(`error="${refused.error}"`, `error_description="${quotable(refused.reason)}"`);
  if (facts.scopes.length > 0) parts.push(`scope="${facts.scopes.join(" ")}"`);
  if (facts.metadata !== null) parts.push(`resource_metadata="${facts.metadata}"`);
  const algs = 'algs="ES256 EdDSA"';
  const challenges =
    facts.nonce === null
      ? [`Bearer ${parts.join(", ")}`, ...(facts.dpop ? [`DPoP ${algs}`] : [])]
      : [`DPoP ${[...parts, algs].join(", ")}`];
  response.writeHead(refused.status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    ...(facts.metadata === null ? {} : { "www-authenticate": challenges }),
    ...(facts.nonce === null ? {} : { "dpop-nonce": facts.nonce }),
  });
  response.end(
    JSON.stringify({
      error: refused.error ?? "unauthorized",
      code: refused.code,
      error_description: refused.reason,
    }),
  );
}

/** RFC 6750 section 3: printable ASCII without quote and backslash. */
function quotable(text: string): string {
  return text.replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, "?");
}
