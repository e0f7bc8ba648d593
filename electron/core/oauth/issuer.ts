// An issuer whose metadata was checked. Flows take nothing else, so that no endpoint is ever used that was
// not found by discovery and compared.
import { isLoopback } from "../destination.ts";
import { Refusal } from "../errors.ts";
import { isObject, type JsonObject } from "./answer.ts";
import { quoted, type Ruling } from "./ruling.ts";
import type { OAuthClient, TlsIdentity } from "./types.ts";

export const ENDPOINTS = [
  "authorization_endpoint",
  "token_endpoint",
  "jwks_uri",
  "registration_endpoint",
  "introspection_endpoint",
  "revocation_endpoint",
  "device_authorization_endpoint",
] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

/** What RFC 8414 section 2 and its extensions say, as far as it is used here. */
export interface IssuerMetadata {
  readonly issuer: string;
  readonly endpoints: Readonly<Partial<Record<EndpointName, string>>>;
  /** RFC 8705 section 5. */
  readonly mtlsAliases: Readonly<Partial<Record<EndpointName, string>>>;
  readonly codeChallengeMethods: readonly string[] | null;
  readonly tokenAuthMethods: readonly string[] | null;
  readonly grantTypes: readonly string[] | null;
  readonly scopes: readonly string[] | null;
  readonly idTokenAlgorithms: readonly string[] | null;
  readonly dpopAlgorithms: readonly string[] | null;
  /** `urn:ietf:params:oauth:grant-profile:id-jag` among others. */
  readonly grantProfiles: readonly string[] | null;
  /** RFC 9207 section 3. */
  readonly sendsIss: boolean;
  readonly acceptsMetadataDocuments: boolean;
  readonly bindsToCertificates: boolean;
}

/** Made by discovery only. */
export interface CheckedIssuer {
  readonly issuer: string;
  readonly metadata: IssuerMetadata;
  /** Where the metadata was found. */
  readonly foundAt: string;
  /** Hosts of endpoints that are not the issuer's own: shown before anything is sent there (threat 31). */
  readonly foreignHosts: readonly string[];
  readonly allowPlainHttpOnLoopback: boolean;
}

const checked = new WeakSet<CheckedIssuer>();

export const isCheckedIssuer = (issuer: CheckedIssuer): boolean => checked.has(issuer);

const invalid = (issuer: string, reason: string): Refusal =>
  new Refusal("issuer_metadata_invalid", { issuer: quoted(issuer), reason });

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Why an address may not be used, or null. HTTPS; plain HTTP on loopback alone, and there only with consent. */
export function addressProblem(text: unknown, allowPlainHttpOnLoopback: boolean): string | null {
  if (typeof text !== "string" || text.length > 2048) return "it is not an address";
  const url = parsed(text);
  if (url === null) return "it is not an address";
  if (url.username !== "" || url.password !== "") return "it holds a user name";
  if (text.includes("#")) return "it holds a fragment";
  if (url.protocol === "https:") return null;
  if (url.protocol === "http:" && isLoopback(url) && allowPlainHttpOnLoopback) return null;
  return url.protocol === "http:" ? "it is plain HTTP" : "it is not HTTPS";
}

/** RFC 8414 section 2: an https URL without query and fragment. */
export function issuerProblem(issuer: string, allowPlainHttpOnLoopback: boolean): string | null {
  const problem = addressProblem(issuer, allowPlainHttpOnLoopback);
  if (problem !== null) return problem;
  return issuer.includes("?") ? "it holds a query" : null;
}

function endpointsIn(
  issuer: string,
  source: JsonObject,
  where: string,
  allow: boolean,
  ruling: Ruling,
): Partial<Record<EndpointName, string>> {
  const found: Partial<Record<EndpointName, string>> = {};
  for (const name of ENDPOINTS) {
    // Only what is a member of its own counts: a name such as `constructor` never gets here.
    if (!Object.hasOwn(source, name) || (source[name] ?? null) === null) continue;
    const problem = addressProblem(source[name], allow);
    ruling.must(
      "endpoint-https",
      "RFC 8414 §2",
      problem === null,
      { expected: `https for ${where}${name}`, found: source[name] },
      () => invalid(issuer, `${where}${name} cannot be used: ${problem ?? ""}`),
    );
    found[name] = source[name] as string;
  }
  return found;
}

function listIn(issuer: string, source: JsonObject, name: string): readonly string[] | null {
  const value = Object.hasOwn(source, name) ? source[name] : undefined;
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) {
    throw invalid(issuer, `${name} is not a list of texts`);
  }
  return value;
}

/**
 * Turns a metadata document into proof that it was checked.
 * @throws Refusal `issuer_metadata_invalid`
 */
export function checkIssuer(
  issuer: string,
  document: JsonObject,
  foundAt: string,
  allowPlainHttpOnLoopback: boolean,
  ruling: Ruling,
): CheckedIssuer {
  // RFC 8414 section 3.3, as strings: case, port and a trailing slash make another issuer.
  ruling.must(
    "issuer-equal",
    "RFC 8414 §3.3",
    document["issuer"] === issuer,
    { expected: issuer, found: document["issuer"] },
    () => invalid(issuer, `it calls itself ${quoted(document["issuer"])}`),
  );
  // An issuer on HTTPS has no business with plain HTTP, loopback or not.
  const allow = allowPlainHttpOnLoopback && issuer.startsWith("http:");
  const endpoints = endpointsIn(issuer, document, "", allow, ruling);
  const aliases = document["mtls_endpoint_aliases"];
  if (aliases !== undefined && aliases !== null && !isObject(aliases)) {
    throw invalid(issuer, "mtls_endpoint_aliases is not an object");
  }
  // RFC 8705 section 5: members that are not understood are ignored.
  const mtlsAliases = isObject(aliases)
    ? endpointsIn(issuer, aliases, "mtls_endpoint_aliases.", allow, ruling)
    : {};
  const hosts = [...Object.values(endpoints), ...Object.values(mtlsAliases)].map(
    (u) => new URL(u).host,
  );
  const own = new URL(issuer).host;
  const foreignHosts = [...new Set(hosts)].filter((host) => host !== own);
  ruling.note("endpoint-hosts", "RFC 8414 §6.2", foreignHosts.length === 0, {
    expected: own,
    found: foreignHosts.length === 0 ? own : foreignHosts.join(", "),
  });
  const list = (name: string): readonly string[] | null => listIn(issuer, document, name);
  const result: CheckedIssuer = Object.freeze({
    issuer,
    metadata: Object.freeze({
      issuer,
      endpoints: Object.freeze(endpoints),
      mtlsAliases: Object.freeze(mtlsAliases),
      codeChallengeMethods: list("code_challenge_methods_supported"),
      tokenAuthMethods: list("token_endpoint_auth_methods_supported"),
      grantTypes: list("grant_types_supported"),
      scopes: list("scopes_supported"),
      idTokenAlgorithms: list("id_token_signing_alg_values_supported"),
      dpopAlgorithms: list("dpop_signing_alg_values_supported"),
      grantProfiles: list("authorization_grant_profiles_supported"),
      sendsIss: document["authorization_response_iss_parameter_supported"] === true,
      acceptsMetadataDocuments: document["client_id_metadata_document_supported"] === true,
      bindsToCertificates: document["tls_client_certificate_bound_access_tokens"] === true,
    }),
    foundAt,
    foreignHosts,
    allowPlainHttpOnLoopback: allow,
  });
  checked.add(result);
  return result;
}

/**
 * Where to send: the mTLS alias where a certificate is presented and there is one, else the plain endpoint
 * (RFC 8705 section 5).
 * @throws Refusal `issuer_metadata_invalid` when the issuer has no such endpoint
 */
export function endpointOf(
  issuer: CheckedIssuer,
  name: EndpointName,
  tls: TlsIdentity | null,
): string {
  requireChecked(issuer);
  const { endpoints, mtlsAliases } = issuer.metadata;
  const url = (tls === null ? undefined : mtlsAliases[name]) ?? endpoints[name];
  if (url === undefined) throw invalid(issuer.issuer, `it names no ${name}`);
  return url;
}

export function requireChecked(issuer: CheckedIssuer): void {
  if (!checked.has(issuer)) throw new Refusal("internal", {}, new Error("issuer without proof"));
}

/**
 * Credentials belong to one issuer string (negative test 95).
 * @throws Refusal `issuer_refused_client`
 */
export function requireOwn(issuer: CheckedIssuer, client: OAuthClient): void {
  requireChecked(issuer);
  if (client.issuer !== issuer.issuer) {
    throw new Refusal("issuer_refused_client", {
      issuer: issuer.issuer,
      error: "Countersign's credential was made for another issuer and was not sent",
    });
  }
}
