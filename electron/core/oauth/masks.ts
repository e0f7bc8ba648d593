// What may be shown of a request or an answer. An allow-list: a field that nobody has thought about is
// hidden, because issuers invent fields and some of them open doors.
import { type KnownSecrets, redactText } from "../redact.ts";
import { Secret } from "../secret.ts";
import { plain } from "./ruling.ts";
import type { FlowRequest, FlowResponse, MaskedExchange } from "./types.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Shown as they are, after the secrets of this exchange have been taken out of them. */
const SHOWN = words(`
  grant_type client_id scope resource audience requested_token_type subject_token_type actor_token_type
  redirect_uri response_type response_mode code_challenge code_challenge_method client_assertion_type
  token_type_hint prompt max_age iss
  token_type expires_in issued_token_type error error_description error_uri interval verification_uri
  active sub aud exp iat nbf cnf act client_name application_type redirect_uris grant_types response_types
  token_endpoint_auth_method token_endpoint_auth_signing_alg tls_client_certificate_bound_access_tokens
  dpop_bound_access_tokens client_id_issued_at client_secret_expires_at
  issuer authorization_endpoint token_endpoint jwks_uri registration_endpoint introspection_endpoint
  revocation_endpoint device_authorization_endpoint userinfo_endpoint mtls_endpoint_aliases scopes_supported
  response_types_supported grant_types_supported token_endpoint_auth_methods_supported
  token_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported
  authorization_response_iss_parameter_supported client_id_metadata_document_supported
  tls_client_certificate_bound_access_tokens dpop_signing_alg_values_supported
  id_token_signing_alg_values_supported authorization_grant_profiles_supported
  authorization_servers bearer_methods_supported resource_name`);
/** Recognisable by their last characters, so that two steps of one flow can be told to speak of one token. */
const TOKENS = words("access_token id_token subject_token actor_token token assertion");
const SECRETS = words(`
  client_secret client_assertion code code_verifier device_code user_code verification_uri_complete refresh_token
  state nonce registration_access_token password`);

const REQUEST_HEADERS = words("accept content-type");
const RESPONSE_HEADERS = words("content-type cache-control date retry-after www-authenticate");

/** Shorter values are shown without an end: four of ten characters would be too many. */
const TAIL_FROM = 24;

/** `[token …last4]`. */
export const maskToken = (value: string): string =>
  value.length < TAIL_FROM ? "[token]" : `[token …${plain(value.slice(-4))}]`;

function maskField(name: string, value: unknown, known: KnownSecrets): unknown {
  if (TOKENS.has(name)) return typeof value === "string" ? maskToken(value) : "[token]";
  if (SECRETS.has(name)) return "[secret]";
  if (name === "keys" && Array.isArray(value)) return `[${value.length} keys]`;
  if (!SHOWN.has(name)) return "[hidden]";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return typeof value === "string" ? shown(value, known) : shownDeep(value, known, 0);
}

const shown = (text: string, known: KnownSecrets): string => plain(redactText(text, known, 4096));

/** Lists and small objects (`mtls_endpoint_aliases`, `act`, `cnf`), bounded in every direction. */
function shownDeep(value: unknown, known: KnownSecrets, depth: number): unknown {
  if (typeof value === "string") return shown(value, known);
  if (typeof value !== "object" || value === null) return value;
  if (depth > 4) return "[…]";
  if (Array.isArray(value))
    return value.slice(0, 50).map((one) => shownDeep(one, known, depth + 1));
  return shownRecord(value as Record<string, unknown>, known, depth);
}

function shownRecord(
  value: Readonly<Record<string, unknown>>,
  known: KnownSecrets,
  depth: number,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value).slice(0, 60);
  return Object.fromEntries(
    entries.map(([name, one]) => [shown(name, known), shownDeep(one, known, depth + 1)]),
  );
}

/** Decoded claims of a token, as the X-ray shows them. */
export const maskClaims = (
  claims: Readonly<Record<string, unknown>>,
  known: KnownSecrets,
): Readonly<Record<string, unknown>> => shownRecord(claims, known, 0);

function fieldsOf(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const formOf = (body: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...new Set(new URLSearchParams(body).keys())].map((name) => {
      const values = new URLSearchParams(body).getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );

const maskFields = (
  fields: Readonly<Record<string, unknown>>,
  known: KnownSecrets,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(fields)
      .slice(0, 60)
      .map(([name, value]) => [shown(name, known), maskField(name, value, known)]),
  );

/** Remembers every value of an exchange that must not be read, in whatever field it comes back. */
export function learn(known: KnownSecrets, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== "string" || value === "") continue;
    if (TOKENS.has(name) || SECRETS.has(name)) known.add(new Secret(value));
  }
}

/** Origin and path; what stands behind `?` is named and not shown. */
function lineOf(method: string, url: string): string {
  const at = url.indexOf("?");
  return `${method} ${plain(at === -1 ? url : `${url.slice(0, at)}?…`)}`;
}

function authorizationOf(value: string): string {
  const [scheme = "", rest = ""] = value.split(" ", 2);
  return /^basic$/i.test(scheme) ? "Basic [secret]" : `${plain(scheme)} ${maskToken(rest)}`;
}

/** A request for the X-ray. Its secrets are added to `known` on the way. */
export function maskRequest(url: string, init: FlowRequest, known: KnownSecrets): MaskedExchange {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(init.headers)) {
    const key = name.toLowerCase();
    if (REQUEST_HEADERS.has(key)) headers[key] = plain(value);
    else if (key === "dpop") headers[key] = "[proof]";
    else if (key === "authorization") {
      headers[key] = authorizationOf(value);
      known.add(new Secret(value.split(" ", 2)[1] ?? value));
    }
  }
  const json = init.headers["content-type"]?.startsWith("application/json") === true;
  const fields = init.body === null ? null : json ? (fieldsOf(init.body) ?? {}) : formOf(init.body);
  if (fields !== null) learn(known, fields);
  return {
    line: lineOf(init.method, url),
    headers,
    body: fields === null ? null : maskFields(fields, known),
  };
}

/** An answer for the X-ray. Its secrets are added to `known` on the way. */
export function maskResponse(response: FlowResponse, known: KnownSecrets): MaskedExchange {
  const fields = response.body === "" ? null : fieldsOf(response.body);
  if (fields !== null) learn(known, fields);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (RESPONSE_HEADERS.has(name)) headers[name] = shown(value, known);
    else if (name === "dpop-nonce") headers[name] = "[nonce]";
    else if (name === "location")
      headers[name] = plain(redactText(value.split(/[?#]/, 1)[0] ?? "", known));
  }
  return {
    line: `HTTP ${response.status}`,
    headers,
    body:
      fields !== null
        ? maskFields(fields, known)
        : response.body === ""
          ? null
          : { "(not a JSON object)": `${response.body.length} characters` },
  };
}

/** Parameters of a browser address, for the step that only builds one. */
export function maskAddress(url: URL, known: KnownSecrets): MaskedExchange {
  const fields = Object.fromEntries(url.searchParams);
  learn(known, fields);
  return { line: `GET ${url.origin}${url.pathname}`, headers: {}, body: maskFields(fields, known) };
}
