// Made-up registrations, accounts, certificates, flows and evidence that look like real ones, a failed and a
// hostile one among them.
import type { AccountView, CertificateView, TourStep } from "../../electron/contract.ts";
import { expiryOf } from "../../electron/core/certificates.ts";
import type { CallEvidence } from "../../electron/core/evidence.ts";
import type { Flow } from "../../electron/core/flows.ts";
import type { Issuer } from "../../electron/core/issuers.ts";
import type { ServerView } from "../../electron/core/servers.ts";

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
export const LOGIN = "https://login.acme.example/realms/main";
export const THUMBPRINT = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2";
const pem = (kind: string): string =>
  `-----BEGIN ${kind}-----\n${"MIIBkTCCATegAwIBAgIUQ2x0Y2VydGlmaWNhdGVwcmFjdGljZTEwCgYIKoZIzj0E\n".repeat(6)}AwIwHTEbMBkGA1UEAwwSY291bnRlcnNpZ24tYWRh\n-----END ${kind}-----\n`;

export function sampleIssuers(now: number): Issuer[] {
  const common = {
    tenant: "personal",
    issuer: LOGIN,
    allowPlainHttpOnLoopback: false,
    trustPem: null,
    createdAt: iso(now - 40 * DAY),
  };
  return [
    {
      ...common,
      id: "iss_sample100",
      name: "acme",
      clientId: "countersign-desktop",
      auth: {
        method: "private_key_jwt",
        secret: "sec_issuer100",
        secretAddedAt: iso(now - 40 * DAY),
        alg: "ES256",
        kid: "2026-10-a",
        publicJwk: {
          kty: "EC",
          crv: "P-256",
          x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
          kid: "2026-10-a",
          alg: "ES256",
          use: "sig",
        },
      },
    },
    {
      ...common,
      id: "iss_sample200",
      name: "acme-certificate",
      clientId: "countersign-payroll",
      auth: { method: "tls_client_auth", certificate: "crt_sample100" },
      trustPem: pem("CERTIFICATE"),
    },
    {
      ...common,
      id: "iss_sample300",
      name: "local-keycloak",
      issuer: "http://127.0.0.1:8080/realms/dev",
      clientId: "dev",
      allowPlainHttpOnLoopback: true,
      auth: {
        method: "client_secret_basic",
        secret: "sec_issuer300",
        secretAddedAt: iso(now - 2 * DAY),
      },
    },
  ];
}

export function sampleAccounts(now: number): AccountView[] {
  const common = {
    tenant: "personal",
    issuer: LOGIN,
    clientId: "countersign-desktop",
    scopes: ["openid", "mcp:invoke", "crm:read"],
    idpTenant: "tid=72f988bf-86f1-41af-91ab-2d7cd011db47",
  };
  return [
    {
      ...common,
      id: "acc_sample100",
      sub: "user-123",
      subFrom: "id-token",
      name: "Ada Lovelace",
      email: "ada@acme.example",
      signedInAt: iso(now - 3 * 3_600_000),
      state: "signed-in",
    },
    {
      ...common,
      id: "acc_sample200",
      sub: "user-9",
      subFrom: "id-token",
      name: "Admin \u202Enimda",
      email: null,
      signedInAt: iso(now - 12 * DAY),
      state: "needs-sign-in",
    },
    {
      ...common,
      id: "acc_sample300",
      issuer: "http://127.0.0.1:8080/realms/dev",
      clientId: "dev",
      idpTenant: null,
      sub: "7d2c0a4e-1f6b-4b53-9a55-0f0f8a2b51cc",
      subFrom: "access-token",
      name: null,
      email: null,
      scopes: [],
      signedInAt: iso(now - DAY),
      state: "signed-out",
    },
  ];
}

export function sampleCertificates(now: number): CertificateView[] {
  const one = (
    n: number,
    label: string,
    days: number,
    more: Partial<CertificateView> = {},
  ): CertificateView => {
    const life = { notBefore: iso(now - 300 * DAY), notAfter: iso(now + days * DAY) };
    return {
      id: `crt_sample${n}00`,
      tenant: "personal",
      label,
      keyKind: "EC-P256",
      keyAddedAt: iso(now - 300 * DAY),
      createdAt: iso(now - 300 * DAY),
      subject: "CN=countersign-ada,O=Acme",
      uris: [],
      state: "active",
      issuer: "CN=Acme Issuing CA 3,O=Acme",
      serial: "0f3a",
      ...life,
      thumbprint: THUMBPRINT,
      selfSigned: false,
      chain: pem("CERTIFICATE"),
      expiry: expiryOf(life, now),
      ...more,
    } as CertificateView;
  };
  return [
    one(1, "Payroll, production", 211.5, { uris: ["spiffe://acme.example/countersign"] }),
    one(2, "Billing", 24.2),
    one(3, "Treasury", 4.6, { keyKind: "RSA-3072" }),
    one(4, "Old test", -12.5, { selfSigned: true }),
    {
      id: "crt_sample500",
      tenant: "personal",
      label: "Treasury, next",
      keyKind: "EC-P256",
      keyAddedAt: iso(now - DAY),
      createdAt: iso(now - DAY),
      subject: "CN=countersign-ada,O=Acme",
      uris: [],
      state: "csr-pending",
      csr: pem("CERTIFICATE REQUEST"),
      replaces: null,
      expiry: null,
    },
  ];
}

/** Servers of each pattern with an issuer, for the cards. */
export function sampleOAuthServers(now: number, door = "http://127.0.0.1:7717"): ServerView[] {
  const asked = (resource: string) => ({
    issuer: "iss_sample100",
    scopes: ["mcp:invoke", "crm:read"],
    resource,
    audience: null,
    boundTo: { origin: new URL(resource).origin, path: new URL(resource).pathname },
  });
  const server = (
    n: number,
    name: string,
    more: Pick<Extract<ServerView, { kind: "http" }>, "stage" | "pattern">,
  ): ServerView => ({
    id: `srv_oauth${n}00`,
    tenant: "personal",
    name,
    state: "active",
    createdAt: iso(now - 9 * DAY),
    kind: "http",
    url: `https://${name}.acme.example/mcp`,
    allowPlainHttpOnLoopback: false,
    trustPem: null,
    endpoint: `${door}/mcp/${name}`,
    stdio: null,
    api: null,
    lastCall: null,
    ...more,
  });
  return [
    server(1, "crm", {
      stage: "staging",
      pattern: {
        type: "client-credentials",
        bound: "none",
        ...asked("https://crm.acme.example/mcp"),
      },
    }),
    server(2, "mail", {
      stage: "staging",
      pattern: {
        type: "token-exchange",
        ...asked("https://mail.acme.example/mcp"),
        account: "acc_sample100",
        actor: "if-supported",
        perUserPerMinute: 60,
        bound: "none",
        home: null,
      },
    }),
    server(3, "treasury", {
      stage: "production",
      pattern: {
        type: "composite",
        ...asked("https://treasury.acme.example/mcp"),
        issuer: "iss_sample200",
        account: null,
        exchange: true,
        actor: "required",
        certificate: "crt_sample300",
        perUserPerMinute: 30,
      },
    }),
    server(4, "archive", {
      stage: "production",
      pattern: {
        type: "client-credentials",
        bound: "dpop",
        ...asked("https://archive.acme.example/mcp"),
      },
    }),
  ];
}

/** What calls of these servers were authenticated with, by the server's name. */
export function sampleEvidence(name: string, now: number): CallEvidence {
  const bound = name === "treasury";
  const proven = name === "archive";
  const person = name !== "crm" && !proven;
  return {
    issuer: LOGIN,
    clientId: bound ? "countersign-payroll" : "countersign-desktop",
    clientAuth: bound ? "tls_client_auth" : "private_key_jwt",
    account: person ? { id: "acc_sample100", who: "ada@acme.example", sub: "user-123" } : null,
    subject: person ? "user-123" : "service-account-countersign",
    actors: bound ? ["agt_sample100", "svc-reporting"] : [],
    actorOutcome: bound ? "confirmed" : person ? "absent" : null,
    audience: [`https://${name}.acme.example/mcp`],
    scope: ["mcp:invoke", "crm:read"],
    binding: bound ? "mtls" : proven ? "dpop" : "none",
    ...(proven && { jkt: THUMBPRINT }),
    certificate: bound
      ? {
          id: "crt_sample300",
          subject: "CN=countersign-ada,O=Acme",
          thumbprint: THUMBPRINT,
          notAfter: iso(now + 4.6 * DAY),
        }
      : null,
    tokenExpiresAt: iso(now + 240_000),
    flow: name === "mail" ? "flow_gone0000" : bound ? "flow_bound000" : "flow_sample00",
  };
}

const rule = (id: string, source: string) => ({
  id,
  source,
  ok: true,
  expected: null,
  found: null,
});

export function sampleFlows(now: number): Flow[] {
  const discover: Flow["steps"][number] = {
    id: "discover-issuer",
    at: now - 65_000,
    ms: 84.2,
    state: "ok",
    request: {
      line: `GET ${LOGIN}/.well-known/oauth-authorization-server`,
      headers: { accept: "application/json" },
      body: null,
    },
    response: {
      line: "200",
      headers: { "content-type": "application/json", "cache-control": "max-age=300" },
      body: {
        issuer: LOGIN,
        token_endpoint: `${LOGIN}/token`,
        mtls_endpoint_aliases: { token_endpoint: "https://mtls.login.acme.example/token" },
        tls_client_certificate_bound_access_tokens: true,
        frontchannel_logout_supported: "[hidden]",
      },
    },
    claims: null,
    rules: [
      rule("metadata-status", "RFC 8414 §3.2"),
      rule("issuer-equal", "RFC 8414 §3.3"),
      rule("endpoint-https", "RFC 9700 §2.6"),
    ],
  };
  const token: Flow["steps"][number] = {
    id: "exchange",
    at: now - 64_900,
    ms: 131,
    state: "ok",
    request: {
      line: "POST https://mtls.login.acme.example/token",
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        client_id: "countersign-payroll",
        subject_token: "[token …x4Qw]",
        subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
        actor_token: "[token …b91A]",
        resource: "https://treasury.acme.example/mcp",
        scope: "mcp:invoke crm:read",
      },
    },
    response: {
      line: "200",
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: {
        access_token: "[token …9f0c]",
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
        token_type: "Bearer",
        expires_in: 300,
        // Some issuer's own invention, with a name that runs the other way.
        "note\u202Eeton": "[hidden]",
      },
    },
    claims: null,
    rules: [rule("no-error", "RFC 6749 §5.2"), rule("issued-token-type", "RFC 8693 §2.2.1")],
  };
  const claims = {
    iss: LOGIN,
    sub: "user-123",
    aud: "https://treasury.acme.example/mcp",
    scope: "mcp:invoke crm:read",
    act: { sub: "agt_sample100", act: { sub: "svc-reporting" } },
    exp: Math.floor(now / 1000) + 240,
    cnf: { "x5t#S256": "Q2x0Y2VydGlmaWNhdGVzb21lYm9keWVsc2VzLWtleQ" },
  };
  const check: Flow["steps"][number] = {
    id: "check-token",
    at: now - 64_700,
    ms: 0.8,
    state: "failed",
    request: null,
    response: null,
    claims,
    rules: [
      rule("audience", "RFC 9068 §4"),
      rule("not-expired", "RFC 7519 §4.1.4"),
      rule("cnf-present", "RFC 8705 §3"),
      {
        ...rule("cnf-matches-certificate", "RFC 8705 §3"),
        ok: false,
        expected: THUMBPRINT,
        found: claims.cnf["x5t#S256"],
      },
    ],
  };
  const { expected: _e, found: _f, ...match } = rule("cnf-matches-certificate", "RFC 8705 §3");
  const passed: Flow["steps"][number] = {
    ...check,
    state: "ok",
    claims: { ...claims, cnf: { "x5t#S256": THUMBPRINT } },
    rules: [...check.rules.slice(0, 3), { ...match, expected: null, found: null }],
  };
  // The issuer does not take back self-contained tokens (RFC 7009 section 2.2.1): nobody's failure.
  const kept: Flow["steps"][number] = {
    ...token,
    id: "revoke",
    state: "remark",
    claims: null,
    rules: [
      {
        ...rule("revocation-of-this-kind", "RFC 7009 §2.2.1"),
        found: "unsupported_token_type",
      },
    ],
  };
  const flow = (id: string, purpose: string, state: Flow["state"], steps: Flow["steps"]): Flow => ({
    id,
    at: now - 65_000,
    tenant: "personal",
    purpose,
    state,
    steps,
  });
  return [
    flow("flow_failed00", "treasury", "failed", [discover, token, check]),
    flow("flow_running0", "sign-in at acme", "running", [discover]),
    flow("flow_bound000", "treasury", "ok", [discover, token, passed]),
    flow("flow_signout0", "sign out at acme", "remark", [discover, kept]),
    flow("flow_sample00", "crm", "ok", [discover, { ...token, id: "token" }]),
  ];
}

export const LAB_SERVERS = [
  { name: "notes", pattern: "api-key", url: "http://127.0.0.1:40101/mcp" },
  { name: "crm", pattern: "client-credentials", url: "http://127.0.0.1:40102/mcp" },
  { name: "archive", pattern: "dpop", url: "http://127.0.0.1:40106/mcp" },
  { name: "mail", pattern: "token-exchange", url: "http://127.0.0.1:40103/mcp" },
  { name: "wiki", pattern: "id-jag", url: "http://127.0.0.1:40107/mcp" },
  { name: "payroll", pattern: "mtls", url: "https://127.0.0.1:40104/mcp" },
  { name: "treasury", pattern: "composite", url: "https://127.0.0.1:40105/mcp" },
] as const;

export function tourSteps(oneWrong: boolean): TourStep[] {
  const step = (
    id: string,
    title: string,
    expected: string,
    why: string,
    ms: number,
  ): TourStep => ({
    id,
    title,
    expected,
    found: expected,
    why,
    ok: true,
    ms,
  });
  const steps = [
    step(
      "api-key",
      "Pattern 1: API key",
      "allowed",
      "Countersign adds the key; the agent never has it.",
      212,
    ),
    step(
      "client-credentials",
      "Pattern 2: client credentials",
      "allowed",
      "A token of minutes, for this server alone, asked for by Countersign.",
      388,
    ),
    step(
      "dpop",
      "Pattern 2, bound to a key (DPoP), in production",
      "allowed",
      "Where TLS ends on the way, each request is proven by a key that never leaves the vault (RFC 9449).",
      173,
    ),
    step(
      "token-exchange",
      "Pattern 3: token exchange, on Ada's behalf",
      "allowed",
      "Ada's token is exchanged for one that names the agent as the one who acts.",
      451,
    ),
    step(
      "id-jag",
      "Pattern 3, at another company's server (ID-JAG)",
      "allowed",
      "Ada's own issuer vouches for her at the other company's, which gives a token of its own.",
      302,
    ),
    step(
      "stolen-api-key",
      "A stolen API key, used elsewhere",
      "accepted",
      "An API key works for whoever holds it. That is why it must never reach an agent.",
      9,
    ),
    step(
      "stolen-bound",
      "A stolen bound token, without the key",
      "refused (401)",
      "RFC 8705 section 3: the token is worth nothing without the certificate's private key.",
      31,
    ),
    step(
      "stolen-dpop",
      "A stolen DPoP token, without its key",
      "refused (401)",
      "RFC 9449 section 6: the token names its key, and the thief's proof is signed by another.",
      14,
    ),
    step(
      "ladder",
      "A production server with an API key",
      "pattern_too_weak",
      "Production wants a token bound to a key; Countersign refuses less.",
      2,
    ),
  ];
  return oneWrong
    ? steps.map((one) =>
        one.id === "stolen-bound" ? { ...one, found: "accepted", ok: false } : one,
      )
    : steps;
}
