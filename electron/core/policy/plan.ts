// Everything that decides about calls, as one value: what stands now, or what would stand after a change.
import type { OwnPolicy } from "./own.ts";
import type { Rule } from "./rules.ts";

export interface PolicyPlan {
  readonly rules: readonly Rule[];
  readonly own: readonly OwnPolicy[];
}
