// How a call went: a shape, a word and a colour, so that none of them is needed alone.
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleSlash,
  type LucideIcon,
  TriangleAlert,
  Unplug,
  WifiOff,
  Zap,
} from "lucide-react";
import { memo, type ReactNode } from "react";
import type { CallOutcome } from "../types.ts";
import { words } from "../words.ts";

const ICON: Record<CallOutcome, LucideIcon> = {
  pending: CircleDashed,
  ok: CircleCheck,
  "tool-error": TriangleAlert,
  "rpc-error": Zap,
  denied: Ban,
  failed: WifiOff,
  aborted: Unplug,
  interrupted: CircleSlash,
};

interface OutcomeProps {
  readonly outcome: CallOutcome;
  readonly badge?: boolean;
}

export const OutcomeMark = memo(function OutcomeMark(props: OutcomeProps): ReactNode {
  const Icon = ICON[props.outcome];
  return (
    <span
      className={`outcome outcome-${props.outcome}${props.badge === true ? " outcome-badge" : ""}`}
      title={props.badge === true ? undefined : words.log.meaning[props.outcome]}
    >
      <Icon size={14} aria-hidden strokeWidth={2.1} />
      <span className="outcome-word">{words.log.outcome[props.outcome]}</span>
    </span>
  );
});
