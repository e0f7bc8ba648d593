// Each agent's own key: with it Countersign signs, as an issuer of its own, who acts (RFC 8693 section 1.1).
// Issuers trust the public keys; the private ones lie in the vault.
import type { z } from "zod";
import type { Agent } from "../../agents.ts";
import type { Clock } from "../../clock.ts";
import { base64url, type Digest } from "../../digest.ts";
import { Refusal } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { Secret } from "../../secret.ts";
import type { Vault } from "../../vault.ts";
import {
  type ActorKey,
  actorKeyRef,
  type ActorKeyStore,
  privateSchema,
  type PublicJwk,
  type SubtleLike,
  thumbprint,
} from "./actor-key-record.ts";
import { createTurns } from "./turns.ts";

export {
  type ActorKey,
  actorKeyRef,
  actorKeySchema,
  actorKeysSchema,
  type ActorKeyStore,
  type PublicJwk,
  type SubtleLike,
} from "./actor-key-record.ts";

export interface ActorKeyPorts<K> {
  readonly store: ActorKeyStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly subtle: SubtleLike<K>;
  /** Countersign's own issuer identifier for this tenant, as registered at the issuers that trust it. */
  readonly issuer: (tenant: string) => string;
}

export interface ActorKeys {
  /**
   * A fresh JWT that says which agent acts: `iss` Countersign, `sub` the agent's id, `aud` the issuer, 60 seconds,
   * a `jti` of its own. Makes the agent's key at its first use.
   * @throws Refusal `vault_*`, `settings_*`
   */
  sign(agent: Pick<Agent, "id" | "tenant">, audience: string): Promise<Secret>;
  /** RFC 7517 section 5 key set of all agents, or of one tenant's. Holds nothing secret. */
  jwks(tenant?: string): { keys: PublicJwk[] };
  /**
   * A new key. It is published now and signs after `leadMs`; the old one stays published until nothing that it
   * signed is valid any more. Where an issuer got the key set by hand, the lead is the time a person needs.
   */
  rotate(agent: Pick<Agent, "id" | "tenant">, leadMs?: number): Promise<ActorKey>;
  /** The agent was removed: its keys leave the set at once. */
  remove(agentId: string): Promise<void>;
  /** The vault was locked: private keys leave memory. */
  forgetAll(): void;
}

/** Milliseconds that a signed statement is valid: it is sent at once, and a stolen one is to be useless soon. */
const LIFE_MS = 60_000;
/** Milliseconds that an issuer's clock may be behind. */
const TOLERANCE_MS = 5 * 60_000;
/** Milliseconds in which issuers are expected to fetch the key set again. */
const LEAD_MS = 10 * 60_000;

export function createActorKeys<K>(ports: ActorKeyPorts<K>): ActorKeys {
  const { store, vault, clock, digest, subtle } = ports;
  const loaded = new Map<string, Promise<K>>();
  // A lookup that was under way when everything was forgotten must not bring a key back.
  let era = 0;
  // One change of an agent's keys at a time: two first calls must not make two keys.
  const inTurn = createTurns();
  const instantOf = (ms: number): string => new Date(ms).toISOString();

  const keysOf = (agentId: string): ActorKey[] => store.read().filter((k) => k.agent === agentId);

  /** The newest key whose time has come; where the clock was set back before all of them, the oldest. */
  function current(agentId: string): ActorKey | undefined {
    const keys = keysOf(agentId).sort((a, b) => a.useFrom.localeCompare(b.useFrom));
    return keys.filter((k) => Date.parse(k.useFrom) <= clock.now()).at(-1) ?? keys[0];
  }

  async function make(agent: Pick<Agent, "id" | "tenant">, leadMs: number): Promise<ActorKey> {
    const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
      "sign",
      "verify",
    ]);
    const { kty, crv, x, y, d } = await subtle.exportKey("jwk", pair.privateKey);
    const jwk = privateSchema.parse({ kty, crv, x, y, d });
    const now = clock.now();
    const key: ActorKey = {
      kid: thumbprint(digest, jwk.x, jwk.y),
      agent: agent.id,
      tenant: agent.tenant,
      x: jwk.x,
      y: jwk.y,
      secret: newId("sec", now, (n) => digest.random(n)),
      createdAt: instantOf(now),
      useFrom: instantOf(now + leadMs),
      publishUntil: null,
    };
    const text = new Secret(JSON.stringify(jwk));
    const ref = actorKeyRef(key);
    const until = instantOf(now + leadMs + LIFE_MS + TOLERANCE_MS);
    try {
      await vault.set(ref, text);
      if ((await vault.get(ref))?.reveal() !== text.reveal()) {
        throw new Refusal("vault_write_unverified");
      }
      await store.write((all) => [
        ...all.map((k) =>
          k.agent === agent.id && k.publishUntil === null ? { ...k, publishUntil: until } : k,
        ),
        key,
      ]);
    } catch (error) {
      await vault.delete(ref).catch(() => false);
      throw error;
    }
    return key;
  }

  /** Keys whose last signature has expired go, from the document first. */
  async function sweep(agentId: string): Promise<void> {
    const over = (k: ActorKey): boolean =>
      k.agent === agentId && k.publishUntil !== null && Date.parse(k.publishUntil) < clock.now();
    await discard(over);
  }

  async function discard(which: (key: ActorKey) => boolean): Promise<void> {
    const gone = store.read().filter(which);
    if (gone.length === 0) return;
    await store.write((all) => all.filter((k) => !which(k)));
    for (const key of gone) {
      loaded.delete(key.kid);
      await vault.delete(actorKeyRef(key)).catch(() => false);
    }
  }

  /** The private key, imported so that it cannot be exported again. Undefined where the vault has lost it. */
  async function load(key: ActorKey): Promise<K | undefined> {
    const known = loaded.get(key.kid);
    if (known !== undefined) return known;
    const started = era;
    const secret = await vault.get(actorKeyRef(key));
    if (secret === undefined) return undefined;
    if (era !== started) throw new Refusal("vault_locked");
    let jwk: z.infer<typeof privateSchema>;
    try {
      jwk = privateSchema.parse(JSON.parse(secret.reveal()));
    } catch {
      // The cause would quote the key.
      throw new Refusal("vault_entry_broken");
    }
    if (thumbprint(digest, jwk.x, jwk.y) !== key.kid) throw new Refusal("vault_entry_broken");
    const imported = subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, [
      "sign",
    ]);
    loaded.set(key.kid, imported);
    imported.catch(() => loaded.delete(key.kid));
    return imported;
  }

  async function keyFor(agent: Pick<Agent, "id" | "tenant">): Promise<{ kid: string; key: K }> {
    const present = current(agent.id);
    const held = present && (await load(present));
    if (present !== undefined && held !== undefined) return { kid: present.kid, key: held };
    return inTurn(agent.id, async () => {
      // Another call may have made it while this one waited.
      const again = current(agent.id);
      const there = again && (await load(again));
      if (again !== undefined && there !== undefined) return { kid: again.kid, key: there };
      const made = await make(agent, 0);
      const key = await load(made);
      if (key === undefined) throw new Refusal("vault_write_unverified");
      return { kid: made.kid, key };
    });
  }

  return {
    async sign(agent, audience) {
      const { kid, key } = await keyFor(agent);
      const iat = Math.floor(clock.now() / 1000);
      const part = (value: unknown): string =>
        base64url(new TextEncoder().encode(JSON.stringify(value)));
      const head = part({ alg: "ES256", typ: "JWT", kid });
      const body = part({
        iss: ports.issuer(agent.tenant),
        sub: agent.id,
        // One string, the issuer itself: an array or an endpoint could be presented elsewhere (negative test 106).
        aud: audience,
        iat,
        exp: iat + LIFE_MS / 1000,
        jti: base64url(digest.random(16)),
      });
      const signed = `${head}.${body}`;
      // RFC 7518 section 3.4: R || S, which is what Web Crypto returns.
      const signature = await subtle.sign(
        { name: "ECDSA", hash: "SHA-256" },
        key,
        new TextEncoder().encode(signed),
      );
      // Here and not by a timer: an agent that never acts again has a key that never signs again.
      await inTurn(agent.id, () => sweep(agent.id)).catch(() => undefined);
      return new Secret(`${signed}.${base64url(new Uint8Array(signature))}`);
    },

    jwks(tenant) {
      const now = clock.now();
      const keys = store
        .read()
        .filter((k) => tenant === undefined || k.tenant === tenant)
        .filter((k) => k.publishUntil === null || Date.parse(k.publishUntil) >= now)
        .map(({ x, y, kid }): PublicJwk => ({
          kty: "EC",
          crv: "P-256",
          x,
          y,
          kid,
          use: "sig",
          alg: "ES256",
        }));
      return { keys };
    },

    rotate: (agent, leadMs = LEAD_MS) =>
      inTurn(agent.id, async () => {
        await sweep(agent.id);
        // The first key has nothing to overlap with, and waiting would leave the agent without any.
        return make(agent, keysOf(agent.id).length === 0 ? 0 : leadMs);
      }),

    remove: (agentId) => inTurn(agentId, () => discard((k) => k.agent === agentId)),

    forgetAll() {
      era++;
      loaded.clear();
    },
  };
}
