// The servers of each tenant, and their secrets on the way in. A secret goes to the vault first, then the
// settings name it: a crash between the two leaves an unused secret, never a server without its key.
import { narrowed } from "./agent-scopes.ts";
import type { Clock } from "./clock.ts";
import { bindingOf, checkAddress, checkTransport } from "./destination.ts";
import type { Digest } from "./digest.ts";
import { Refusal } from "./errors.ts";
import { newId } from "./ids.ts";
import { DEFAULT_TENANT } from "./names.ts";
import type { Store } from "./registry.ts";
import { Secret } from "./secret.ts";
import { checkStage } from "./oauth/keeping/ladder.ts";
import { shapeOf } from "./pattern-shape.ts";
import { type ApiRegister, checkBase, destructiveOf } from "./openapi/api-register.ts";
import type { Api } from "./openapi/api.ts";
import type { OAuthPattern } from "./patterns.ts";
import { belongs, changed, type ServerChange } from "./server-update.ts";
import type {
  ApiServer,
  HttpServer,
  McpServer,
  Pattern,
  Server,
  Stage,
  StdioServer,
} from "./servers.ts";
import type { SecretRef, Vault } from "./vault.ts";

export interface ServerPorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly apis: Pick<ApiRegister, "take">;
  /** The server changed or went: end what is open to it and forget its secrets. */
  readonly dropServer: (server: Server) => void;
}

type CommonOf<T extends Server> = Pick<
  T,
  "id" | "tenant" | "name" | "stage" | "state" | "createdAt"
>;
interface Made {
  readonly server: Server;
  readonly secrets: readonly (readonly [SecretRef, string])[];
  readonly api?: Api;
}
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

interface Common {
  readonly tenant?: string | undefined;
  readonly name: string;
  readonly stage: Stage;
}
export interface NewHttpServer extends Common {
  readonly kind: "http";
  readonly url: string;
  readonly auth:
    | { readonly type: "none" }
    | {
        readonly type: "api-key";
        readonly in: "header" | "query";
        readonly name: string;
        readonly prefix: string;
        readonly secret: string;
      }
    | DistributiveOmit<OAuthPattern, "boundTo">;
  readonly allowPlainHttpOnLoopback: boolean;
  readonly trustPem: string | null;
}
/** A plain HTTP API, of a document that was read at this moment. */
export interface NewApiServer extends Omit<NewHttpServer, "kind"> {
  readonly kind: "openapi";
  /** The document's text. */
  readonly document: string;
  /** The tools that the person picked; null for all that only read. */
  readonly operations: readonly string[] | null;
}
export interface NewStdioServer extends Common {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: string[];
  readonly cwd: string | null;
  readonly env: Record<string, string>;
  readonly secretEnv: Record<string, string>;
}

/** Every secret that a server uses. */
export function secretsOf(server: Server): SecretRef[] {
  const ids =
    server.kind !== "stdio"
      ? server.pattern.type === "api-key"
        ? [server.pattern.secret]
        : []
      : Object.values(server.secretEnv).map((entry) => entry.secret);
  return ids.map((id) => ({ tenant: server.tenant, id }));
}

export type ServerRegister = ReturnType<typeof createServerRegister>;

export function createServerRegister(ports: ServerPorts) {
  const { store, vault, clock, digest, apis } = ports;
  const random = (n: number): Uint8Array => digest.random(n);
  const instant = (): string => new Date(clock.now()).toISOString();

  /** Stores secrets, runs `then`, and takes the secrets out again if it fails. */
  async function withSecrets<T>(
    secrets: readonly (readonly [SecretRef, string])[],
    then: () => Promise<T>,
  ): Promise<T> {
    const stored: SecretRef[] = [];
    try {
      for (const [ref, value] of secrets) {
        stored.push(ref);
        await vault.set(ref, new Secret(value));
      }
      return await then();
    } catch (error) {
      // Best effort: an orphaned secret is unreachable, and the first error is the one to report.
      for (const ref of stored) await vault.delete(ref).catch(() => false);
      throw error;
    }
  }

  function find(id: string): Server {
    const server = store.read("servers").find((s) => s.id === id);
    if (server === undefined) throw new Refusal("server_unknown", { server: id });
    return server;
  }

  async function replace(
    id: string,
    next: (server: Server, all: readonly Server[]) => Server | null,
  ): Promise<Server> {
    let before = find(id);
    let after: Server | null = before;
    await store.write("servers", (all) => {
      before = all.find((s) => s.id === id) ?? before;
      after = next(before, all);
      return all.flatMap((s) => (s.id === id ? (after === null ? [] : [after]) : [s]));
    });
    ports.dropServer(before);
    return after ?? before;
  }

  /** The pattern for this address, and the secret that it brings. The binding is made for what the person sees. */
  function patternFor(
    url: URL,
    auth: NewHttpServer["auth"],
    { tenant, allowPlainHttpOnLoopback }: Pick<HttpServer, "tenant" | "allowPlainHttpOnLoopback">,
  ): { pattern: Pattern; secrets: (readonly [SecretRef, string])[] } {
    if (auth.type === "none") return { pattern: { type: "none" }, secrets: [] };
    checkTransport(url, allowPlainHttpOnLoopback);
    const boundTo = bindingOf(url);
    if (auth.type === "token-exchange") checkHome(auth);
    if (auth.type !== "api-key") return { pattern: { ...auth, boundTo }, secrets: [] };
    const { secret: value, ...rest } = auth;
    checkHeaderValue(rest.prefix + value);
    const secret = newId("sec", clock.now(), random);
    const pattern = { ...rest, secret, secretAddedAt: instant(), boundTo };
    return { pattern, secrets: [[{ tenant, id: secret }, value]] };
  }

  async function httpServer(input: NewHttpServer | NewApiServer, common: CommonOf<McpServer>) {
    const checked = input.kind === "openapi" ? checkBase : checkAddress;
    const url = checked(input.url, "servers.add");
    const { allowPlainHttpOnLoopback } = input;
    const { pattern, secrets } = patternFor(url, input.auth, {
      tenant: common.tenant,
      allowPlainHttpOnLoopback,
    });
    checkStage(common.stage, shapeOf(pattern));
    const reached = {
      ...common,
      url: url.href,
      pattern,
      allowPlainHttpOnLoopback: input.allowPlainHttpOnLoopback,
      trustPem: input.trustPem,
    };
    if (input.kind === "http") return { server: { ...reached, kind: "http" } as const, secrets };
    const api = await apis.take(common.id, input.document, input.operations);
    const server: ApiServer = { ...reached, kind: "openapi", ...importOf(api) };
    return { server, secrets, api };
  }

  function stdioServer(
    input: NewStdioServer,
    common: Omit<StdioServer, "kind" | "command" | "args" | "cwd" | "env" | "secretEnv">,
  ) {
    const secrets: (readonly [SecretRef, string])[] = [];
    const secretEnv: StdioServer["secretEnv"] = {};
    for (const [name, value] of Object.entries(input.secretEnv)) {
      if (value.includes("\0")) {
        throw new Refusal("input_invalid", {
          method: "servers.add",
          reason: `${name} holds a zero byte`,
        });
      }
      const id = newId("sec", clock.now(), random);
      secretEnv[name] = { secret: id, secretAddedAt: instant() };
      secrets.push([{ tenant: common.tenant, id }, value]);
    }
    const { command, args, cwd, env } = input;
    const server: StdioServer = { ...common, kind: "stdio", command, args, cwd, env, secretEnv };
    return { server, secrets };
  }

  return {
    list(tenant?: string): readonly Server[] {
      return store.read("servers").filter((s) => tenant === undefined || s.tenant === tenant);
    },
    find,

    /** @throws Refusal `tenant_unknown`, `name_taken`, `plain_http_refused`, `input_invalid`, `openapi_*`, `vault_*`, `settings_*` */
    async add(input: NewHttpServer | NewApiServer | NewStdioServer): Promise<Server> {
      const tenant = input.tenant ?? DEFAULT_TENANT;
      if (!store.read("tenants").some((t) => t.id === tenant)) {
        throw new Refusal("tenant_unknown", { tenant });
      }
      const taken = (all: readonly Server[]): void => {
        if (all.some((s) => s.tenant === tenant && s.name === input.name)) {
          throw new Refusal("name_taken", { name: input.name });
        }
      };
      // Asked before the secret is stored, and again when the write has the document to itself.
      taken(store.read("servers"));
      const common = {
        id: newId("srv", clock.now(), random),
        tenant,
        name: input.name,
        stage: input.stage,
        state: "active" as const,
        createdAt: instant(),
      };
      const made: Made =
        input.kind === "stdio" ? stdioServer(input, common) : await httpServer(input, common);
      const { server, secrets, api } = made;
      await withSecrets(secrets, () =>
        api === undefined
          ? store.write("servers", (all) => {
              taken(all);
              return [...all, server];
            })
          : store.writeTogether(["servers", "apis"], (now) => {
              taken(now.servers);
              return { servers: [...now.servers, server], apis: [...now.apis, api] };
            }),
      );
      return server;
    },

    /**
     * Puts what was read of a document in the place of the former import. The server is another one from then on: what
     * was allowed for a while ends, and each tool that is not the same is asked about.
     * @throws Refusal `server_unknown`, `not_applicable`, `settings_*`
     */
    async importAgain(id: string, api: Api): Promise<Server> {
      const before = find(id);
      if (before.kind !== "openapi") throw noApi(before);
      await store.writeTogether(["servers", "apis"], (now) => ({
        servers: now.servers.map((s) =>
          s.id === id && s.kind === "openapi" ? { ...s, ...importOf(api) } : s,
        ),
        apis: [...now.apis.filter(({ server }) => server !== id), api],
      }));
      ports.dropServer(before);
      return find(id);
    },

    setState: (id: string, state: Server["state"]): Promise<Server> =>
      replace(id, (s) => ({ ...s, state })),

    /**
     * Changes what is given and leaves the rest. A key never follows a changed address: where its binding does not
     * cover the new one, the key is deleted and has to be given anew (threat 35).
     * @throws Refusal `server_unknown`, `name_taken`, `pattern_too_weak`, `plain_http_refused`, `input_invalid`, `vault_*`, `settings_*`
     */
    async update(change: ServerChange): Promise<Server> {
      const before = find(change.id);
      const { server, secrets } = changed(before, change, patternFor);
      const taken = (all: readonly Server[]): void => {
        if (
          all.some(
            (s) => s.id !== server.id && s.tenant === server.tenant && s.name === server.name,
          )
        ) {
          throw new Refusal("name_taken", { name: server.name });
        }
      };
      taken(store.read("servers"));
      const after = await withSecrets(secrets, () =>
        replace(change.id, (now, all) => {
          taken(all);
          // Worked out from a record that somebody else changed meanwhile: their change would be lost.
          if (JSON.stringify(now) !== JSON.stringify(before)) {
            const reason = "the server was changed meanwhile";
            throw new Refusal("input_invalid", { method: "servers.update", reason });
          }
          return server;
        }),
      );
      const kept = new Set((belongs(after) ? secretsOf(after) : []).map(({ id }) => id));
      for (const ref of secretsOf(before)) {
        if (!kept.has(ref.id)) await vault.delete(ref).catch(() => false);
      }
      return after;
    },

    /** A new secret under a new id: the old one is deleted only when the settings name the new one. */
    async replaceSecret(id: string, value: string, env?: string): Promise<Server> {
      const server = find(id);
      const secret = newId("sec", clock.now(), random);
      const secretAddedAt = instant();
      let old: string;
      let next: (s: Server) => Server;
      if (server.kind !== "stdio" && server.pattern.type === "api-key" && env === undefined) {
        checkHeaderValue(server.pattern.prefix + value);
        old = server.pattern.secret;
        // A person enters the key for the address that they see: the binding is made anew.
        const boundTo = bindingOf(new URL(server.url));
        next = (s) =>
          s.kind !== "stdio" && s.pattern.type === "api-key"
            ? { ...s, pattern: { ...s.pattern, secret, secretAddedAt, boundTo } }
            : s;
      } else if (
        server.kind === "stdio" &&
        env !== undefined &&
        server.secretEnv[env] !== undefined
      ) {
        old = server.secretEnv[env].secret;
        next = (s) =>
          s.kind === "stdio"
            ? { ...s, secretEnv: { ...s.secretEnv, [env]: { secret, secretAddedAt } } }
            : s;
      } else {
        throw new Refusal("input_invalid", {
          method: "servers.replaceSecret",
          reason:
            env === undefined
              ? "this server has no key"
              : `this server has no secret variable ${env}`,
        });
      }
      const ref = (secretId: string): SecretRef => ({ tenant: server.tenant, id: secretId });
      const changed = await withSecrets([[ref(secret), value]], () => replace(id, next));
      await vault.delete(ref(old)).catch(() => false);
      return changed;
    },

    /**
     * Narrows what one agent may ask for at this server; null gives it all that the server has.
     * @throws Refusal `server_unknown`, `agent_unknown`, `input_invalid`, `settings_*`
     */
    setAgentScopes(id: string, agent: string, scopes: readonly string[] | null): Promise<Server> {
      const { tenant } = find(id);
      if (!store.read("agents").some((a) => a.id === agent && a.tenant === tenant)) {
        throw new Refusal("agent_unknown", { agent });
      }
      return replace(id, (s) => narrowHttp(s, (pattern) => narrowed(pattern, agent, scopes)));
    },

    /** An agent was removed: what was said of it goes, too. */
    async forgetAgent(agent: string): Promise<void> {
      const named = (s: Server): boolean =>
        s.kind !== "stdio" && "issuer" in s.pattern && s.pattern.agentScopes?.[agent] !== undefined;
      for (const { id } of store.read("servers").filter(named)) {
        await replace(id, (s) => narrowHttp(s, (pattern) => narrowed(pattern, agent, null)));
      }
    },

    async remove(id: string): Promise<void> {
      const before = find(id);
      const server = before.kind === "openapi" ? before : await replace(id, () => null);
      if (server.kind === "openapi") {
        await store.writeTogether(["servers", "apis"], (now) => ({
          servers: now.servers.filter((s) => s.id !== id),
          apis: now.apis.filter((api) => api.server !== id),
        }));
        ports.dropServer(server);
      }
      for (const ref of secretsOf(server)) await vault.delete(ref).catch(() => false);
    },
  };
}

/** What an import leaves in the server's own record. */
const importOf = ({
  importedAt,
  operations,
}: Api): Pick<ApiServer, "importedAt" | "destructive"> => ({
  importedAt,
  destructive: destructiveOf(operations),
});

/** A server that has no document. */
export const noApi = ({ name }: Pick<Server, "name">): Refusal =>
  new Refusal("not_applicable", {
    reason: `“${name}” is no API from an OpenAPI document`,
    instead: "Import the document as a server of its own.",
  });

function narrowHttp(server: Server, next: (pattern: Pattern) => Pattern): Server {
  if (server.kind !== "stdio") return { ...server, pattern: next(server.pattern) };
  throw new Refusal("input_invalid", {
    method: "servers.setAgentScopes",
    reason: "a local server has no scopes",
  });
}

/** What an assertion of one issuer for another cannot be. @throws Refusal `input_invalid` */
function checkHome({
  home,
  issuer,
  actor,
}: Pick<Extract<OAuthPattern, { type: "token-exchange" }>, "home" | "issuer" | "actor">): void {
  const refuse = (reason: string): Refusal =>
    new Refusal("input_invalid", { method: "servers.add", reason });
  if (home === issuer) throw refuse("an issuer needs no word for itself: leave “home” out");
  if (home !== null && actor === "required")
    throw refuse("an assertion for another issuer names no actors");
}

/** RFC 9110 section 5.5: a header value is visible ASCII with inner spaces; anything else could split a request. */
function checkHeaderValue(value: string): void {
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw new Refusal("input_invalid", {
      method: "servers.add",
      reason:
        "the key holds characters that no header can carry (check for spaces or line ends around it)",
    });
  }
}
