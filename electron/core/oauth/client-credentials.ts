// Client credentials (RFC 6749 section 4.4): Countersign asks in its own name, and nobody signs in.
import type { FlowContext } from "./flow.ts";
import { askedFields, obtain, type TokenAsk } from "./grant.ts";
import type { CheckedToken } from "./types.ts";

export interface ClientCredentialsAsk extends TokenAsk {
  /** For issuers that know `audience` and not RFC 8707; null for none. Both may be sent. */
  readonly audience: string | null;
  /** False where the scopes are one agent's part: then more than was asked is refused. */
  readonly widerScopeAllowed?: boolean;
}

/** @throws Refusal `issuer_*`, `token_*` */
export function clientCredentials(
  ctx: FlowContext,
  ask: ClientCredentialsAsk,
): Promise<CheckedToken> {
  const form = [
    ...askedFields(ask),
    ...(ask.audience === null ? [] : [["audience", ask.audience] as const]),
  ];
  return obtain(ctx, {
    ask,
    step: "token",
    grant: "client_credentials",
    kind: "service",
    form: () => form,
    audience: [ask.resource, ask.audience].filter((one) => one !== null),
    widerScopeAllowed: ask.widerScopeAllowed ?? true,
  });
}
