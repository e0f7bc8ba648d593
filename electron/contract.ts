// One table: method → input, output, and the surfaces that may call it. The same table serves Electron IPC,
// the browser form and the control socket. A surface that is not listed is refused.
import { z } from "zod";
import type { AgentView } from "./core/agents.ts";
import { agentSchema } from "./core/agents.ts";
import type { CallPage } from "./core/journal.ts";
import { type Grant, LIFETIMES } from "./core/permission/grants.ts";
import type { Question } from "./core/permission/questions.ts";
import { effect, type Rule, toolPattern } from "./core/policy/rules.ts";
import { madeKey } from "./core/certificates.ts";
import type { Proposal } from "./core/finding/proposal.ts";
import type { Flow } from "./core/flows.ts";
import type { Issuer } from "./core/issuers.ts";
import type { Advice, Standing } from "./core/oauth/keeping/advice.ts";
import type {
  AccountView,
  ActorKeySet,
  AppStatus,
  CallDetail,
  CertificateView,
  DeviceCode,
  DoctorReport,
  Issued,
  LabStatus,
  ShownQuestion,
  SignedOut,
  SignInState,
  Snippet,
  StderrTail,
  TourReport,
  Unregistered,
  Waiting,
} from "./contract-views.ts";
import { idOf, label, slug } from "./core/names.ts";
import { actorUse, scopeToken, tokenBound } from "./core/patterns.ts";
import { envName, fieldName, type ServerView, stage } from "./core/servers.ts";
import type { Complaint } from "./core/sentences.ts";
import type { Tenant } from "./core/tenants.ts";
import type { TestReport } from "./core/try-server.ts";
import type { VaultStatus } from "./core/vault.ts";

export type * from "./contract-views.ts";

/** `app`: the app window or its browser form. `approval`: the window that asks. `cli`: the control socket. */
export type Surface = "app" | "approval" | "cli";

const tenantScope = { tenant: slug.optional() };
const outcome = z.enum([
  "pending",
  "ok",
  "tool-error",
  "rpc-error",
  "denied",
  "failed",
  "aborted",
  "interrupted",
]);

/** A secret on its way in: from a form or from standard input. It never comes back out. */
const secretText = z.string().min(1, "must not be empty").max(65_536);

const asked = {
  issuer: idOf("iss"),
  scopes: z.array(scopeToken).max(64).default([]),
  resource: z.url().max(2048).nullable().default(null),
  audience: z.string().min(1).max(2048).nullable().default(null),
};
const signingAlg = z.enum(["ES256", "RS256", "PS256", "EdDSA"]);
const days = z.number().int().min(1).max(825).default(365);
const signInWish = {
  issuer: idOf("iss"),
  scopes: z.array(scopeToken).max(64).default([]),
  resource: z.url().max(2048).nullable().default(null),
  /** An account that signs in again must come back as the same person. */
  account: idOf("acc").nullable().default(null),
};
const someAccount = idOf("acc").nullable().default(null);
/** RFC 9449: the token is worth nothing without a key that never leaves the vault. */
const bound = tokenBound.default("none");
const perUserPerMinute = z.number().int().min(1).max(100_000).nullable().default(null);
const trustPem = z
  .string()
  .max(65_536)
  .regex(
    /^\s*-----BEGIN CERTIFICATE-----/,
    "must be PEM, beginning with -----BEGIN CERTIFICATE-----",
  )
  .nullable();

/** Chosen by whoever asks, so that it can be followed and cancelled while it runs. */
const attemptId = z.string().regex(/^[A-Za-z0-9_-]{8,40}$/);
/** What a person agreed to about an issuer that only a document named. */
const agreed = {
  /** It may lie on this machine or in a private network (threat 30). */
  confirmed: z.boolean().default(false),
};

const keylessAuth = [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({ type: z.literal("client-credentials"), ...asked, bound }),
  z.strictObject({ type: z.literal("account"), ...asked, account: someAccount, bound }),
  z.strictObject({
    type: z.literal("token-exchange"),
    ...asked,
    account: someAccount,
    actor: actorUse.default("if-supported"),
    perUserPerMinute,
    bound,
    /** Where the person is signed in, if elsewhere: enterprise-managed authorization (ID-JAG). */
    home: idOf("iss").nullable().default(null),
  }),
  z.strictObject({ type: z.literal("mtls"), ...asked, certificate: idOf("crt") }),
  z.strictObject({
    type: z.literal("composite"),
    ...asked,
    account: someAccount,
    exchange: z.boolean().default(true),
    actor: actorUse.default("if-supported"),
    certificate: idOf("crt"),
    perUserPerMinute,
  }),
] as const;
const keyPlace = {
  type: z.literal("api-key"),
  in: z.enum(["header", "query"]).default("header"),
  name: fieldName.default("X-API-Key"),
  prefix: z.string().max(24).default(""),
};

const addHttpServer = z.strictObject({
  kind: z.literal("http"),
  ...tenantScope,
  name: slug,
  url: z.url({ protocol: /^https?$/, error: "must begin with http:// or https://" }).max(4096),
  stage: stage.default("development"),
  auth: z.discriminatedUnion("type", [
    ...keylessAuth,
    z.strictObject({ ...keyPlace, secret: secretText }),
  ]),
  allowPlainHttpOnLoopback: z.boolean().default(false),
  /** PEM of authorities that may vouch for this server besides the runtime's own. */
  trustPem: trustPem.default(null),
});

const addStdioServer = z.strictObject({
  kind: z.literal("stdio"),
  ...tenantScope,
  name: slug,
  stage: stage.default("development"),
  command: z.string().min(1).max(4096),
  args: z.array(z.string().max(8192)).max(256).default([]),
  cwd: z.string().min(1).max(4096).nullable().default(null),
  env: z.record(envName, z.string().max(32_768)).default({}),
  secretEnv: z.record(envName, secretText).default({}),
});

export const callQueryInput = z.strictObject({
  ...tenantScope,
  text: z.string().max(400).optional(),
  agentId: idOf("agt").optional(),
  serverId: idOf("srv").optional(),
  tool: z.string().max(256).optional(),
  outcome: z.array(outcome).max(8).optional(),
  code: z.string().max(64).optional(),
  decision: z.enum(["allow", "deny"]).optional(),
  authMethod: z.enum(["bearer", "api-key", "certificate"]).optional(),
  account: z.string().max(256).optional(),
  from: z.number().int().nonnegative().optional(),
  until: z.number().int().nonnegative().optional(),
  before: z.number().int().nonnegative().optional(),
  after: z.number().int().nonnegative().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});

const nonceText = z.string().min(16).max(64);

const returns = <T>(): { readonly _type?: T } => ({});

export const contract = {
  "app.status": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<AppStatus>(),
  },
  "app.link": { surfaces: ["cli"], input: z.strictObject({}), output: returns<{ url: string }>() },
  "doctor.run": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<DoctorReport>(),
  },
  /** A person has read a reminder: it comes back at its next step, not before. */
  "reminders.told": {
    surfaces: ["app"],
    input: z.strictObject({ about: z.string().regex(/^[A-Za-z0-9_-]{8,60}$/) }),
    output: returns<{ told: true }>(),
  },
  "vault.choose": {
    surfaces: ["app", "cli"],
    input: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("keychain") }),
      z.strictObject({ kind: z.literal("memory") }),
      z.strictObject({ kind: z.literal("file"), passphrase: z.string().min(1).max(1024) }),
    ]),
    output: returns<VaultStatus>(),
  },
  "vault.unlock": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ passphrase: z.string().min(1).max(1024) }),
    output: returns<VaultStatus>(),
  },
  "vault.lock": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<VaultStatus>(),
  },
  "tenants.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<readonly Tenant[]>(),
  },
  "tenants.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: slug, name: label }),
    output: returns<Tenant>(),
  },
  "servers.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly ServerView[]>(),
  },
  "servers.add": {
    surfaces: ["app", "cli"],
    input: z.discriminatedUnion("kind", [addHttpServer, addStdioServer]),
    output: returns<ServerView>(),
  },
  /** Which pattern fits, why, and what a thief of its credential could still do. */
  "patterns.advise": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      tenants: z.enum(["one", "several"]),
      stakes: z.enum(["low", "standard", "critical", "regulated"]),
      onBehalf: z.boolean(),
      stage: stage.default("development"),
    }),
    output: returns<Advice>(),
  },
  /** The same question about a server as it is. */
  "servers.standing": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<Standing>(),
  },
  /** Asks a server how it authenticates, and proposes a pattern. Nothing is kept, and nothing secret is sent. */
  "servers.discover": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      url: z.url({ protocol: /^https?$/ }).max(4096),
      stage: stage.default("development"),
      /** Which of the issuers that the server names. */
      issuer: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .nullable()
        .default(null),
      ...agreed,
      trustPem: trustPem.default(null),
      attempt: attemptId.nullable().default(null),
    }),
    output: returns<Proposal>(),
  },
  "servers.cancelDiscovery": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ attempt: attemptId }),
    output: returns<{ cancelled: boolean }>(),
  },
  "servers.setState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv"), state: z.enum(["active", "paused"]) }),
    output: returns<ServerView>(),
  },
  "servers.update": {
    surfaces: ["app", "cli"],
    /** What is left out stays. A key whose address changes is deleted unless it is given anew. */
    input: z.strictObject({
      id: idOf("srv"),
      name: slug.optional(),
      stage: stage.optional(),
      http: z
        .strictObject({
          url: z
            .url({ protocol: /^https?$/ })
            .max(4096)
            .optional(),
          auth: z
            .discriminatedUnion("type", [
              ...keylessAuth,
              z.strictObject({ ...keyPlace, secret: secretText.nullable().default(null) }),
            ])
            .optional(),
          allowPlainHttpOnLoopback: z.boolean().optional(),
          trustPem: trustPem.optional(),
        })
        .optional(),
      stdio: addStdioServer
        .pick({ command: true })
        .partial()
        .extend({
          args: z.array(z.string().max(8192)).max(256).optional(),
          cwd: z.string().min(1).max(4096).nullable().optional(),
          env: z.record(envName, z.string().max(32_768)).optional(),
        })
        .optional(),
    }),
    output: returns<ServerView>(),
  },
  "servers.replaceSecret": {
    surfaces: ["app", "cli"],
    /** `env`: which variable of a local server; left out for the key of an http server. */
    input: z.strictObject({ id: idOf("srv"), env: envName.optional(), secret: secretText }),
    output: returns<ServerView>(),
  },
  "servers.setAgentScopes": {
    surfaces: ["app", "cli"],
    /** A part of the server's scopes for this one agent; null gives it all of them. */
    input: z.strictObject({
      id: idOf("srv"),
      agent: idOf("agt"),
      scopes: z.array(scopeToken).min(1).max(64).nullable(),
    }),
    output: returns<ServerView>(),
  },
  "servers.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<{ removed: true }>(),
  },
  "servers.test": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<TestReport>(),
  },
  "servers.stderr": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("srv") }),
    output: returns<StderrTail>(),
  },
  "agents.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly AgentView[]>(),
  },
  "agents.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ ...tenantScope, name: label }),
    output: returns<Issued>(),
  },
  "agents.rotate": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt") }),
    output: returns<Issued>(),
  },
  "agents.rename": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt"), name: label }),
    output: returns<AgentView>(),
  },
  "agents.setState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt"), state: agentSchema.shape.state }),
    output: returns<AgentView>(),
  },
  "agents.setCertificate": {
    surfaces: ["app", "cli"],
    /** PEM of the agent's own certificate, which is pinned; null takes it away. Its key never comes here. */
    input: z.strictObject({ id: idOf("agt"), certificate: z.string().max(131_072).nullable() }),
    output: returns<AgentView>(),
  },
  /** The door for agents with certificates; null while no agent has one, or the vault is not open. */
  "mtls.status": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<{
      door: { origin: string; certificate: string } | null;
      trouble: Complaint | null;
    }>(),
  },
  /** How an agent with a certificate connects; none for one without. Nothing in them is secret. */
  "mtls.snippets": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ agent: idOf("agt") }),
    output: returns<readonly Snippet[]>(),
  },
  "agents.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("agt") }),
    output: returns<{ removed: true }>(),
  },
  "issuers.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Issuer[]>(),
  },
  "issuers.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      name: slug,
      issuer: z
        .url({ protocol: /^https?$/, error: "must begin with http:// or https://" })
        .max(2048),
      clientId: z.string().min(1).max(1024),
      auth: z.discriminatedUnion("method", [
        z.strictObject({ method: z.literal("none") }),
        z.strictObject({
          method: z.enum(["client_secret_basic", "client_secret_post"]),
          secret: secretText,
        }),
        z.strictObject({
          method: z.literal("private_key_jwt"),
          /** PKCS#8 PEM; left out, a key is made here and only its public half is shown. */
          privateKey: secretText.nullable().default(null),
          alg: signingAlg.default("ES256"),
        }),
        z.strictObject({
          method: z.enum(["tls_client_auth", "self_signed_tls_client_auth"]),
          certificate: idOf("crt"),
        }),
      ]),
      allowPlainHttpOnLoopback: z.boolean().default(false),
      trustPem: trustPem.default(null),
    }),
    output: returns<Issuer>(),
  },
  "issuers.update": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      id: idOf("iss"),
      name: slug.optional(),
      trustPem: trustPem.optional(),
    }),
    output: returns<Issuer>(),
  },
  "issuers.replaceSecret": {
    surfaces: ["app", "cli"],
    input: z.union([
      z.strictObject({ id: idOf("iss"), secret: secretText }),
      /** private_key_jwt: a second key, made here where none is given, used once it is settled. */
      z.strictObject({
        id: idOf("iss"),
        privateKey: secretText.nullable(),
        alg: signingAlg.optional(),
      }),
    ]),
    output: returns<Issuer>(),
  },
  "issuers.settleKey": {
    surfaces: ["app", "cli"],
    /** Which of the two keys stays; the other is deleted. */
    input: z.strictObject({ id: idOf("iss"), keep: z.enum(["new", "old"]) }),
    output: returns<Issuer>(),
  },
  "issuers.jwks": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("iss") }),
    output: returns<{ keys: readonly Readonly<Record<string, unknown>>[] }>(),
  },
  /** The person's own metadata document (CIMD): where it is, and what has to stand in it for these issuers. */
  "issuers.document": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      issuers: z
        .array(z.url({ protocol: /^https?$/ }).max(2048))
        .max(16)
        .default([]),
      /** Left out: as it is. Null: there is none. */
      url: z
        .url({ protocol: /^https$/ })
        .max(1024)
        .nullable()
        .optional(),
    }),
    output: returns<{ url: string | null; document: Readonly<Record<string, unknown>> }>(),
  },
  /** Becomes known there: as registered already, by the person's own document (CIMD), or dynamically (RFC 7591). */
  "issuers.register": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      /** Left out: from the issuer's host. */
      name: slug.optional(),
      issuer: z.url({ protocol: /^https?$/ }).max(2048),
      use: z.enum(["account", "client-credentials"]).default("account"),
      scopes: z.array(scopeToken).max(64).default([]),
      /** Hosts of its endpoints, besides its own, that the person agreed to (threat 31). */
      hosts: z.array(z.string().max(260)).max(32).default([]),
      ...agreed,
      trustPem: trustPem.default(null),
      attempt: attemptId.nullable().default(null),
    }),
    output: returns<Issuer>(),
  },
  "issuers.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("iss") }),
    output: returns<Unregistered>(),
  },
  "accounts.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly AccountView[]>(),
  },
  "accounts.signIn": {
    surfaces: ["app", "cli"],
    input: z.strictObject(signInWish),
    /** The address to be opened in the system browser, never in a window of ours (RFC 8252 section 8.12). */
    output: returns<{ url: string; flow: string }>(),
  },
  "accounts.signInDevice": {
    surfaces: ["app", "cli"],
    input: z.strictObject(signInWish),
    /** Where this machine has no browser: a code to be typed on another device (RFC 8628). */
    output: returns<DeviceCode>(),
  },
  "accounts.signInState": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ flow: idOf("flow") }),
    output: returns<SignInState>(),
  },
  "accounts.signInPage": {
    surfaces: ["app"],
    /** The page where the code is typed: the desktop form opens it in the system browser. */
    input: z.strictObject({ flow: idOf("flow") }),
    output: returns<{ url: string }>(),
  },
  "accounts.cancelSignIn": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ flow: idOf("flow") }),
    output: returns<SignInState>(),
  },
  "accounts.signOut": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("acc") }),
    output: returns<SignedOut>(),
  },
  "certificates.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly CertificateView[]>(),
  },
  "certificates.make": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      label,
      /** Common name; RFC 4514 text is made of it. */
      commonName: label,
      key: madeKey.default("EC-P256"),
      /** Self-signed at once, or a request (RFC 2986) for an authority. */
      signedBy: z.enum(["itself", "authority"]),
      days,
    }),
    output: returns<CertificateView>(),
  },
  "certificates.renew": {
    surfaces: ["app", "cli"],
    /** A new key with the same names; left out: of the same kind, signed as the old one was. */
    input: z.strictObject({
      id: idOf("crt"),
      key: madeKey.optional(),
      signedBy: z.enum(["itself", "authority"]).optional(),
      days,
    }),
    output: returns<CertificateView>(),
  },
  "certificates.takeOver": {
    surfaces: ["app", "cli"],
    /** A successor that stands by: everything that works with the old one works with it from now on. */
    input: z.strictObject({ id: idOf("crt") }),
    output: returns<CertificateView>(),
  },
  "certificates.accept": {
    surfaces: ["app", "cli"],
    /** What the authority signed, as PEM, leaf first. */
    input: z.strictObject({ id: idOf("crt"), chain: z.string().min(1).max(131_072) }),
    output: returns<CertificateView>(),
  },
  "certificates.import": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      label,
      /** PEM with certificate and key, or PKCS#12, as base64. */
      file: z.string().min(1).max(2_000_000),
      passphrase: z.string().max(1024).nullable().default(null),
      /** The certificate whose place it takes. */
      replaces: idOf("crt").nullable().default(null),
    }),
    output: returns<CertificateView>(),
  },
  "certificates.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("crt") }),
    output: returns<{ removed: true }>(),
  },
  "actors.jwks": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    /** One set for each tenant: nothing crosses between them. */
    output: returns<readonly ActorKeySet[]>(),
  },
  "flows.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Flow[]>(),
  },
  "flows.get": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("flow") }),
    output: returns<Flow>(),
  },
  "lab.status": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<LabStatus>(),
  },
  "lab.start": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<LabStatus>(),
  },
  "lab.stop": { surfaces: ["app", "cli"], input: z.strictObject({}), output: returns<LabStatus>() },
  "lab.tour": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<TourReport>(),
  },
  /** What is asked of the person now. Only the surface that asks sees it, and only it can answer. */
  "questions.list": {
    surfaces: ["approval"],
    input: z.strictObject({}),
    output: returns<readonly Question[]>(),
  },
  "questions.show": {
    surfaces: ["approval"],
    input: z.strictObject({ id: idOf("qst") }),
    output: returns<ShownQuestion>(),
  },
  "questions.hold": {
    surfaces: ["approval"],
    input: z.strictObject({ id: idOf("qst"), nonce: nonceText }),
    output: returns<Question>(),
  },
  "questions.answer": {
    surfaces: ["approval"],
    input: z.strictObject({
      id: idOf("qst"),
      nonce: nonceText,
      verdict: z.discriminatedUnion("type", [
        z.strictObject({
          type: z.literal("allow"),
          lifetime: z.enum(LIFETIMES),
          scope: z.enum(["arguments", "tool"]),
        }),
        z.strictObject({ type: z.literal("deny") }),
        z.strictObject({ type: z.literal("deny-and-pause") }),
      ]),
    }),
    output: returns<{ answered: true }>(),
  },
  "questions.waiting": {
    surfaces: ["app", "approval", "cli"],
    input: z.strictObject({}),
    output: returns<Waiting>(),
  },
  /** Brings the surface that asks to the front, or makes a link to it. */
  "questions.open": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<{ url: string | null }>(),
  },
  /** Asks about this agent again, although nobody answered before. */
  "questions.resume": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ agent: idOf("agt") }),
    output: returns<Waiting>(),
  },
  "grants.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Grant[]>(),
  },
  "grants.revoke": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("grt") }),
    output: returns<{ revoked: true }>(),
  },
  "rules.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Rule[]>(),
  },
  /** A rule that allows something waits here until the person has agreed to it on the surface that asks. */
  "rules.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      effect,
      agent: idOf("agt").nullable().default(null),
      server: idOf("srv").nullable().default(null),
      tool: toolPattern.nullable().default(null),
      note: label.nullable().default(null),
    }),
    output: returns<Rule>(),
  },
  "rules.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("rule") }),
    output: returns<{ removed: true }>(),
  },
  "calls.search": { surfaces: ["app", "cli"], input: callQueryInput, output: returns<CallPage>() },
  "calls.get": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("call") }),
    output: returns<CallDetail>(),
  },
} as const satisfies Record<string, MethodShape>;

interface MethodShape {
  readonly surfaces: readonly Surface[];
  readonly input: z.ZodType;
  readonly output: { readonly _type?: unknown };
}

export type Contract = typeof contract;
export type Method = keyof Contract;
/** What a caller writes (defaults may be left out). */
export type InputOf<M extends Method> = z.input<Contract[M]["input"]>;
/** What a handler gets (checked, defaults filled in). */
export type CheckedOf<M extends Method> = z.output<Contract[M]["input"]>;
export type OutputOf<M extends Method> = NonNullable<Contract[M]["output"]["_type"]>;

/** The answer to any contract call, on every surface. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Complaint };
