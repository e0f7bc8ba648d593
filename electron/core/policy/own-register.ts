// The person's own policies: put in force and taken out of force, each only after a verdict in the window that asks, which
// shows what it is and what it would have meant for past calls.
import type { Clock } from "../clock.ts";
import { isLoopback } from "../destination.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Questions } from "../permission/questions.ts";
import type { Store } from "../registry.ts";
import type { Secret } from "../secret.ts";
import type { SecretRef, Vault } from "../vault.ts";
import {
  type KeptBundle,
  MOST_POLICIES,
  type OwnPolicy,
  type OwnPolicyView,
  POLICY_TENANT,
  type PolicyMode,
} from "./own.ts";
import type { RehearsalCounts } from "./rehearsal.ts";

/** The question about a policy. */
export interface PolicyMatter {
  readonly kind: "policy";
  readonly change: "install" | "remove";
  readonly policy: OwnPolicyView;
  /** The name of the one whose place it takes. */
  readonly replaces?: string;
  /** What it would have meant for past calls; null where they were not put before it. */
  readonly rehearsal: RehearsalCounts | null;
}

export interface NewPolicy {
  readonly name: string;
  readonly mode: PolicyMode;
  /** The id of the one whose place it takes. */
  readonly replaces?: string | undefined;
  readonly source:
    | { readonly type: "bundle"; readonly origin: string; readonly bundle: KeptBundle }
    | {
        readonly type: "server";
        readonly url: string;
        readonly token: Secret | null;
        readonly timeoutMs: number;
      };
}

export interface OwnRegisterPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly questions: Questions;
  readonly vault: Pick<Vault, "set" | "delete">;
  readonly files: {
    keep(bundle: KeptBundle): Promise<string>;
    read(hash: string, name: string): Promise<KeptBundle>;
    remove(hash: string): Promise<void>;
  };
  /** Loads it, to see that it can answer. @throws Refusal `policy_file_invalid` */
  readonly tryOut: (policy: OwnPolicy) => Promise<void>;
  /** What these policies would have meant for past calls; null where past calls may not be put before them. */
  readonly rehearse: (own: readonly OwnPolicy[]) => Promise<RehearsalCounts | null>;
  /** Resolves when the policies of the settings are in force. */
  readonly settle: () => Promise<void>;
}

export type OwnRegister = ReturnType<typeof createOwnRegister>;

/** @throws Refusal `input_invalid` */
function checkUrl(text: string): void {
  const url = new URL(text);
  const plain = url.protocol === "http:" && isLoopback(url);
  if ((url.protocol !== "https:" && !plain) || url.username !== "" || url.password !== "") {
    throw new Refusal("policy_file_invalid", {
      reason: "its address must begin with https://, or with http:// on this machine",
    });
  }
  if (!url.pathname.startsWith("/v1/data/") || url.search !== "") {
    throw new Refusal("policy_file_invalid", {
      reason: "its address must name a document of the Data API: /v1/data/PACKAGE/RULE",
    });
  }
}

export function createOwnRegister(ports: OwnRegisterPorts) {
  const { store, clock, digest, questions, vault, files } = ports;
  const random = (n: number): Uint8Array => digest.random(n);

  async function view(policy: OwnPolicy): Promise<OwnPolicyView> {
    const { source, name } = policy;
    if (source.type === "server") return { ...policy, rego: null };
    const rego = await files.read(source.hash, name).then(
      (kept) => kept.rego,
      () => null,
    );
    return { ...policy, rego };
  }

  async function agree(
    change: PolicyMatter["change"],
    policy: OwnPolicy,
    after: readonly OwnPolicy[],
    { signal, replaces }: { signal: AbortSignal | undefined; replaces?: OwnPolicy | undefined },
  ): Promise<void> {
    const rehearsal = await ports.rehearse(after);
    const matter = {
      kind: "policy",
      change,
      policy: await view(policy),
      rehearsal,
      ...(replaces !== undefined && { replaces: replaces.name }),
    } as const;
    const { verdict } = await questions.ask(matter, signal);
    if (verdict.type !== "allow") throw new Refusal("call_refused", { tool: "this policy" });
  }

  /** Nothing stays of a policy that was not agreed to. */
  async function forget({ source }: OwnPolicy): Promise<void> {
    if (source.type === "server") {
      if (source.secret !== null) {
        await vault.delete({ tenant: POLICY_TENANT, id: source.secret }).catch(() => false);
      }
      return;
    }
    const used = store
      .read("policies")
      .some((one) => one.source.type === "bundle" && one.source.hash === source.hash);
    if (!used) await files.remove(source.hash);
  }

  async function draft({ name, mode, source }: NewPolicy): Promise<OwnPolicy> {
    const common = {
      id: newId("pol", clock.now(), random),
      name,
      mode,
      installedAt: new Date(clock.now()).toISOString(),
    };
    if (source.type === "bundle") {
      const { bundle, origin } = source;
      const hash = await files.keep(bundle);
      return { ...common, source: { type: "bundle", origin, hash, bytes: bundle.wasm.length } };
    }
    const { url, token, timeoutMs } = source;
    checkUrl(url);
    const secret = token === null ? null : newId("sec", clock.now(), random);
    if (secret !== null && token !== null) {
      await vault.set({ tenant: POLICY_TENANT, id: secret }, token);
    }
    return { ...common, source: { type: "server", url, secret, timeoutMs } };
  }

  return {
    /** With the source of each, where it is known. */
    views: (): Promise<OwnPolicyView[]> => Promise.all(store.read("policies").map(view)),

    /**
     * Puts a policy in force after the person has agreed, and waits for that.
     * @throws Refusal `name_taken`, `policy_unknown`, `policy_file_invalid`, `call_refused`, `question_*`, `vault_*`, `settings_*`
     */
    async install(wish: NewPolicy, signal?: AbortSignal): Promise<OwnPolicy> {
      const all = store.read("policies");
      const old = all.find(({ id }) => id === wish.replaces);
      if (wish.replaces !== undefined && old === undefined) throw new Refusal("policy_unknown");
      const there = all.filter((one) => one !== old);
      if (there.some(({ name }) => name === wish.name)) {
        throw new Refusal("name_taken", { name: wish.name });
      }
      if (there.length >= MOST_POLICIES) {
        throw new Refusal("policy_file_invalid", {
          reason: `${MOST_POLICIES} are in force already`,
        });
      }
      const policy = await draft(wish);
      try {
        await ports.tryOut(policy);
        await agree("install", policy, [...there, policy], { signal, replaces: old });
        await store.write("policies", (now) => [...now.filter(({ id }) => id !== old?.id), policy]);
      } catch (error) {
        await forget(policy);
        throw error;
      }
      await ports.settle();
      if (old !== undefined) await forget(old);
      return policy;
    },

    /** Takes one out of force after the person has agreed: what it denied may be let through then. */
    async remove(id: string, signal?: AbortSignal): Promise<void> {
      const policy = store.read("policies").find((one) => one.id === id);
      if (policy === undefined) throw new Refusal("policy_unknown");
      const rest = store.read("policies").filter((one) => one.id !== id);
      await agree("remove", policy, rest, { signal });
      await store.write("policies", (all) => all.filter((one) => one.id !== id));
      await ports.settle();
      await forget(policy);
    },
  };
}

/** Where the token of an OPA server lies. */
export const policySecret = ({ source }: OwnPolicy): SecretRef[] =>
  source.type === "server" && source.secret !== null
    ? [{ tenant: POLICY_TENANT, id: source.secret }]
    : [];
