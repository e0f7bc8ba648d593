// How long there is to answer.
import { Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import { useNow } from "../lib/hooks.ts";
import { words } from "../words.ts";

/** @param props.until UTC instant */
export function Countdown(props: { until: string }): ReactNode {
  const now = useNow(500);
  const left = Math.max(0, Math.round((Date.parse(props.until) - now) / 1000));
  return (
    <span
      className={`ask-left${left <= 10 ? " ask-left-soon" : ""}`}
      title={words.approval.leftHint}
      role="timer"
    >
      <Hourglass size={13} aria-hidden />
      {words.approval.left(left)}
    </span>
  );
}
