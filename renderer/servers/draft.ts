// What the add-a-server form holds, what is wrong with it, and what it becomes. Pure.
import { splitCommandLine } from "../lib/command-line.ts";
import { isHttpUrl, isPlainLoopback, nameFromCommand, nameFromUrl, SLUG } from "../lib/names.ts";
import { isTrustPem, trustOf } from "../identities/issuer-draft.ts";
import type { InputOf, PatternType, ServerView } from "../types.ts";
import { words } from "../words.ts";
import { type ApiDraft, apiFaults, EMPTY_API } from "./api-draft.ts";
import {
  asksCertificate,
  EMPTY_OAUTH,
  isOAuthType,
  type OAuthDraft,
  oauthFaults,
  type OAuthFaults,
  toAuth,
} from "./oauth-draft.ts";

export const PRESETS = ["bearer", "x-api-key", "header", "query"] as const;
export type AuthPreset = (typeof PRESETS)[number];

export interface HttpDraft {
  readonly url: string;
  readonly pattern: PatternType;
  readonly oauth: OAuthDraft;
  readonly preset: AuthPreset;
  readonly fieldName: string;
  readonly prefix: string;
  readonly key: string;
  readonly allowPlain: boolean;
  readonly trustPem: string;
}
export interface EnvRow {
  readonly key: number;
  readonly name: string;
  readonly value: string;
  readonly secret: boolean;
}
export interface StdioDraft {
  readonly command: string;
  readonly args: readonly { readonly key: number; readonly text: string }[];
  readonly cwd: string;
  readonly env: readonly EnvRow[];
}
export interface Draft {
  readonly kind: "http" | "openapi" | "stdio";
  readonly name: string;
  /** The person wrote the name: it is no longer derived from the address. */
  readonly nameTouched: boolean;
  readonly stage: ServerView["stage"];
  /** Address, pattern and key, of an API, too. */
  readonly http: HttpDraft;
  readonly api: ApiDraft;
  readonly stdio: StdioDraft;
}

export const EMPTY_DRAFT: Draft = {
  kind: "http",
  name: "",
  nameTouched: false,
  stage: "development",
  http: {
    url: "",
    pattern: "api-key",
    oauth: EMPTY_OAUTH,
    preset: "bearer",
    fieldName: "",
    prefix: "",
    key: "",
    allowPlain: false,
    trustPem: "",
  },
  api: EMPTY_API,
  stdio: { command: "", args: [], cwd: "", env: [] },
};

let lastKey = 0;
/** A key for a row of a list that can grow and shrink. */
export const nextKey = (): number => ++lastKey;

/** Faults by field, in words. */
export type Faults = OAuthFaults &
  Readonly<
    Partial<
      Record<
        | "url"
        | "fieldName"
        | "key"
        | "plain"
        | "trust"
        | "name"
        | "command"
        | "env"
        | "file"
        | "picked",
        string
      >
    >
  >;

const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** The name shown: the person's own, or one from the address or command. */
export function nameOf(draft: Draft): string {
  if (draft.nameTouched) return draft.name;
  if (draft.kind !== "stdio") return nameFromUrl(draft.http.url);
  const { command, args } = splitCommand(draft.stdio);
  return command === ""
    ? ""
    : nameFromCommand(
        command,
        args.map((arg) => arg.text),
      );
}

/** A pasted command line becomes a program and its arguments. A path with spaces stays whole in quotes. */
export function splitCommand(draft: StdioDraft): StdioDraft {
  const parts = splitCommandLine(draft.command);
  const [command, ...rest] = parts ?? [];
  if (command === undefined || (rest.length === 0 && command === draft.command)) return draft;
  return {
    ...draft,
    command,
    args: [...rest.map((text) => ({ key: nextKey(), text })), ...draft.args],
  };
}

export function faultsOf(draft: Draft): Faults {
  const w = words.servers.form;
  const faults: Record<string, string> = {};
  if (!SLUG.test(nameOf(draft))) faults["name"] = w.nameInvalid;
  if (draft.kind !== "stdio") {
    const { url, pattern, preset, fieldName, key, allowPlain, trustPem } = draft.http;
    if (!isHttpUrl(url)) faults["url"] = w.urlInvalid;
    if (!isTrustPem(trustPem)) faults["trust"] = w.trustInvalid;
    if (pattern === "api-key") {
      if ((preset === "header" || preset === "query") && !FIELD_NAME.test(fieldName)) {
        faults["fieldName"] = w.fieldInvalid;
      }
      if (key === "") faults["key"] = w.keyNeeded;
    }
    if (isOAuthType(pattern)) Object.assign(faults, oauthFaults(pattern, draft.http.oauth, url));
    if (asksCertificate(pattern) && /^http:/i.test(url.trim())) {
      faults["url"] = w.certificateWantsHttps;
    } else if (pattern !== "none") {
      if (isPlainLoopback(url) && !allowPlain) faults["plain"] = w.plainNeeded;
      else if (/^http:/i.test(url.trim()) && !isPlainLoopback(url) && isHttpUrl(url)) {
        faults["url"] = w.plainRefused;
      }
    }
    // Without a file there is no more of the form to be wrong.
    if (draft.kind === "openapi") {
      return draft.api.preview === null ? apiFaults(draft) : { ...faults, ...apiFaults(draft) };
    }
    return faults;
  }
  const { command, env } = draft.stdio;
  if (command.trim() === "") faults["command"] = w.commandNeeded;
  else if (splitCommandLine(command) === null) faults["command"] = w.quoteOpen;
  const names = env.map((row) => row.name);
  if (names.some((name) => !ENV_NAME.test(name))) faults["env"] = w.envInvalid;
  else if (new Set(names).size < names.length) faults["env"] = w.envTwice;
  else if (env.some((row) => row.secret && row.value === "")) faults["env"] = w.envEmpty;
  return faults;
}

/** Where the key stands in the request. */
function placeOf(draft: HttpDraft): { in: "header" | "query"; name: string; prefix: string } {
  switch (draft.preset) {
    case "bearer":
      return { in: "header", name: "Authorization", prefix: "Bearer " };
    case "query":
      return { in: "query", name: draft.fieldName, prefix: "" };
    case "header":
      return { in: "header", name: draft.fieldName, prefix: spaced(draft.prefix) };
    case "x-api-key":
      break;
  }
  return { in: "header", name: "X-API-Key", prefix: "" };
}

/** A scheme such as `Token` stands before the key with a space (RFC 9110 section 11.4). */
function spaced(prefix: string): string {
  const trimmed = prefix.trim();
  return /^[A-Za-z][A-Za-z0-9-]*$/.test(trimmed) ? `${trimmed} ` : trimmed;
}

/** What the server will get, with the key as dots. */
export function sendsLine(draft: HttpDraft): string {
  const { in: place, name, prefix } = placeOf(draft);
  const dots = "••••••••";
  return place === "query" ? `?${name || "…"}=${dots}` : `${name || "…"}: ${prefix}${dots}`;
}

/** The contract's input. Only for a draft without faults. */
export function toInput(draft: Draft): InputOf<"servers.add"> {
  const name = nameOf(draft);
  if (draft.kind !== "stdio") {
    const { url, pattern, key, oauth, allowPlain, trustPem } = draft.http;
    const { document, picked } = draft.api;
    return {
      ...(draft.kind === "openapi"
        ? { kind: "openapi", document, operations: [...picked] }
        : { kind: "http" }),
      name,
      stage: draft.stage,
      url: url.trim(),
      auth: isOAuthType(pattern)
        ? toAuth(pattern, oauth, url)
        : pattern === "none"
          ? { type: "none" }
          : { type: "api-key", ...placeOf(draft.http), secret: key },
      allowPlainHttpOnLoopback: pattern !== "none" && isPlainLoopback(url) && allowPlain,
      trustPem: trustOf(trustPem),
    };
  }
  const { command, args, cwd, env } = splitCommand(draft.stdio);
  const variables = (secret: boolean): Record<string, string> =>
    Object.fromEntries(
      env.filter((row) => row.secret === secret).map((row) => [row.name, row.value]),
    );
  return {
    kind: "stdio",
    name,
    stage: draft.stage,
    command,
    args: args.map((arg) => arg.text),
    cwd: cwd.trim() === "" ? null : cwd.trim(),
    env: variables(false),
    secretEnv: variables(true),
  };
}
