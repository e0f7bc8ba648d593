// The contract's methods about issuers, accounts, certificates and the agents' own signing keys.
import { z } from "zod";
import type {
  AccountView,
  ActorKeySet,
  CertificateView,
  DeviceCode,
  SignInState,
  SignedOut,
  Unregistered,
} from "../contract-views.ts";
import { madeKey } from "../core/certificates.ts";
import type { Issuer } from "../core/issuers.ts";
import { idOf, label, slug } from "../core/names.ts";
import { scopeToken } from "../core/patterns.ts";
import {
  days,
  agreed,
  attemptId,
  secretText,
  signInWish,
  signingAlg,
  tenantScope,
  trustPem,
} from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";
export const identityMethods = {
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
} as const satisfies Record<string, MethodShape>;
