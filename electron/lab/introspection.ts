// For a server with opaque tokens: ask the issuer what one is worth, every time (RFC 7662).
import type { IncomingMessage } from "node:http";
import { checkCertificate, tokenOf, type Verdict } from "./resource-check.ts";

export interface IntrospectionRule {
  readonly resource: string;
  readonly issuer: string;
  readonly endpoint: string;
  readonly client: { readonly id: string; readonly secret: string };
}

/** Nothing is cached: a revoked token is refused at its next use. */
export function introspectionCheck(
  rule: IntrospectionRule,
): (request: IncomingMessage) => Promise<Verdict> {
  const basic = `Basic ${Buffer.from(`${rule.client.id}:${rule.client.secret}`).toString("base64")}`;
  return async (request) => {
    const found = tokenOf(request);
    if ("status" in found) return { refused: found };
    const answer = await fetch(rule.endpoint, {
      method: "POST",
      headers: { authorization: basic, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ token: found.token }).toString(),
      signal: AbortSignal.timeout(5000),
    });
    const facts = (await answer.json()) as Record<string, unknown>;
    const no = (
      code: "inactive" | "wrong-issuer" | "wrong-audience" | "no-proof",
      reason: string,
    ): Verdict => ({
      refused: { status: 401, error: "invalid_token", code, reason },
    });
    if (answer.status !== 200 || facts["active"] !== true)
      return no("inactive", "the issuer says that this token is not good");
    if (facts["iss"] !== rule.issuer)
      return no("wrong-issuer", "the token comes from another issuer");
    if (facts["aud"] !== rule.resource)
      return no("wrong-audience", "the token is for another server");
    const cnf = (facts["cnf"] ?? {}) as { readonly "x5t#S256"?: unknown; readonly jkt?: unknown };
    // The issuer repeats the binding in its answer (RFC 8705 section 3.2): it holds here as in a JWT.
    if (cnf["x5t#S256"] !== undefined) {
      const refused = checkCertificate(request, cnf["x5t#S256"], "any");
      if (refused) return { refused };
    }
    if (cnf.jkt !== undefined)
      return no("no-proof", "the token is bound to a key, and this server takes no proofs");
    const scope = facts["scope"];
    return {
      caller: {
        subject: String(facts["sub"] ?? facts["client_id"]),
        clientId: String(facts["client_id"]),
        scopes: new Set(typeof scope === "string" ? scope.split(" ") : []),
        actors: [],
        tenant: null,
        certificateSubject: null,
        token: found.token,
      },
    };
  };
}
