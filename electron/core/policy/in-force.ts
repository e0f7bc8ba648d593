// The policy in force: which policies decide together now, under one hash.
import type { Digest } from "../digest.ts";
import { hex } from "../digest.ts";
import { type Decision, decideAll, POLICY_FAILED, type PolicyPart } from "./judge.ts";

/** A decision with the hash of the policy and data that made it. */
export interface Ruling extends Decision {
  readonly policy: string;
}

export interface InForce {
  /** Never throws, never rejects. */
  decide(input: unknown): Ruling | Promise<Ruling>;
  /** SHA-256 over all policies and their data, hex. */
  hash(): string;
  /** Whether any of them may look at a call's arguments. The shipped one does not. */
  readonly readsArguments: boolean;
}

/** @param parts at least one, in the order in which their hashes are taken together */
export function inForce(parts: readonly PolicyPart[], digest: Pick<Digest, "sha256">): InForce {
  let last = { of: "", hash: "" };
  const hash = (): string => {
    const [only] = parts;
    // The shipped policy alone keeps the hash that it always had.
    if (parts.length === 1 && only !== undefined) return only.engine.hash();
    const of = parts.map(({ name, engine }) => `${name ?? ""}:${engine.hash()}`).join("\n");
    if (last.of !== of) last = { of, hash: hex(digest.sha256(of)) };
    return last.hash;
  };
  return {
    decide(input) {
      const policy = hash();
      const decided = decideAll(parts, input);
      return decided instanceof Promise
        ? decided.then((one) => ({ ...one, policy }))
        : { ...decided, policy };
    },
    hash,
    readsArguments: parts.some(({ name }) => name !== null),
  };
}

/** Stands in where a policy or its rules cannot be used: everything is denied until a person has mended it. */
export const nothingGoes: InForce = {
  decide: () => ({ effect: "deny", rules: [POLICY_FAILED], policy: "" }),
  hash: () => "",
  readsArguments: false,
};
