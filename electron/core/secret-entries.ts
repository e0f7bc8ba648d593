// Every secret that Countersign keeps, by what it is for: names, ages and users from the settings. The vault is not
// asked, so that nothing here could hold a value.
import { POLICY_TENANT } from "./policy/own.ts";
import type { Store } from "./registry.ts";
import { KEY_DAYS } from "./reminders.ts";
import type { Server } from "./servers.ts";

const DAY = 86_400_000;

/**
 * api-key, environment: what a server wants · client-secret, signing-key, next-signing-key: how we prove ourselves at
 * an issuer · proof-key: tokens are bound to it (RFC 9449) · management-token: takes a registration back (RFC 7592) ·
 * certificate-key: of a certificate of ours · sign-in: a person's refresh token · agent-key: signs who acts (RFC 8693) ·
 * policy-token: for an OPA server.
 */
export type SecretKind =
  | "api-key"
  | "environment"
  | "client-secret"
  | "signing-key"
  | "next-signing-key"
  | "proof-key"
  | "management-token"
  | "certificate-key"
  | "sign-in"
  | "agent-key"
  | "policy-token";

export interface SecretEntry {
  /** Its address in the vault, `sec_…`. */
  readonly id: string;
  readonly tenant: string;
  readonly kind: SecretKind;
  /** The variable, where it is one of several. */
  readonly name: string | null;
  readonly owner: {
    readonly type: "server" | "issuer" | "certificate" | "account" | "agent" | "policy";
    readonly id: string;
    readonly name: string;
  };
  /** UTC instant; null where it is not written down. */
  readonly addedAt: string | null;
  /** Names of servers that are called with it or with what it gets, and of registrations that prove themselves by it. */
  readonly usedBy: readonly string[];
  /** When it must be replaced, UTC instant; null where no end is known. */
  readonly dueAt: string | null;
  /** Who replaces it. */
  readonly renewedBy: "person" | "countersign";
}

const plus = (instant: string, days: number): string =>
  new Date(Date.parse(instant) + days * DAY).toISOString();

/** All of them, or one tenant's; those to be replaced first come first. */
export function secretEntries(store: Pick<Store, "read">, tenant?: string): SecretEntry[] {
  const ours = <T extends { readonly tenant: string }>(list: readonly T[]): readonly T[] =>
    tenant === undefined ? list : list.filter((one) => one.tenant === tenant);
  const servers = ours(store.read("servers"));
  const issuers = ours(store.read("issuers"));
  const agents = ours(store.read("agents"));
  const called = (by: (pattern: Pattern) => boolean): string[] =>
    servers.flatMap((one) => (one.kind !== "stdio" && by(one.pattern) ? [one.name] : []));
  const all = [
    ...servers.flatMap(serverSecrets),
    ...issuers.flatMap((issuer): SecretEntry[] => {
      const { auth, proof, registration } = issuer;
      const owner = { type: "issuer", id: issuer.id, name: issuer.name } as const;
      const usedBy = called(
        (p) => ("issuer" in p && p.issuer === issuer.id) || ("home" in p && p.home === issuer.id),
      );
      const common = { tenant: issuer.tenant, name: null, owner, usedBy };
      const list: SecretEntry[] = [];
      const add = (
        id: string,
        kind: SecretKind,
        addedAt: string | null,
        renewedBy: SecretEntry["renewedBy"],
        dueAt: string | null = null,
      ): void => void list.push({ ...common, id, kind, addedAt, dueAt, renewedBy });
      if (auth.method === "client_secret_basic" || auth.method === "client_secret_post") {
        const ends = registration?.secretExpiresAt ?? null;
        add(auth.secret, "client-secret", auth.secretAddedAt, "person", ends);
      }
      if (auth.method === "private_key_jwt") {
        add(auth.secret, "signing-key", auth.secretAddedAt, "person");
        if (auth.next !== undefined) {
          add(auth.next.secret, "next-signing-key", auth.next.secretAddedAt, "person");
        }
      }
      if (proof !== undefined) add(proof.secret, "proof-key", proof.madeAt, "countersign");
      const management = registration?.management ?? null;
      if (management !== null) add(management.secret, "management-token", null, "countersign");
      return list;
    }),
    ...ours(store.read("certificates")).map((one): SecretEntry => {
      const proves = issuers.filter(
        ({ auth }) => "certificate" in auth && auth.certificate === one.id,
      );
      return {
        id: one.key,
        tenant: one.tenant,
        kind: "certificate-key",
        name: null,
        owner: { type: "certificate", id: one.id, name: one.label },
        addedAt: one.keyAddedAt,
        usedBy: [
          ...called((p) => "certificate" in p && p.certificate === one.id),
          ...proves.map(({ name }) => name),
        ],
        dueAt: one.state === "active" ? one.notAfter : null,
        renewedBy: "person",
      };
    }),
    ...ours(store.read("accounts")).flatMap((one): SecretEntry[] => {
      if (one.secret === null) return [];
      const at = issuers.filter(({ issuer }) => issuer === one.issuer).map(({ id }) => id);
      return [
        {
          id: one.secret,
          tenant: one.tenant,
          kind: "sign-in",
          name: null,
          owner: {
            type: "account",
            id: one.id,
            name: one.name ?? one.email ?? one.sub ?? one.issuer,
          },
          addedAt: one.signedInAt,
          // A server that names no account takes the one that is signed in at its issuer.
          usedBy: called(
            (p) =>
              "account" in p &&
              (p.account === one.id || (p.account === null && at.includes(signInAt(p)))),
          ),
          dueAt: null,
          renewedBy: "countersign",
        },
      ];
    }),
    ...ours(store.read("actors")).map((one): SecretEntry => {
      const name = agents.find(({ id }) => id === one.agent)?.name ?? one.agent;
      return {
        id: one.secret,
        tenant: one.tenant,
        kind: "agent-key",
        name: null,
        owner: { type: "agent", id: one.agent, name },
        addedAt: one.createdAt,
        usedBy: called((p) => "actor" in p && p.actor !== "none"),
        dueAt: null,
        renewedBy: "countersign",
      };
    }),
    // A policy decides for all tenants, and is no tenant's own.
    ...(tenant === undefined ? store.read("policies") : []).flatMap(
      ({ id, name, source, installedAt }): SecretEntry[] =>
        source.type !== "server" || source.secret === null
          ? []
          : [
              {
                id: source.secret,
                tenant: POLICY_TENANT,
                kind: "policy-token",
                name: null,
                owner: { type: "policy", id, name },
                addedAt: installedAt,
                usedBy: [],
                dueAt: null,
                renewedBy: "person",
              },
            ],
    ),
  ];
  const due = ({ dueAt }: SecretEntry): number => (dueAt === null ? Infinity : Date.parse(dueAt));
  // Infinity - Infinity is no number: those without an end stay as they are.
  return all.sort((a, b) => (due(a) === due(b) ? 0 : due(a) - due(b)));
}

type Pattern = Exclude<Server, { kind: "stdio" }>["pattern"];

const signInAt = (pattern: Extract<Pattern, { account: unknown }>): string =>
  ("home" in pattern ? pattern.home : null) ?? pattern.issuer;

function serverSecrets(server: Server): SecretEntry[] {
  const common = {
    tenant: server.tenant,
    owner: { type: "server", id: server.id, name: server.name },
    usedBy: [server.name],
    renewedBy: "person",
  } as const;
  if (server.kind === "stdio") {
    return Object.entries(server.secretEnv).map(([name, { secret, secretAddedAt }]) => ({
      ...common,
      id: secret,
      kind: "environment",
      name,
      addedAt: secretAddedAt,
      dueAt: plus(secretAddedAt, KEY_DAYS),
    }));
  }
  const { pattern } = server;
  if (pattern.type !== "api-key") return [];
  return [
    {
      ...common,
      id: pattern.secret,
      kind: "api-key",
      name: pattern.name,
      addedAt: pattern.secretAddedAt,
      dueAt: plus(pattern.secretAddedAt, KEY_DAYS),
    },
  ];
}
