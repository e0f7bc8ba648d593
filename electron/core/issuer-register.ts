// What Countersign is registered as at each issuer, and the secrets that prove it.
import { certificateJwk } from "./certificates/jwk.ts";
import type { Clock } from "./clock.ts";
import { isLoopback } from "./destination.ts";
import type { Digest } from "./digest.ts";
import { Refusal } from "./errors.ts";
import { newId } from "./ids.ts";
import { signingKey } from "./issuer-key.ts";
import type { ClientAuthRecord, Issuer, SigningAlg } from "./issuers.ts";
import { DEFAULT_TENANT } from "./names.ts";
import { newDpopSecret } from "./oauth/dpop.ts";
import { createTurns } from "./oauth/keeping/turns.ts";
import type { Pattern } from "./patterns.ts";
import type { Store } from "./registry.ts";
import { Secret } from "./secret.ts";
import type { SecretRef, Vault } from "./vault.ts";

export interface IssuerPorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly digest: Digest;
  /** It went: forget tokens and metadata that rest on it. */
  readonly dropIssuer: (issuer: Issuer) => void;
  /** Its secret or trust was replaced: tokens that rest on the old one go as what is under way with them ends. */
  readonly retireIssuer: (issuer: Issuer) => void;
}

export type NewClientAuth =
  | { readonly method: "none" }
  | { readonly method: "client_secret_basic" | "client_secret_post"; readonly secret: string }
  | {
      readonly method: "private_key_jwt";
      readonly privateKey: string | null;
      readonly alg: SigningAlg;
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
  /** How Countersign registered itself; left out for what a person entered. */
  readonly registration?: {
    readonly by: "document" | "dynamic";
    /** UTC milliseconds. */
    readonly secretExpiresAt: number | null;
    readonly management: { readonly uri: string; readonly token: Secret } | null;
    readonly confirmed: boolean;
  };
}

export function issuerSecrets({ tenant, auth, proof, registration }: Issuer): SecretRef[] {
  const own = "secret" in auth ? [auth.secret] : [];
  const next = "next" in auth && auth.next !== undefined ? [auth.next.secret] : [];
  const proven = proof === undefined ? [] : [proof.secret];
  const back = registration?.management ? [registration.management.secret] : [];
  return [...own, ...next, ...proven, ...back].map((id) => ({ tenant, id }));
}

/** Whether a pattern gets its tokens at this registration, or by a sign-in there. */
const uses = (pattern: Pattern, id: string): boolean =>
  ("issuer" in pattern && pattern.issuer === id) || ("home" in pattern && pattern.home === id);

export type IssuerRegister = ReturnType<typeof createIssuerRegister>;

export function createIssuerRegister(ports: IssuerPorts) {
  const { store, vault, clock, digest } = ports;
  const inTurn = createTurns();
  const invalid = (reason: string): Refusal =>
    new Refusal("input_invalid", { method: "issuers.add", reason });

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
        const { pem, ...shown } = await signingKey(input.privateKey, input.alg);
        return {
          auth: { method: input.method, secret: ref.id, secretAddedAt, ...shown },
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

  /** A change of one record. @throws Refusal `issuer_unknown`, `name_taken`, `settings_*` */
  async function change(id: string, next: (issuer: Issuer) => Issuer): Promise<Issuer> {
    await store.write("issuers", (all) => {
      const before = all.find((i) => i.id === id);
      if (before === undefined) throw new Refusal("issuer_unknown", { issuer: id });
      const after = next(before);
      if (all.some((i) => i.id !== id && i.tenant === after.tenant && i.name === after.name)) {
        throw new Refusal("name_taken", { name: after.name });
      }
      return all.map((i) => (i.id === id ? after : i));
    });
    return find(id);
  }

  /** Secret first, then the settings that name it; then the one that nothing names any more goes. */
  async function exchangeSecret(
    { id, tenant }: Issuer,
    value: string,
    next: (now: Issuer, secret: string, secretAddedAt: string) => Issuer,
  ): Promise<Issuer> {
    const before = new Map(issuerSecrets(find(id)).map((ref) => [ref.id, ref]));
    const ref = { tenant, id: newId("sec", clock.now(), (n) => digest.random(n)) };
    await vault.set(ref, new Secret(value));
    let after: Issuer;
    try {
      after = await change(id, (now) => next(now, ref.id, new Date(clock.now()).toISOString()));
    } catch (error) {
      await vault.delete(ref).catch(() => false);
      throw error;
    }
    await forgetSecrets(before, after);
    return after;
  }

  async function forgetSecrets(before: Map<string, SecretRef>, after: Issuer): Promise<void> {
    for (const { id } of issuerSecrets(after)) before.delete(id);
    for (const ref of before.values()) await vault.delete(ref).catch(() => false);
  }

  return {
    list: (tenant?: string): readonly Issuer[] =>
      store.read("issuers").filter((i) => tenant === undefined || i.tenant === tenant),
    find,

    /** Asked before anything is made elsewhere under this name. @throws Refusal `tenant_unknown`, `name_taken` */
    requireFree(tenant: string, name: string): void {
      if (!store.read("tenants").some((t) => t.id === tenant))
        throw new Refusal("tenant_unknown", { tenant });
      if (store.read("issuers").some((i) => i.tenant === tenant && i.name === name))
        throw new Refusal("name_taken", { name });
    },

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
      const kept: (readonly [SecretRef, Secret])[] = [];
      if (secret !== null) kept.push([ref, new Secret(secret)]);
      const { registration } = input;
      if (registration !== undefined) {
        const { by, confirmed, management, secretExpiresAt } = registration;
        const own = { tenant, id: newId("sec", clock.now(), random) };
        if (management !== null) kept.push([own, management.token]);
        issuer.registration = {
          by,
          confirmed,
          secretExpiresAt:
            secretExpiresAt === null ? null : new Date(secretExpiresAt).toISOString(),
          management: management === null ? null : { uri: management.uri, secret: own.id },
        };
      }
      try {
        for (const [one, value] of kept) await vault.set(one, value);
        await store.write("issuers", (all) => {
          if (all.some((i) => i.tenant === tenant && i.name === input.name)) {
            throw new Refusal("name_taken", { name: input.name });
          }
          return [...all, issuer];
        });
      } catch (error) {
        for (const [one] of kept) await vault.delete(one).catch(() => false);
        throw error;
      }
      return issuer;
    },

    /** @throws Refusal `issuer_unknown`, `name_taken`, `settings_*` */
    async update(input: {
      id: string;
      name?: string | undefined;
      trustPem?: string | null | undefined;
    }): Promise<Issuer> {
      const { id, name, trustPem } = input;
      const trusted = find(id).trustPem;
      const after = await change(id, (now) => ({
        ...now,
        name: name ?? now.name,
        trustPem: trustPem === undefined ? now.trustPem : trustPem,
      }));
      if (after.trustPem !== trusted) ports.retireIssuer(after);
      return after;
    },

    /**
     * A new client secret is used at once. A new signing key waits beside the old one: the issuer must know it first.
     * @throws Refusal `issuer_unknown`, `input_invalid`, `vault_*`, `settings_*`
     */
    async replaceSecret(
      input:
        | { readonly id: string; readonly secret: string }
        | {
            readonly id: string;
            readonly privateKey: string | null;
            readonly alg?: SigningAlg | undefined;
          },
    ): Promise<Issuer> {
      const issuer = find(input.id);
      const { auth } = issuer;
      const refuse = (reason: string): Refusal =>
        new Refusal("input_invalid", { method: "issuers.replaceSecret", reason });
      if (auth.method === "private_key_jwt") {
        if ("secret" in input) throw refuse("it proves itself by a key, not by a secret");
        const alg = input.alg ?? auth.alg;
        const { pem, ...shown } = await signingKey(input.privateKey, alg);
        return exchangeSecret(issuer, pem, (now, secret, secretAddedAt) =>
          now.auth.method === "private_key_jwt"
            ? { ...now, auth: { ...now.auth, next: { secret, secretAddedAt, ...shown } } }
            : now,
        );
      }
      if (auth.method !== "client_secret_basic" && auth.method !== "client_secret_post") {
        throw refuse("it has no secret; a certificate is renewed under Certificates");
      }
      if (!("secret" in input)) throw refuse("it proves itself by a secret, not by a key");
      const after = await exchangeSecret(issuer, input.secret, (now, secret, secretAddedAt) => ({
        ...now,
        auth: { method: auth.method, secret, secretAddedAt },
        // When the old one ended says nothing of the new one.
        ...(now.registration && { registration: { ...now.registration, secretExpiresAt: null } }),
      }));
      ports.retireIssuer(after);
      return after;
    },

    /** Ends the time of two keys: from now on the one is used, and the other is deleted. @throws Refusal `input_invalid` */
    async settleKey(id: string, keep: "new" | "old"): Promise<Issuer> {
      const issuer = find(id);
      const before = new Map(issuerSecrets(issuer).map((ref) => [ref.id, ref]));
      const after = await change(id, (now) => {
        const { auth } = now;
        if (auth.method !== "private_key_jwt" || auth.next === undefined) {
          const reason = "there is no second key";
          throw new Refusal("input_invalid", { method: "issuers.settleKey", reason });
        }
        const { next, ...old } = auth;
        return { ...now, auth: keep === "new" ? { method: auth.method, ...next } : old };
      });
      await forgetSecrets(before, after);
      if (keep === "new") ports.retireIssuer(after);
      return after;
    },

    /**
     * What the issuer is to know Countersign by (RFC 7517): the signing keys, or the certificates that sign themselves
     * (RFC 8705 section 2.2.2), those that stand by among them.
     * @throws Refusal `issuer_unknown`, `input_invalid` where it is known by neither, `certificate_*`
     */
    async jwks(id: string): Promise<{ keys: Readonly<Record<string, unknown>>[] }> {
      const { auth, tenant } = find(id);
      if (auth.method === "private_key_jwt") {
        return {
          keys: [auth.publicJwk, ...(auth.next === undefined ? [] : [auth.next.publicJwk])],
        };
      }
      if (auth.method !== "self_signed_tls_client_auth") {
        const reason = `an issuer needs no key set for ${auth.method}`;
        throw new Refusal("input_invalid", { method: "issuers.jwks", reason });
      }
      const keys: Readonly<Record<string, unknown>>[] = [];
      for (const one of store.read("certificates")) {
        const named = one.id === auth.certificate;
        if (one.tenant !== tenant || one.state !== "active") continue;
        if (named || one.replaces === auth.certificate) keys.push(await certificateJwk(one));
      }
      if (keys.length === 0) {
        throw new Refusal("certificate_unknown", { certificate: auth.certificate });
      }
      return { keys };
    },

    /**
     * The key that this registration proves possession with (RFC 9449), made where there is none: no issuer has to
     * be told of it, so one that got lost is simply followed by another.
     * @throws Refusal `issuer_unknown`, `vault_*`, `settings_*`
     */
    proofKey: (id: string): Promise<SecretRef> =>
      inTurn(id, async () => {
        const issuer = find(id);
        const { tenant, proof } = issuer;
        if (proof !== undefined) {
          const kept = { tenant, id: proof.secret };
          if ((await vault.get(kept)) !== undefined) return kept;
        }
        const pem = (await newDpopSecret()).reveal();
        let made = "";
        await exchangeSecret(issuer, pem, (now, secret, madeAt) => {
          made = secret;
          return { ...now, proof: { secret, madeAt } };
        });
        return { tenant, id: made };
      }),

    /**
     * @param before does what has to be done while its secrets are still there
     * @throws Refusal `issuer_unknown`, `input_invalid` while a server uses it
     */
    async remove(id: string, before?: (issuer: Issuer) => Promise<void>): Promise<void> {
      const issuer = find(id);
      const users = store.read("servers").filter((s) => s.kind !== "stdio" && uses(s.pattern, id));
      if (users.length > 0) {
        throw new Refusal("still_used", {
          name: issuer.name,
          users: users.map((s) => s.name).join(", "),
          instead:
            "To change its secret, replace it (countersign issuer replace-secret). To remove it, give them another issuer first (countersign server edit).",
        });
      }
      await before?.(issuer);
      await store.write("issuers", (all) => all.filter((i) => i.id !== id));
      ports.dropIssuer(issuer);
      for (const ref of issuerSecrets(issuer)) await vault.delete(ref).catch(() => false);
    },
  };
}
