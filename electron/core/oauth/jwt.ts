// Looking into tokens. What stands there is a claim, shown to people and compared with what was asked: the
// server that takes the token is the one that verifies it.
import { isObject, type JsonObject, parseObject } from "./answer.ts";

export interface DecodedJwt {
  readonly header: JsonObject;
  readonly payload: JsonObject;
}

const PART = /^[A-Za-z0-9_-]+$/;
const LONGEST = 65_536;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** UTF-8, as RFC 7519 section 3 has it. */
function textOf(part: string): string {
  const text = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return decoder.decode(Uint8Array.from(text, (sign) => sign.charCodeAt(0)));
}

/** The header and payload of a JWS in compact form (RFC 7515 section 7.1); null for anything else, an encrypted one too. */
export function decodeJwt(token: string): DecodedJwt | null {
  if (token.length > LONGEST) return null;
  const parts = token.split(".");
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined)
    return null;
  if (!PART.test(head) || !PART.test(body) || (signature !== "" && !PART.test(signature)))
    return null;
  try {
    const header = parseObject(textOf(head), 8);
    const payload = parseObject(textOf(body), 40);
    return header !== null && payload !== null && typeof header["alg"] === "string"
      ? { header, payload }
      : null;
  } catch {
    return null;
  }
}

/** Header and payload together, as the X-ray shows them. */
export const shownClaims = (jwt: DecodedJwt): JsonObject => ({
  header: jwt.header,
  payload: jwt.payload,
});

export function audienceOf(claims: JsonObject): readonly string[] {
  const { aud } = claims;
  if (typeof aud === "string") return [aud];
  return Array.isArray(aud)
    ? aud.filter((one): one is string => typeof one === "string").slice(0, 50)
    : [];
}

export interface Actor {
  readonly sub: string;
  readonly iss: string | null;
}

const DEEPEST_CHAIN = 16;

/**
 * The act chain, outermost first (RFC 8693 section 4.1). Only the outermost says who acts now; those inside are
 * history and decide nothing. `exp` or `aud` inside `act` mean nothing and are not read.
 */
export function actorsOf(claims: JsonObject): readonly Actor[] {
  const chain: Actor[] = [];
  let act: unknown = claims["act"];
  while (isObject(act) && chain.length < DEEPEST_CHAIN) {
    const { sub, iss } = act;
    chain.push({
      sub: typeof sub === "string" ? sub : "",
      iss: typeof iss === "string" ? iss : null,
    });
    act = act["act"];
  }
  return chain;
}

export interface Confirmation {
  readonly x5tS256: unknown;
  /** SHA-1 thumbprint: proves nothing here (RFC 8705 section 3.1 knows only x5t#S256). */
  readonly x5t: unknown;
  readonly jkt: unknown;
}

export function confirmationOf(claims: JsonObject): Confirmation {
  const cnf = isObject(claims["cnf"]) ? claims["cnf"] : {};
  return { x5tS256: cnf["x5t#S256"], x5t: cnf["x5t"], jkt: cnf["jkt"] };
}

/** NumericDate (RFC 7519 section 2) as UTC milliseconds; null for anything that is none. */
export function dateOf(claims: JsonObject, name: string): number | null {
  const value = claims[name];
  return typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 1e11
    ? value * 1000
    : null;
}
