// What a server becomes when a person edits it: the ladder and the binding of its credential are asked again.
import { checkAddress, covers } from "./destination.ts";
import { Refusal } from "./errors.ts";
import { checkBase } from "./openapi/api-register.ts";
import { checkStage } from "./oauth/keeping/ladder.ts";
import { shapeOf } from "./pattern-shape.ts";
import { isOAuth } from "./patterns.ts";
import type { NewHttpServer } from "./server-register.ts";
import type { HttpServer, Pattern, Server, Stage, StdioServer } from "./servers.ts";
import type { SecretRef } from "./vault.ts";

type Auth = NewHttpServer["auth"];
type KeyAuth = Extract<Auth, { type: "api-key" }>;

/** What is left out stays as it is. */
export interface ServerChange {
  readonly id: string;
  readonly name?: string | undefined;
  readonly stage?: Stage | undefined;
  readonly http?:
    | {
        readonly url?: string | undefined;
        /** A key that is left out stays, where it belongs to the address still. */
        readonly auth?:
          | Exclude<Auth, KeyAuth>
          | (Omit<KeyAuth, "secret"> & { readonly secret: string | null })
          | undefined;
        readonly allowPlainHttpOnLoopback?: boolean | undefined;
        readonly trustPem?: string | null | undefined;
      }
    | undefined;
  readonly stdio?:
    | {
        readonly command?: string | undefined;
        readonly args?: string[] | undefined;
        readonly cwd?: string | null | undefined;
        readonly env?: Record<string, string> | undefined;
      }
    | undefined;
}

type Secrets = readonly (readonly [SecretRef, string])[];
type PatternFor = (
  url: URL,
  auth: Auth,
  server: HttpServer,
) => { pattern: Pattern; secrets: Secrets };

const refuse = (reason: string): Refusal =>
  new Refusal("input_invalid", { method: "servers.update", reason });

/** @throws Refusal `pattern_too_weak`, `plain_http_refused`, `input_invalid` */
export function changed(
  before: Server,
  { name = before.name, stage = before.stage, http, stdio }: ServerChange,
  patternFor: PatternFor,
): { server: Server; secrets: Secrets } {
  if (before.kind === "stdio") {
    if (http !== undefined) throw refuse("a local server has no address");
    const { command, args, cwd, env } = { ...before, ...given(stdio ?? {}) };
    const server: StdioServer = { ...before, name, stage, command, args, cwd, env };
    const bare = Object.keys(server.secretEnv).length === 0;
    if (stage !== before.stage) checkStage(stage, { type: bare ? "none" : "env" });
    return { server, secrets: [] };
  }
  if (stdio !== undefined) throw refuse("only a local server has a command");
  const { auth, url: address, ...rest } = http ?? {};
  const checked = before.kind === "openapi" ? checkBase : checkAddress;
  const url = address === undefined ? new URL(before.url) : checked(address, "servers.update");
  const renamed: HttpServer = { ...before, name, stage, ...given(rest), url: url.href };
  const { pattern, secrets } =
    auth === undefined
      ? { pattern: before.pattern, secrets: [] }
      : auth.type === "api-key" && auth.secret === null
        ? { pattern: sameKey(before.pattern, auth, url), secrets: [] }
        : patternFor(url, auth as Auth, renamed);
  checkStage(stage, shapeOf(pattern));
  return { server: { ...renamed, pattern: asNarrow(before.pattern, pattern) }, secrets };
}

/** What single agents were narrowed to stays: an edit must not widen anybody. */
function asNarrow(before: Pattern, after: Pattern): Pattern {
  if (!isOAuth(before) || !isOAuth(after) || before.agentScopes === undefined) return after;
  return { ...after, agentScopes: before.agentScopes };
}

/** Another header for the key that is here. */
function sameKey(before: Pattern, auth: Omit<KeyAuth, "secret">, url: URL): Pattern {
  if (before.type !== "api-key") throw refuse("there is no key yet: give one");
  if (!covers(before.boundTo, url)) {
    throw refuse("its key belongs to another address: give it anew for this one");
  }
  const { in: place, name, prefix } = auth;
  return { ...before, in: place, name, prefix };
}

/** Whether its credential may go to its address: a key that may not is of no use any more. */
export const belongs = (server: Server): boolean =>
  server.kind === "stdio" ||
  server.pattern.type === "none" ||
  covers(server.pattern.boundTo, new URL(server.url));

/** Without what was not given: undefined must not overwrite what is there. */
function given<T extends object>(some: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(some).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
