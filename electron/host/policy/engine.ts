// OPA in this process: a policy compiled to WebAssembly, evaluated in microseconds, without a port or a child.
import { createHash } from "node:crypto";
import { loadPolicy } from "@open-policy-agent/opa-wasm";
import type { PolicyEngine } from "../../core/policy/judge.ts";
import type { Rule } from "../../core/policy/rules.ts";
import source from "./default.rego?raw";
import defaultPolicy from "./default.wasm?inline";

export interface OpaEngine extends PolicyEngine {
  /** Replaces the person's rules (`data.rules`). */
  setRules(rules: readonly Rule[]): void;
}

/** The source of the policy that Countersign ships. */
export const shippedSource: string = source;

/** The policy that Countersign ships, compiled from default.rego. */
export const shippedPolicy = (): Buffer =>
  Buffer.from(defaultPolicy.slice(defaultPolicy.indexOf(",") + 1), "base64");

/**
 * @param wasm `/policy.wasm` of a bundle that `opa build -t wasm` made with one entrypoint
 * @throws where the bytes are no policy: then nothing starts, because nothing could be allowed
 */
export async function loadEngine(wasm: Uint8Array, rules: readonly Rule[]): Promise<OpaEngine> {
  const policy = await loadPolicy(Buffer.from(wasm));
  const code = createHash("sha256").update(wasm).digest("hex");
  let hash = "";
  const setRules = (now: readonly Rule[]): void => {
    // Without this, a failure half-way would leave the hash of rules that are not the ones applied.
    hash = "";
    policy.setData({ rules: now });
    hash = createHash("sha256").update(code).update(JSON.stringify(now)).digest("hex");
  };
  setRules(rules);
  return {
    evaluate(input) {
      const results = policy.evaluate(input) as readonly { readonly result?: unknown }[];
      return results[0]?.result;
    },
    hash: () => hash,
    setRules,
  };
}
