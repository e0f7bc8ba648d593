// How Countersign authenticates to a server over HTTP: the five patterns. A pattern names its issuer, account,
// certificate and secrets by id; none of them is in here.
import { z } from "zod";
import { idOf, instant } from "./names.ts";

/** Where a credential may be sent: nowhere but below this path of this origin. */
export const bindingSchema = z.strictObject({
  /** Scheme, host and port, as URL.origin prints it. */
  origin: z.string().regex(/^https?:\/\/[^/]+$/),
  /** Path that the destination must equal or lie under, by whole segments. */
  path: z.string().startsWith("/"),
});
export type Binding = z.infer<typeof bindingSchema>;

/** RFC 9110 section 5.1 field name. */
export const fieldName = z
  .string()
  .regex(
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/,
    "must be 1 to 64 letters, digits or -_.!#$%&'*+^`|~, without spaces",
  );

/** RFC 6749 section 3.3 scope-token. */
export const scopeToken = z
  .string()
  .regex(
    /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/,
    "must be visible ASCII without spaces, quotes and backslashes",
  );

/** What every pattern with an issuer asks for. */
export const oauthAsk = {
  /** `iss_…`: which registration of ours, at which issuer. */
  issuer: idOf("iss"),
  scopes: z.array(scopeToken).max(64),
  /** RFC 8707 resource indicator; null sends none. */
  resource: z.url().max(2048).nullable(),
  /** For issuers that know `audience` instead (RFC 8693 section 2.1, and some for client credentials). */
  audience: z.string().min(1).max(2048).nullable(),
  /** A part of `scopes` for single agents; who is not named gets all of them. */
  agentScopes: z.record(idOf("agt"), z.array(scopeToken).min(1).max(64)).optional(),
};

/** Who acts, in an exchanged token (RFC 8693 section 4.1). */
export const actorUse = z.enum(["required", "if-supported", "none"]);

/** Calls that one original user may make in a minute; null for no limit. */
const perUserPerMinute = z.number().int().min(1).max(100_000).nullable();

/**
 * What the token is bound to where no certificate can: `dpop` is a key of the registration's own (RFC 9449), for
 * servers behind something that ends TLS on the way. Left out in documents of before.
 */
export const tokenBound = z.enum(["none", "dpop"]);
const bound = { bound: tokenBound.default("none") };

const boundTo = { boundTo: bindingSchema };

export const patternSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("none") }),
  z.strictObject({
    type: z.literal("api-key"),
    /** `query` for servers that know no other way. */
    in: z.enum(["header", "query"]),
    name: fieldName,
    /** Put before the key in a header: `Bearer ` for keys that are sent as bearer tokens. */
    prefix: z
      .string()
      .max(24)
      .regex(/^[\x21-\x7e]*(?:[\x21-\x7e] )?$/),
    secret: idOf("sec"),
    secretAddedAt: instant,
    ...boundTo,
  }),
  /** RFC 6749 section 4.4. */
  z.strictObject({ type: z.literal("client-credentials"), ...oauthAsk, ...bound, ...boundTo }),
  /** The account's own token: what MCP authorization itself describes. */
  z.strictObject({
    type: z.literal("account"),
    ...oauthAsk,
    account: idOf("acc").nullable(),
    ...bound,
    ...boundTo,
  }),
  /** RFC 8693, with an optional limit for each original user. */
  z.strictObject({
    type: z.literal("token-exchange"),
    ...oauthAsk,
    account: idOf("acc").nullable(),
    actor: actorUse,
    /** Left out in documents of before. */
    perUserPerMinute: perUserPerMinute.default(null),
    /**
     * `iss_…` where the person is signed in, if that is not the server's issuer: the one vouches at the other (ID-JAG,
     * MCP enterprise-managed authorization). Null: the server's issuer itself. Left out in documents of before.
     */
    home: idOf("iss").nullable().default(null),
    ...bound,
    ...boundTo,
  }),
  /** RFC 8705: the certificate at the token endpoint and at the server, the token bound to it. */
  z.strictObject({ type: z.literal("mtls"), ...oauthAsk, certificate: idOf("crt"), ...boundTo }),
  /** Exchange and certificate together, with an optional limit for each original user. */
  z.strictObject({
    type: z.literal("composite"),
    ...oauthAsk,
    /** With an account: exchange and certificate. Without: client credentials and certificate. */
    account: idOf("acc").nullable(),
    exchange: z.boolean(),
    actor: actorUse,
    certificate: idOf("crt"),
    perUserPerMinute,
    ...boundTo,
  }),
]);
export type Pattern = z.infer<typeof patternSchema>;
export type PatternType = Pattern["type"];
export type OAuthPattern = Extract<Pattern, { issuer: string }>;

export const isOAuth = (pattern: Pattern): pattern is OAuthPattern => "issuer" in pattern;
