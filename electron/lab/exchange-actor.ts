// Who acts: a JWT that the actor's own issuer signed, once (RFC 8693 section 2.1, `actor_token`).
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from "jose";

/** Who may vouch for actors, and what those are. */
export interface ActorIssuer {
  /** Exact `iss` of the actor tokens. */
  readonly issuer: string;
  readonly jwks: JSONWebKeySet;
  /** What the practice issuer writes into `act.sub_profile` for them. */
  readonly kind: "agent" | "service";
}

export interface Actor {
  readonly sub: string;
  readonly iss: string;
  readonly profile: "ai_agent" | "service";
  readonly jti: string;
  readonly exp: number;
}

/** An actor token that lives longer than this is a password. Seconds. */
const LONGEST = 600;

/**
 * Judges everything about an actor token but its having been used before.
 * @param audience what its `aud` must be: the issuer, and nothing beside it.
 * @throws Error with the reason, for the log.
 */
export async function judgeActor(
  token: string,
  trusted: readonly ActorIssuer[],
  audience: string,
): Promise<Actor> {
  const claimed = decodeJwt(token).iss;
  const by = trusted.find((each) => each.issuer === claimed);
  if (!by) throw new Error("an issuer that vouches for no actors here");
  const { payload } = await jwtVerify(token, createLocalJWKSet(by.jwks), {
    issuer: by.issuer,
    algorithms: ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"],
    requiredClaims: ["exp", "iat", "sub", "jti", "aud"],
  });
  // One audience and a string: a list could name another issuer, where this token would be good once more.
  if (payload.aud !== audience) throw new Error("for another audience");
  const { sub, iss, jti, exp, iat } = payload;
  if (!sub || !iss || !jti || jti.length > 256 || exp === undefined || iat === undefined) {
    throw new Error("a claim is empty");
  }
  if (exp - iat > LONGEST) throw new Error("lives too long");
  return { sub, iss, jti, exp, profile: by.kind === "agent" ? "ai_agent" : "service" };
}
