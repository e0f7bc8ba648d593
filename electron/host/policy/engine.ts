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

/** Answers that are kept at once. */
const KEPT = 10_000;

type Part = Readonly<Record<string, unknown>> | undefined;
const partOf = (input: unknown, name: string): Part =>
  (input as Readonly<Record<string, Part>> | null | undefined)?.[name];

/**
 * What the shipped policy looks at, and nothing else of the document: a test holds this to default.rego. Time, arguments,
 * program and history are not among it, so that calls which differ in those alone have one answer.
 */
export function whatShippedSees(input: unknown): unknown {
  const [agent, server] = [partOf(input, "agent"), partOf(input, "server")];
  const [tool, credential] = [partOf(input, "tool"), partOf(input, "credential")];
  return {
    agent: { id: agent?.["id"], tenant: agent?.["tenant"] },
    server: {
      id: server?.["id"],
      stage: server?.["stage"],
      target: server?.["target"],
      practice: server?.["practice"],
    },
    tool: {
      name: tool?.["name"],
      namespace: tool?.["namespace"],
      destructive: tool?.["destructive"],
      fingerprint: tool?.["fingerprint"],
    },
    credential: { bound: credential?.["bound"] },
  };
}

/**
 * The shipped policy for a rehearsal: it is handed only what it looks at, and each such document once. The same answer
 * as loadEngine() gives, for many calls at a small part of the cost.
 */
export async function loadShippedForMany(rules: readonly Rule[]): Promise<OpaEngine> {
  const engine = await loadEngine(shippedPolicy(), rules);
  const answers = new Map<string, unknown>();
  return {
    ...engine,
    evaluate(input) {
      const document = whatShippedSees(input);
      const key = JSON.stringify(document);
      if (answers.has(key)) return answers.get(key);
      const answer = engine.evaluate(document);
      if (answers.size >= KEPT) answers.clear();
      answers.set(key, answer);
      return answer;
    },
    setRules(now) {
      answers.clear();
      engine.setRules(now);
    },
  };
}

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
