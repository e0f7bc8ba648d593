// Pieces of input that several methods share: parsed here, once, before any handler sees them.
import { z } from "zod";
import { idOf, slug } from "../core/names.ts";
import { actorUse, scopeToken, tokenBound } from "../core/patterns.ts";
import { envName, fieldName, stage } from "../core/servers.ts";

export const tenantScope = { tenant: slug.optional() };
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
export const secretText = z.string().min(1, "must not be empty").max(65_536);

export const asked = {
  issuer: idOf("iss"),
  scopes: z.array(scopeToken).max(64).default([]),
  resource: z.url().max(2048).nullable().default(null),
  audience: z.string().min(1).max(2048).nullable().default(null),
};
export const signingAlg = z.enum(["ES256", "RS256", "PS256", "EdDSA"]);
export const days = z.number().int().min(1).max(825).default(365);
export const signInWish = {
  issuer: idOf("iss"),
  scopes: z.array(scopeToken).max(64).default([]),
  resource: z.url().max(2048).nullable().default(null),
  /** An account that signs in again must come back as the same person. */
  account: idOf("acc").nullable().default(null),
};
export const someAccount = idOf("acc").nullable().default(null);
/** RFC 9449: the token is worth nothing without a key that never leaves the vault. */
export const bound = tokenBound.default("none");
export const perUserPerMinute = z.number().int().min(1).max(100_000).nullable().default(null);
export const trustPem = z
  .string()
  .max(65_536)
  .regex(
    /^\s*-----BEGIN CERTIFICATE-----/,
    "must be PEM, beginning with -----BEGIN CERTIFICATE-----",
  )
  .nullable();

/** Chosen by whoever asks, so that it can be followed and cancelled while it runs. */
export const attemptId = z.string().regex(/^[A-Za-z0-9_-]{8,40}$/);
/** What a person agreed to about an issuer that only a document named. */
export const agreed = {
  /** It may lie on this machine or in a private network (threat 30). */
  confirmed: z.boolean().default(false),
};

export const keylessAuth = [
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
export const keyPlace = {
  type: z.literal("api-key"),
  in: z.enum(["header", "query"]).default("header"),
  name: fieldName.default("X-API-Key"),
  prefix: z.string().max(24).default(""),
};

export const addHttpServer = z.strictObject({
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

/** The text of an OpenAPI document; core/openapi bounds what is in it. */
export const documentText = z
  .string()
  .min(1)
  .max(4 * 1024 * 1024);
/** Names of the tools that a person picked. */
export const pickedTools = z
  .array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/))
  .min(1)
  .max(1000);

export const addApiServer = addHttpServer.extend({
  kind: z.literal("openapi"),
  document: documentText,
  /** Left out or null: all operations that only read. */
  operations: pickedTools.nullable().default(null),
});

export const addStdioServer = z.strictObject({
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
  run: idOf("run").optional(),
  from: z.number().int().nonnegative().optional(),
  until: z.number().int().nonnegative().optional(),
  before: z.number().int().nonnegative().optional(),
  after: z.number().int().nonnegative().optional(),
  limit: z.number().int().min(1).max(500).default(100),
});

export const nonceText = z.string().min(16).max(64);
