// How a practice server judges whoever calls it: RFC 6750, 9068, 8705 section 3, 9449 section 7, and nothing on trust.
import type { IncomingMessage } from "node:http";
import { errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from "jose";
import { checkProof, type Nonces, onlyOnce } from "./dpop.ts";
import { peerOf } from "./mtls.ts";
import type { RefusalCode } from "./refusals.ts";
import type { CertificateRule } from "./types.ts";

export interface ResourceRule {
  /** Exact `aud`, and what this server calls itself. */
  readonly resource: string;
  /** Exact `iss`. */
  readonly issuer: string;
  readonly keys: JWTVerifyGetKey;
  readonly certificate: CertificateRule;
  /** The outermost actor must be an agent. */
  readonly wantsActor: boolean;
  /** Null where a token may be bound to no key; otherwise it must be, and each proof holds one of these. */
  readonly nonces: Nonces | null;
}

/** Who calls, after every check. */
export interface Caller {
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  /** Outermost first. */
  readonly actors: readonly string[];
  readonly tenant: string | null;
  readonly certificateSubject: string | null;
  /** The token, for a server that goes on in the caller's name. */
  readonly token: string;
}

export interface Refused {
  readonly status: 400 | 401 | 403;
  /** RFC 6750 section 3.1; null where the challenge must not name one (no token at all). */
  readonly error:
    | "invalid_request"
    | "invalid_token"
    | "insufficient_scope"
    | "invalid_dpop_proof"
    | "use_dpop_nonce"
    | null;
  readonly code: RefusalCode;
  readonly reason: string;
}

/** Seconds that two clocks may differ. */
const SKEW = 60;

const no = (
  code: RefusalCode,
  reason: string,
  error: Refused["error"] = "invalid_token",
  status: Refused["status"] = 401,
): Refused => ({ status, error, code, reason });

export type Verdict = { readonly caller: Caller } | { readonly refused: Refused };

/** Judges requests for one server. */
export function resourceCheck(rule: ResourceRule): (request: IncomingMessage) => Promise<Verdict> {
  const fresh = onlyOnce();
  return async (request) => {
    const found = tokenOf(request);
    if ("status" in found) return { refused: found };
    let claims: JWTPayload;
    try {
      claims = await verifyToken(found.token, rule);
    } catch (error) {
      return { refused: explain(error) };
    }
    const unbound = await checkBinding(request, found, claims, rule, fresh);
    if (unbound) return { refused: unbound };
    const actors = actorsOf(claims["act"]);
    if (rule.wantsActor) {
      // Only the outermost actor counts (RFC 8693 section 4.1): the inner ones are history.
      const outer = actors[0];
      if (!outer)
        return { refused: no("no-actor", "the token does not say which agent acts (act)") };
      if (outer.profile !== "ai_agent")
        return { refused: no("actor-not-agent", `${outer.sub} is no agent`) };
    }
    return { caller: callerOf(claims, found.token, actors, request) };
  };
}

interface Presented {
  readonly scheme: "bearer" | "dpop";
  readonly token: string;
}

/** Only the Authorization header, and only once (RFC 6750 section 2; RFC 9700 section 4.3.2). */
export function tokenOf(request: IncomingMessage): Presented | Refused {
  // Node keeps the first of two Authorization headers and says nothing: the raw list shows both.
  const count = request.rawHeaders.filter(
    (name, at) => at % 2 === 0 && name.toLowerCase() === "authorization",
  ).length;
  const inQuery = new URL(request.url ?? "/", "http://lab").searchParams.has("access_token");
  if (count > 1 || (count === 1 && inQuery)) {
    return no("token-twice", "more than one token was sent", "invalid_request", 400);
  }
  if (inQuery)
    return no(
      "token-in-query",
      "a token in the address is ignored: addresses end up in logs",
      null,
    );
  const header = request.headers.authorization;
  if (header === undefined) return no("no-token", "no token was sent", null);
  const match = /^(bearer|dpop) ([A-Za-z0-9._~+/-]+=*)$/i.exec(header);
  if (!match)
    return no("wrong-scheme", "the Authorization header holds no Bearer or DPoP token", null);
  return { scheme: match[1]?.toLowerCase() === "dpop" ? "dpop" : "bearer", token: match[2] ?? "" };
}

async function verifyToken(token: string, rule: ResourceRule): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, rule.keys, {
    issuer: rule.issuer,
    audience: rule.resource,
    typ: "at+jwt", // RFC 9068 section 4
    algorithms: ["ES256"],
    clockTolerance: SKEW,
    requiredClaims: ["exp", "iat", "sub", "jti", "client_id"],
  });
  if ((payload.iat ?? 0) > Date.now() / 1000 + SKEW) throw new InTheFuture();
  return payload;
}

class InTheFuture extends Error {}

/** From the library's error to a code and a sentence. */
function explain(error: unknown): Refused {
  if (error instanceof InTheFuture)
    return no("issued-in-future", "the token was issued in the future");
  if (error instanceof errors.JWTExpired) return no("expired", "the token has expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") return no("claim-missing", `the token has no ${error.claim}`);
    const [code, reason] =
      CLAIMS[error.claim] ?? (["claim-missing", `the claim ${error.claim} is wrong`] as const);
    return no(code, reason);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return no("bad-signature", "the signature does not fit");
  if (error instanceof errors.JWKSNoMatchingKey)
    return no("unknown-key", "signed with a key that the issuer does not publish");
  if (error instanceof errors.JOSEAlgNotAllowed)
    return no("wrong-algorithm", "signed with an algorithm that is not accepted");
  if (error instanceof errors.JOSENotSupported)
    return no("unknown-crit", "the token wants something understood that is not (crit)");
  return no("malformed", "this is no token of the issuer");
}

const CLAIMS: Readonly<Record<string, readonly [RefusalCode, string]>> = {
  iss: ["wrong-issuer", "the token comes from another issuer"],
  aud: ["wrong-audience", "the token is for another server"],
  typ: ["wrong-type", "this is a token of another kind"],
  nbf: ["not-yet-valid", "the token is not valid yet"],
};

/** Compares what the token is bound to with what this connection proves. */
async function checkBinding(
  request: IncomingMessage,
  found: Presented,
  claims: JWTPayload,
  rule: ResourceRule,
  fresh: ReturnType<typeof onlyOnce>,
): Promise<Refused | null> {
  const cnf = (claims["cnf"] ?? {}) as { readonly "x5t#S256"?: unknown; readonly jkt?: unknown };
  const bound = cnf["x5t#S256"];
  if (rule.certificate !== "none" || bound !== undefined) {
    const refused = checkCertificate(request, bound, rule.certificate);
    if (refused) return refused;
  }
  if (rule.nonces !== null && cnf.jkt === undefined)
    return no("unbound-token", "the token is bound to no key");
  if (cnf.jkt === undefined && found.scheme === "bearer") return null;
  const proof = request.headers["dpop"];
  // A bound token sent as a plain one is a stolen one until shown otherwise (RFC 9449 section 7.2).
  if (found.scheme === "bearer" || typeof proof !== "string") {
    return no("no-proof", "the token is bound to a key and no proof of that key was sent");
  }
  try {
    const url = new URL(request.url ?? "/", new URL(rule.resource).origin).href;
    const judged = await checkProof(proof, request.method ?? "", url, found.token);
    if (judged.jkt !== cnf.jkt)
      return no("wrong-proof", "the proof is of another key than the token's");
    // RFC 9449 section 9: told once, the caller comes back with it.
    if (rule.nonces?.good(judged.nonce) === false)
      return no("no-nonce", "the proof holds no nonce of this server", "use_dpop_nonce");
    return fresh(judged)
      ? null
      : no("wrong-proof", "the proof was used before", "invalid_dpop_proof");
  } catch (error) {
    const why = error instanceof Error ? error.message : "the proof is broken";
    return no("wrong-proof", why, "invalid_dpop_proof");
  }
}

/** RFC 8705 section 3: missing and wrong are the same to the caller, 401 invalid_token; the codes tell them apart. */
export function checkCertificate(
  request: IncomingMessage,
  bound: unknown,
  wanted: CertificateRule,
): Refused | null {
  if (bound === undefined) return no("unbound-token", "the token is bound to no certificate");
  // The socket alone is asked: a header that claims a certificate is anybody's (RFC 8705 section 6.5).
  const peer = peerOf(request);
  if (!peer)
    return no("no-certificate", "the token is bound to a certificate and none was presented");
  if (wanted === "company" && !peer.trusted) {
    return no(
      "untrusted-certificate",
      "the certificate was not issued by the company, or its time is over",
    );
  }
  // Exact base64url of SHA-256 over the DER (section 3.1): no padding, no hex, no SHA-1 passes for it.
  if (bound !== peer.thumbprint)
    return no("wrong-certificate", "the token is bound to another certificate");
  return null;
}

interface ActorSeen {
  readonly sub: string;
  readonly profile: string | null;
}

function actorsOf(act: unknown): readonly ActorSeen[] {
  const actors: ActorSeen[] = [];
  let at: unknown = act;
  while (typeof at === "object" && at !== null && actors.length < 10) {
    const { sub, sub_profile: profile, act: inner } = at as Record<string, unknown>;
    if (typeof sub !== "string") break;
    actors.push({ sub, profile: typeof profile === "string" ? profile : null });
    at = inner;
  }
  return actors;
}

function callerOf(
  claims: JWTPayload,
  token: string,
  actors: readonly ActorSeen[],
  request: IncomingMessage,
): Caller {
  const scope = claims["scope"];
  return {
    subject: claims.sub ?? "",
    clientId: String(claims["client_id"]),
    scopes: new Set(typeof scope === "string" ? scope.split(" ").filter(Boolean) : []),
    actors: actors.map((actor) => actor.sub),
    tenant: typeof claims["tid"] === "string" ? claims["tid"] : null,
    certificateSubject: peerOf(request)?.certificate.subject.replaceAll("\n", ", ") ?? null,
    token,
  };
}

/** Null where the caller may; all scopes that are missing are named at once. */
export function checkScopes(caller: Caller, wanted: readonly string[]): Refused | null {
  const missing = wanted.filter((scope) => !caller.scopes.has(scope));
  if (missing.length === 0) return null;
  return no("scope-short", `the token lacks ${missing.join(" ")}`, "insufficient_scope", 403);
}
