// Allow, ask or deny, at a glance.
import type { ReactNode } from "react";
import type { Rule } from "../types.ts";
import { words } from "../words.ts";

export function EffectMark(props: { effect: Rule["effect"] }): ReactNode {
  return (
    <span className={`effect effect-${props.effect}`}>{words.policy.effect[props.effect]}</span>
  );
}
