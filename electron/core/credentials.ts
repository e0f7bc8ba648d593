// Hands over what one admitted exchange needs, and nothing more. The last check before a key leaves.
import type { Agent } from "./agents.ts";
import type { Broker, Brokered } from "./broker.ts";
import { checkTransport, covers } from "./destination.ts";
import { Refusal } from "./errors.ts";
import type { Secret } from "./secret.ts";
import { Secret as SecretValue } from "./secret.ts";
import { checkStage } from "./oauth/keeping/ladder.ts";
import { shapeOf, shapeOfServer } from "./pattern-shape.ts";
import { isOAuth } from "./patterns.ts";
import { secretsOf } from "./server-register.ts";
import type { HttpServer, Server } from "./servers.ts";
import type { SecretRef, Vault } from "./vault.ts";

/** What goes with the request. Mirrors host/upstream.ts, which takes it. */
export type Attachment =
  | { readonly type: "none" }
  | { readonly type: "header"; readonly name: string; readonly value: Secret }
  | { readonly type: "query"; readonly name: string; readonly value: Secret }
  | { readonly type: "env"; readonly values: Readonly<Record<string, Secret>> }
  /** An access token, with the certificate that it is sent with. */
  | { readonly type: "token"; readonly brokered: Brokered };

/** Port: told of every secret that is in use, so that the journal and the log can keep it out. */
export interface LiveSecrets {
  add(secret: Secret): void;
  remove(secret: Secret): void;
}

export type SecretOwner = "server" | "issuer" | "certificate";

/** Each is entered again in another place: the words have to say which. */
function missing(whose: SecretOwner, name: string): Refusal {
  if (whose === "issuer") return new Refusal("issuer_secret_missing", { issuer: name });
  if (whose === "certificate") return new Refusal("certificate_key_missing", { certificate: name });
  return new Refusal("vault_secret_missing", { server: name });
}

export interface Credentials {
  /**
   * @param agent who the call is for; null where a person tests the server
   * @param wider scopes that the server asked for on top
   * @throws Refusal `credential_binding_mismatch`, `plain_http_refused`, `pattern_too_weak`, `vault_*`, and the broker's
   */
  release(
    server: Server,
    agent: Agent | null,
    signal?: AbortSignal,
    wider?: readonly string[],
  ): Promise<Attachment>;
  /**
   * A secret by its id, kept in memory while it is in use.
   * @param what the name of whose it is, for the words where it is missing
   * @throws Refusal `vault_*`, `issuer_secret_missing`, `certificate_key_missing`
   */
  secret(tenant: string, id: string, what: string, whose?: SecretOwner): Promise<Secret>;
  /**
   * Whether every secret of this tenant is known to the journal, so that it can keep them out of what it is told.
   * True at once after the first time; false where the vault cannot be read. Never rejects.
   */
  watchOver(tenant: string): true | Promise<boolean>;
  /** Forgets what is in memory: after a change of the server, and when the vault is locked. */
  forget(server: Server): void;
  forgetAll(): void;
}

/**
 * Secrets are kept in memory while they are in use: a keychain round trip for every call would cost
 * milliseconds and, on some systems, a dialog. Locking the vault forgets them.
 */
export function createCredentials(
  vault: Vault,
  live: LiveSecrets,
  broker: () => Broker,
  /** What a tenant has in the vault: the same list for as long as nothing changed. */
  secretsIn: (tenant: string) => readonly SecretRef[] = () => [],
): Credentials {
  const kept = new Map<string, Secret>();
  const watched = new Map<string, readonly SecretRef[]>();
  const loading = new Map<string, Promise<Secret | undefined>>();
  // A lookup that was under way when everything was forgotten must not bring a secret back.
  let era = 0;

  const keyOf = (ref: SecretRef): string => `${ref.tenant}/${ref.id}`;

  async function load(
    ref: SecretRef,
    name: string,
    whose: SecretOwner = "server",
  ): Promise<Secret> {
    const key = keyOf(ref);
    const known = kept.get(key);
    if (known !== undefined) return known;
    let pending = loading.get(key);
    if (pending === undefined) {
      const started = era;
      pending = vault.get(ref).then((secret) => {
        if (era !== started) throw new Refusal("vault_locked");
        if (secret === undefined) return undefined;
        kept.set(key, secret);
        live.add(secret);
        return secret;
      });
      loading.set(key, pending);
      void pending.catch(() => undefined).finally(() => loading.delete(key));
    }
    // Said here and not above: who else waits for it may know it by another name.
    const secret = await pending;
    if (secret === undefined) throw missing(whose, name);
    return secret;
  }

  /** Takes up what is not known yet. What is missing from the vault is nothing that could be told. */
  async function takeUp(tenant: string, refs: readonly SecretRef[]): Promise<boolean> {
    const started = era;
    for (const ref of refs) {
      try {
        await load(ref, "");
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== "vault_secret_missing") return false;
      }
    }
    if (era !== started) return false;
    watched.set(tenant, refs);
    return true;
  }

  async function forHttp(
    server: HttpServer,
    agent: Agent | null,
    signal?: AbortSignal,
    wider?: readonly string[],
  ): Promise<Attachment> {
    const { pattern } = server;
    checkStage(server.stage, shapeOf(pattern));
    if (pattern.type === "none") return { type: "none" };
    const url = new URL(server.url);
    if (!covers(pattern.boundTo, url)) {
      throw new Refusal("credential_binding_mismatch", {
        server: server.name,
        bound: pattern.boundTo.origin + pattern.boundTo.path,
        wanted: url.origin + url.pathname,
      });
    }
    checkTransport(url, server.allowPlainHttpOnLoopback);
    if (isOAuth(pattern)) {
      return {
        type: "token",
        brokered: await broker().token(server, pattern, agent, signal, wider),
      };
    }
    const key = await load({ tenant: server.tenant, id: pattern.secret }, server.name);
    if (pattern.in === "query") return { type: "query", name: pattern.name, value: key };
    const value = pattern.prefix === "" ? key : new SecretValue(pattern.prefix + key.reveal());
    return { type: "header", name: pattern.name.toLowerCase(), value };
  }

  function drop(ref: SecretRef): void {
    const key = keyOf(ref);
    const secret = kept.get(key);
    if (secret !== undefined) live.remove(secret);
    kept.delete(key);
    watched.delete(ref.tenant);
  }

  return {
    async release(server, agent, signal, wider) {
      if (server.kind !== "stdio") return forHttp(server, agent, signal, wider);
      checkStage(server.stage, shapeOfServer(server));
      const values: Record<string, Secret> = {};
      for (const [name, entry] of Object.entries(server.secretEnv)) {
        values[name] = await load({ tenant: server.tenant, id: entry.secret }, server.name);
      }
      return { type: "env", values };
    },
    secret: (tenant, id, what, whose = "issuer") => load({ tenant, id }, what, whose),
    watchOver(tenant) {
      const refs = secretsIn(tenant);
      return watched.get(tenant) === refs || takeUp(tenant, refs);
    },
    forget(server) {
      for (const ref of secretsOf(server)) drop(ref);
    },
    forgetAll() {
      era++;
      for (const secret of kept.values()) live.remove(secret);
      kept.clear();
      watched.clear();
    },
  };
}
