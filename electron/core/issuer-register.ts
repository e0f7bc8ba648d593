// What Countersign is registered as at each issuer, and the secrets that prove it.
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from "jose";
import type { Clock } from "./clock.ts";
import { isLoopback } from "./destination.ts";
import type { Digest } from "./digest.ts";
import { Refusal } from "./errors.ts";
import { newId } from "./ids.ts";
import type { ClientAuthRecord, Issuer } from "./issuers.ts";
import { DEFAULT_TENANT } from "./names.ts";
import type { Store } from "./registry.ts";
import { Secret } from "./secret.ts";
import type { SecretRef, Vault } from "./vault.ts";

export interface IssuerPorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly digest: Digest;
  /** It changed or went: forget tokens and metadata that rest on it. */
  readonly dropIssuer: (issuer: Issuer) => void;
}

export type NewClientAuth =
  | { readonly method: "none" }
  | { readonly method: "client_secret_basic" | "client_secret_post"; readonly secret: string }
  | {
      readonly method: "private_key_jwt";
      readonly privateKey: string | null;
      readonly alg: "ES256" | "RS256" | "PS256" | "EdDSA";
    }
  | {
      readonly method: "tls_client_auth" | "self_signed_tls_client_auth";
      readonly certificate: string;
    };

export interface NewIssuer {
  readonly tenant?: string | undefined;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly auth: NewClientAuth;
  readonly allowPlainHttpOnLoopback: boolean;
  readonly trustPem: string | null;
}

export const issuerSecrets = ({ tenant, auth }: Issuer): SecretRef[] =>
  "secret" in auth ? [{ tenant, id: auth.secret }] : [];

export type IssuerRegister = ReturnType<typeof createIssuerRegister>;

export function createIssuerRegister(ports: IssuerPorts) {
  const { store, vault, clock, digest } = ports;
  const invalid = (reason: string): Refusal =>
    new Refusal("input_invalid", { method: "issuers.add", reason });

  /** Reads or makes the key; its public half is what gets registered at the issuer (RFC 7517). */
  async function signingKey(
    pem: string | null,
    alg: string,
  ): Promise<{ pem: string; jwk: Record<string, unknown> }> {
    try {
      if (pem === null) {
        const pair = await generateKeyPair(alg, { extractable: true });
        return {
          pem: await exportPKCS8(pair.privateKey),
          jwk: { ...(await exportJWK(pair.publicKey)) },
        };
      }
      const {
        d: _d,
        p: _p,
        q: _q,
        dp: _dp,
        dq: _dq,
        qi: _qi,
        ...jwk
      } = await exportJWK(await importPKCS8(pem, alg, { extractable: true }));
      return { pem, jwk };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw invalid(`the key is not a PKCS#8 PEM private key for ${alg}`);
    }
  }

  async function authOf(
    input: NewClientAuth,
    ref: SecretRef,
  ): Promise<{ auth: ClientAuthRecord; secret: string | null }> {
    const secretAddedAt = new Date(clock.now()).toISOString();
    switch (input.method) {
      case "none":
        return { auth: { method: "none" }, secret: null };
      case "client_secret_basic":
      case "client_secret_post":
        return {
          auth: { method: input.method, secret: ref.id, secretAddedAt },
          secret: input.secret,
        };
      case "private_key_jwt": {
        const { pem, jwk } = await signingKey(input.privateKey, input.alg);
        const kid = await calculateJwkThumbprint(jwk);
        const publicJwk = Object.fromEntries(
          Object.entries({ ...jwk, kid, alg: input.alg, use: "sig" }).filter(
            ([, v]) => typeof v === "string",
          ),
        ) as Record<string, string>;
        return {
          auth: {
            method: input.method,
            secret: ref.id,
            secretAddedAt,
            alg: input.alg,
            kid,
            publicJwk,
          },
          secret: pem,
        };
      }
      case "tls_client_auth":
      case "self_signed_tls_client_auth":
        return { auth: { method: input.method, certificate: input.certificate }, secret: null };
    }
    return input satisfies never;
  }

  function find(id: string): Issuer {
    const issuer = store.read("issuers").find((i) => i.id === id);
    if (issuer === undefined) throw new Refusal("issuer_unknown", { issuer: id });
    return issuer;
  }

  return {
    list: (tenant?: string): readonly Issuer[] =>
      store.read("issuers").filter((i) => tenant === undefined || i.tenant === tenant),
    find,

    /** @throws Refusal `tenant_unknown`, `name_taken`, `plain_http_refused`, `certificate_unknown`, `input_invalid`, `vault_*` */
    async add(input: NewIssuer): Promise<Issuer> {
      const tenant = input.tenant ?? DEFAULT_TENANT;
      if (!store.read("tenants").some((t) => t.id === tenant))
        throw new Refusal("tenant_unknown", { tenant });
      const url = new URL(input.issuer);
      // RFC 8414 section 2: https, no query, no fragment. On this machine only, a person may allow otherwise.
      if (url.search !== "" || url.hash !== "")
        throw invalid("an issuer has neither query nor fragment");
      if (url.protocol !== "https:" && !(isLoopback(url) && input.allowPlainHttpOnLoopback)) {
        throw new Refusal("plain_http_refused", { url: input.issuer });
      }
      const { auth: wanted } = input;
      if (
        "certificate" in wanted &&
        !store.read("certificates").some((c) => c.id === wanted.certificate && c.tenant === tenant)
      ) {
        throw new Refusal("certificate_unknown", { certificate: wanted.certificate });
      }
      const random = (n: number): Uint8Array => digest.random(n);
      const ref = { tenant, id: newId("sec", clock.now(), random) };
      const { auth, secret } = await authOf(wanted, ref);
      const issuer: Issuer = {
        id: newId("iss", clock.now(), random),
        tenant,
        name: input.name,
        issuer: input.issuer,
        clientId: input.clientId,
        auth,
        allowPlainHttpOnLoopback: input.allowPlainHttpOnLoopback,
        trustPem: input.trustPem,
        createdAt: new Date(clock.now()).toISOString(),
      };
      if (secret !== null) await vault.set(ref, new Secret(secret));
      try {
        await store.write("issuers", (all) => {
          if (all.some((i) => i.tenant === tenant && i.name === input.name)) {
            throw new Refusal("name_taken", { name: input.name });
          }
          return [...all, issuer];
        });
      } catch (error) {
        if (secret !== null) await vault.delete(ref).catch(() => false);
        throw error;
      }
      return issuer;
    },

    async remove(id: string): Promise<void> {
      const issuer = find(id);
      const users = store
        .read("servers")
        .filter((s) => s.kind === "http" && "issuer" in s.pattern && s.pattern.issuer === id);
      if (users.length > 0) {
        throw new Refusal("input_invalid", {
          method: "issuers.remove",
          reason: `it is used by ${users.map((s) => s.name).join(", ")}`,
        });
      }
      await store.write("issuers", (all) => all.filter((i) => i.id !== id));
      ports.dropIssuer(issuer);
      for (const ref of issuerSecrets(issuer)) await vault.delete(ref).catch(() => false);
    },
  };
}
