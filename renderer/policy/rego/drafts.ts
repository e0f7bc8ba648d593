// Texts that were begun and not installed, while the page lives: a dialog that is closed loses none.
import type { OwnPolicyView } from "../../types.ts";
import article from "./article.rego?raw";
import template from "./template.rego?raw";

export interface Draft {
  readonly text: string;
  readonly name: string;
  readonly mode: OwnPolicyView["mode"];
}

/** What a new policy may begin with. */
export const TEXTS = { template, article } as const;

const kept = new Map<string, Draft>();

/** By the id of the policy that is edited, or `new`. */
export function draftOf(policy: OwnPolicyView | null): Draft {
  const begun = kept.get(policy?.id ?? "new");
  if (begun !== undefined) return begun;
  if (policy === null) return { text: template, name: "", mode: "join" };
  return { text: policy.rego ?? "", name: policy.name, mode: policy.mode };
}

export function keepDraft(policy: OwnPolicyView | null, draft: Draft | null): void {
  const key = policy?.id ?? "new";
  if (draft === null) kept.delete(key);
  else kept.set(key, draft);
}
