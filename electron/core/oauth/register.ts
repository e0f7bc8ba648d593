// Becoming known to an issuer, in MCP's order: registered by hand, by metadata document (CIMD), dynamically (RFC 7591).
import * as oauth from "oauth4webapi";
import { Refusal } from "../errors.ts";
import { Secret } from "../secret.ts";
import { type JsonObject, readObject } from "./answer.ts";
import { unavailable, wireErrorOf } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { addressProblem, endpointOf, requireChecked, type CheckedIssuer } from "./issuer.ts";
import { exchange } from "./net-fetch.ts";
import { quoted, type Ruling } from "./ruling.ts";
import type { ClientAuth, FlowResponse, OAuthClient } from "./types.ts";

export type RegistrationWay<T> =
  | { readonly way: "known"; readonly owner: T }
  | { readonly way: "metadata-document"; readonly clientId: string }
  | { readonly way: "dynamic" }
  /** A person has to register Countersign and enter the id. */
  | { readonly way: "ask" };

export interface RegistrationOptions<T> {
  /** Registered before, by hand or dynamically. One of another issuer is passed over (negative test 95). */
  readonly known: readonly T[];
  /** Address of Countersign's metadata document, if one is published; null otherwise. */
  readonly metadataDocument: string | null;
}

/** An exact issuer string finds its own credentials and nobody else's. */
export function chooseRegistration<T extends { readonly issuer: string }>(
  issuer: CheckedIssuer,
  options: RegistrationOptions<T>,
): RegistrationWay<T> {
  requireChecked(issuer);
  const owner = options.known.find((one) => one.issuer === issuer.issuer);
  if (owner !== undefined) return { way: "known", owner };
  if (options.metadataDocument !== null && issuer.metadata.acceptsMetadataDocuments) {
    return { way: "metadata-document", clientId: options.metadataDocument };
  }
  return issuer.metadata.endpoints.registration_endpoint === undefined
    ? { way: "ask" }
    : { way: "dynamic" };
}

export interface DynamicRegistration {
  readonly owner: OAuthClient;
  /** UTC milliseconds; null when the secret does not expire, or there is none. */
  readonly secretExpiresAt: number | null;
  /** RFC 7592, to take the registration back; null where the issuer offers none. */
  readonly management: { readonly uri: string; readonly token: Secret } | null;
}

export interface RegistrationWish {
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly scope: readonly string[];
  readonly deviceFlow: boolean;
  /** An account of Countersign's own (RFC 6749 section 4.4): no person and no browser take part. */
  readonly service?: boolean;
}

const METHODS = ["none", "client_secret_basic", "client_secret_post"] as const;

const refusedBy = (issuer: string, reason: string): Refusal =>
  new Refusal("issuer_error", { issuer, error: reason, retry: "never" });

function authOf(issuer: string, method: unknown, secret: unknown): ClientAuth {
  // RFC 7591 section 2: left out means client_secret_basic.
  const named = method ?? (typeof secret === "string" ? "client_secret_basic" : "none");
  if (named === "none") return { method: "none" };
  const known = METHODS.find((one) => one === named);
  if (known === undefined || known === "none")
    throw refusedBy(issuer, "it registered a way to authenticate that was not asked for");
  if (typeof secret !== "string" || secret === "")
    throw refusedBy(issuer, "it registered a secret and gave none");
  return { method: known, secret: new Secret(secret) };
}

/**
 * Judges a registration answer (RFC 7591 section 3.2.1).
 * @throws Refusal `issuer_error`
 */
export function judgeRegistration(
  issuer: CheckedIssuer,
  wish: RegistrationWish,
  response: FlowResponse,
  ruling: Ruling,
): DynamicRegistration {
  const name = issuer.issuer;
  ruling.must(
    "registered",
    "RFC 7591 §3.2",
    response.status === 201 || response.status === 200,
    { expected: "201", found: `${response.status}` },
    () => refusedBy(name, wireErrorOf(response) ?? `HTTP ${response.status} at registration`),
  );
  const read = readObject(response);
  if (!read.ok) throw refusedBy(name, `the registration cannot be read: ${read.problem}`);
  const { client_id: id, client_secret: secret, client_secret_expires_at: expires } = read.value;
  ruling.must(
    "client-id",
    "RFC 7591 §3.2.1",
    typeof id === "string" && /^[\x20-\x7e]{1,1024}$/.test(id),
    { expected: "a client_id", found: typeof id },
    () => refusedBy(name, "the registration holds no client id"),
  );
  const given = read.value["redirect_uris"];
  // RFC 7591 section 3.2.1: the issuer may change what was asked. Other redirect addresses would bring no answer to us.
  ruling.must(
    "redirects-as-asked",
    "RFC 7591 §3.2.1",
    wish.service === true ||
      given === undefined ||
      (Array.isArray(given) && wish.redirectUris.every((uri) => given.includes(uri))),
    {
      expected: wish.redirectUris.join(" "),
      found: Array.isArray(given) ? given.map(quoted).join(" ") : given,
    },
    () => refusedBy(name, "it registered other redirect addresses"),
  );
  const management = managementOf(issuer, read.value, ruling);
  return {
    owner: {
      issuer: name,
      clientId: id,
      auth: authOf(name, read.value["token_endpoint_auth_method"], secret),
      allowPlainHttpOnLoopback: issuer.allowPlainHttpOnLoopback,
    },
    secretExpiresAt: typeof expires === "number" && expires > 0 ? expires * 1000 : null,
    management,
  };
}

/**
 * RFC 7592 section 3: where the registration can be taken back, and with what. Its token goes nowhere but to the
 * origin that gave it.
 */
function managementOf(
  issuer: CheckedIssuer,
  answer: JsonObject,
  ruling: Ruling,
): DynamicRegistration["management"] {
  const token = answer["registration_access_token"];
  const uri = answer["registration_client_uri"];
  if (typeof token !== "string" || typeof uri !== "string") return null;
  const home = new URL(endpointOf(issuer, "registration_endpoint", null)).origin;
  const fits =
    addressProblem(uri, issuer.allowPlainHttpOnLoopback) === null && new URL(uri).origin === home;
  ruling.note("management-address", "RFC 7592 §3", fits, { expected: home, found: uri });
  return fits ? { uri, token: new Secret(token) } : null;
}

/** @throws Refusal `issuer_*` */
export async function registerDynamically(
  ctx: FlowContext,
  issuer: CheckedIssuer,
  wish: RegistrationWish,
): Promise<DynamicRegistration> {
  endpointOf(issuer, "registration_endpoint", null);
  return inStep(ctx, "register", issuer.issuer, async (step) => {
    const service = wish.service === true;
    const metadata = {
      client_name: wish.name,
      // MCP: a program on somebody's machine is native; its loopback ports are then free (RFC 8252 section 7.3).
      application_type: "native",
      redirect_uris: service ? [] : [...wish.redirectUris],
      grant_types: service
        ? ["client_credentials"]
        : [
            "authorization_code",
            "refresh_token",
            ...(wish.deviceFlow ? ["urn:ietf:params:oauth:grant-type:device_code"] : []),
          ],
      response_types: service ? [] : ["code"],
      token_endpoint_auth_method: service ? "client_secret_basic" : "none",
      ...(wish.scope.length === 0 ? {} : { scope: wish.scope.join(" ") }),
    };
    const response = await exchange(step, issuer.issuer, null, (fetch) =>
      oauth.dynamicClientRegistrationRequest(
        { issuer: issuer.issuer, ...issuer.metadata.endpoints },
        metadata,
        {
          [oauth.customFetch]: fetch,
          [oauth.allowInsecureRequests]: issuer.allowPlainHttpOnLoopback,
        },
      ),
    );
    const busy = unavailable(issuer.issuer, response, ctx.clock.now());
    if (busy !== null) throw busy;
    return judgeRegistration(issuer, wish, response, step.ruling);
  });
}
