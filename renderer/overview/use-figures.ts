// The figures of a range, asked for again while they are looked at.
import { useCallback, useEffect, useRef, useState } from "react";
import { usePolling } from "../lib/hooks.ts";
import { useApp, useBridge } from "../state/context.tsx";
import type { CallStatistics, Complaint } from "../types.ts";

export const RANGE_NAMES = ["hour", "day", "week", "month"] as const;
export type RangeName = (typeof RANGE_NAMES)[number];

/** Buckets move on also where nobody calls. */
const POLL_MS = 15_000;

export function useFigures(range: RangeName): {
  readonly figures: CallStatistics | null;
  readonly complaint: Complaint | null;
  readonly again: () => void;
} {
  const bridge = useBridge();
  const { status, link } = useApp();
  const [figures, setFigures] = useState<CallStatistics | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const question = useRef(0);
  const again = useCallback(() => {
    const mine = ++question.current;
    const offsetMinutes = -new Date().getTimezoneOffset();
    void bridge.call("calls.statistics", { range, offsetMinutes }).then((reply) => {
      // Another range was asked for meanwhile.
      if (mine !== question.current) return;
      setComplaint(reply.ok ? null : reply.error);
      if (reply.ok) setFigures(reply.value);
    });
  }, [bridge, range]);
  usePolling(again, POLL_MS);
  // The status counts calls, and is asked for anew every two seconds while they come. A week does not change in two
  // seconds, and costs more to add up.
  const follows = range === "hour" || range === "day";
  const calls = follows ? status?.counts.calls : null;
  useEffect(again, [again, calls, link]);
  return { figures, complaint, again };
}
