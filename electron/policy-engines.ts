// The policies of a plan, loaded and ready to be asked.
import type { Digest } from "./core/digest.ts";
import { readOwn } from "./core/policy/own-answer.ts";
import { type InForce, inForce } from "./core/policy/in-force.ts";
import { type PolicyPart, readSets } from "./core/policy/judge.ts";
import type { KeptBundle, OwnPolicy } from "./core/policy/own.ts";
import { policySecret } from "./core/policy/own-register.ts";
import type { PolicyPlan } from "./core/policy/plan.ts";
import type { Rule } from "./core/policy/rules.ts";
import { Refusal } from "./core/errors.ts";
import type { Vault } from "./core/vault.ts";
import { loadEngine, loadShippedForMany, shippedPolicy } from "./host/policy/engine.ts";
import { createOpaServer } from "./host/policy/opa-server.ts";
import type { OwnFiles } from "./host/policy/own-files.ts";
import { createWorkerEngine } from "./host/policy/worker-engine.ts";

export interface Loaded {
  readonly policy: InForce;
  setRules(rules: readonly Rule[]): void;
  close(): void;
}

export interface EnginePorts {
  readonly digest: Digest;
  readonly files: Pick<OwnFiles, "read">;
  readonly vault: Pick<Vault, "get">;
}

type Purpose = "in-force" | "rehearsal";
/** Calls that a rehearsal puts before a policy at once. */
export const AT_ONCE = 32;

interface LoadedPart {
  readonly part: PolicyPart;
  readonly setRules: (rules: readonly Rule[]) => void;
  readonly close: () => void;
}

export function createPolicyEngines(ports: EnginePorts) {
  const { digest, files, vault } = ports;

  /** @throws Refusal `policy_broken`, `policy_file_invalid` */
  async function loadOwn(
    own: OwnPolicy,
    rules: readonly Rule[],
    unkept: ReadonlyMap<string, KeptBundle>,
    purpose: Purpose,
  ): Promise<LoadedPart> {
    const { source, name } = own;
    if (source.type === "server") {
      const [ref] = policySecret(own);
      const engine = createOpaServer({
        url: source.url,
        timeoutMs: source.timeoutMs,
        async token() {
          if (ref === undefined) return null;
          const found = await vault.get(ref);
          if (found === undefined) throw new Refusal("vault_secret_missing");
          return found;
        },
      });
      const part: PolicyPart = {
        name,
        engine,
        read: (answer) => readOwn(engine.result(answer)),
        mark: (answer) => engine.mark(answer),
      };
      return { part, setRules: () => undefined, close: () => engine.close() };
    }
    const kept = unkept.get(source.hash) ?? (await files.read(source.hash, name));
    const most = purpose === "rehearsal" ? AT_ONCE : 1;
    const engine = createWorkerEngine(kept, rules, undefined, most);
    try {
      await engine.ready();
    } catch (error) {
      engine.close();
      throw error;
    }
    const part = { name, engine, read: readOwn };
    return { part, setRules: (now) => engine.setRules(now), close: () => engine.close() };
  }

  return {
    /**
     * Loads all policies of a plan, or none. For a rehearsal they say the same, and more cheaply for many calls.
     * @param unkept bundles that are only being tried, by their hash: no file is kept of them
     * @throws Refusal `policy_broken`, `policy_file_invalid`
     */
    async load(
      { rules, own }: PolicyPlan,
      unkept: ReadonlyMap<string, KeptBundle> = new Map(),
      purpose: Purpose = "in-force",
    ): Promise<Loaded> {
      const loaded: LoadedPart[] = [];
      const close = (): void => {
        for (const one of loaded) one.close();
      };
      try {
        if (!own.some(({ mode }) => mode === "replace")) {
          const engine =
            purpose === "rehearsal"
              ? await loadShippedForMany(rules)
              : await loadEngine(shippedPolicy(), rules);
          loaded.push({
            part: { name: null, engine, read: readSets },
            setRules: (now) => engine.setRules(now),
            close: () => undefined,
          });
        }
        for (const one of own) loaded.push(await loadOwn(one, rules, unkept, purpose));
      } catch (error) {
        close();
        throw error;
      }
      return {
        policy: inForce(
          loaded.map(({ part }) => part),
          digest,
        ),
        setRules(now) {
          for (const one of loaded) one.setRules(now);
        },
        close,
      };
    },
  };
}
