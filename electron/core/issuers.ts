// What Countersign is at an issuer: an OAuth client with its way of authentication. Keyed by the exact issuer
// string; its credentials are never used at another issuer (RFC 9700 section 4.4, MCP authorization).
import { z } from "zod";
import { idOf, instant, slug } from "./names.ts";

const secretId = idOf("sec");

const signingKey = {
  secret: secretId,
  secretAddedAt: instant,
  alg: z.enum(["ES256", "RS256", "PS256", "EdDSA"]),
  kid: z.string().min(1).max(128),
  /** What is registered at the issuer: the public key only. */
  publicJwk: z.record(
    z.string().max(32),
    z.union([z.string().max(2048), z.array(z.string().max(32)).max(8)]),
  ),
};

export const clientAuthSchema = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("none") }),
  z.strictObject({
    method: z.enum(["client_secret_basic", "client_secret_post"]),
    secret: secretId,
    secretAddedAt: instant,
  }),
  z.strictObject({
    method: z.literal("private_key_jwt"),
    ...signingKey,
    /** Made to follow: shown beside the key in use until a person says that the issuer knows it. */
    next: z.strictObject(signingKey).optional(),
  }),
  /** RFC 8705 section 2: the certificate is presented in the TLS handshake. */
  z.strictObject({
    method: z.enum(["tls_client_auth", "self_signed_tls_client_auth"]),
    certificate: idOf("crt"),
  }),
]);
export type ClientAuthRecord = z.infer<typeof clientAuthSchema>;
export type SigningAuth = Extract<ClientAuthRecord, { method: "private_key_jwt" }>;
export type SigningAlg = SigningAuth["alg"];

export const issuerSchema = z.strictObject({
  id: idOf("iss"),
  tenant: slug,
  /** For people and the command line; unique in its tenant. */
  name: slug,
  /** Exact issuer identifier (RFC 8414 section 2). Compared as a string, never normalised. */
  issuer: z.url({ protocol: /^https?$/ }).max(2048),
  clientId: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[\x20-\x7e]+$/),
  auth: clientAuthSchema,
  allowPlainHttpOnLoopback: z.boolean(),
  /** PEM of authorities that may vouch for this issuer besides the runtime's own; chosen by a person, seen in the app. */
  trustPem: z.string().max(65_536).nullable(),
  createdAt: instant,
  /**
   * The key that tokens of this registration are bound to where a server wants them bound (RFC 9449); left out until
   * one does. No issuer has to be told of it: it is shown with each request.
   */
  proof: z.strictObject({ secret: secretId, madeAt: instant }).optional(),
  /** Only where Countersign registered itself. */
  registration: z
    .strictObject({
      /** `document`: the client id is the address of a document (CIMD). `dynamic`: RFC 7591. */
      by: z.enum(["document", "dynamic"]),
      /** Null where the secret does not end, or there is none. */
      secretExpiresAt: instant.nullable(),
      /** RFC 7592: where it can be taken back; the token for that is in the vault. */
      management: z.strictObject({ uri: z.url().max(2048), secret: secretId }).nullable(),
      /** A person said that it may lie on this machine or in a private network: no document may (threat 30). */
      confirmed: z.boolean(),
    })
    .optional(),
});
export type Issuer = z.infer<typeof issuerSchema>;
