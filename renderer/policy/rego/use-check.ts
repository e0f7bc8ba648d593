// Rego, looked over while it is written: by the compiler where there is one, and for what no eye sees.
import { useEffect, useMemo, useState } from "react";
import { split } from "../../lib/hidden.ts";
import { useBridge } from "../../state/context.tsx";
import type { Complaint } from "../../types.ts";
import { words } from "../../words.ts";
import type { Fault } from "./rego-editor.tsx";

/** Milliseconds without a key before the text is looked over. */
const SETTLE = 350;

export interface Checked {
  /** `looking`: what is known is of an earlier text. */
  readonly state: "looking" | "fine" | "faulty" | "unread";
  /** Null until it is known. */
  readonly compiler: "ready" | "missing" | null;
  readonly faults: readonly Fault[];
  /** Why it could not be looked over. */
  readonly complaint: Complaint | null;
}

interface Known {
  readonly text: string;
  readonly compiler: "ready" | "missing" | null;
  readonly faults: readonly Fault[];
  readonly complaint: Complaint | null;
}

/** Characters that change what a text says to an eye, each in its line. */
export function hiddenFaults(text: string): Fault[] {
  return text.split("\n").flatMap((line, i) => {
    let column = 1;
    const faults: Fault[] = [];
    for (const piece of split(line, true)) {
      if (piece.kind === "text") {
        column += Array.from(piece.text).length;
        continue;
      }
      const message = words.rego.hidden(piece.name, piece.code);
      faults.push({ row: i + 1, column, message });
      column++;
    }
    return faults;
  });
}

export function useCheck(text: string): Checked {
  const bridge = useBridge();
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(() => {
      void bridge.call("policy.check", { rego: text }).then((reply) => {
        if (!wanted) return;
        if (reply.ok) setKnown({ text, ...reply.value, complaint: null });
        else setKnown({ text, compiler: null, faults: [], complaint: reply.error });
      });
    }, SETTLE);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [bridge, text]);

  const hidden = useMemo(() => hiddenFaults(text), [text]);
  const isOf = known?.text === text;
  // Faults stay in sight while the next look is under way: a list that blinks at each key cannot be read.
  const faults = useMemo(
    () => [...hidden, ...(known?.faults ?? [])].sort((a, b) => a.row - b.row),
    [hidden, known],
  );
  const complaint = isOf ? known.complaint : null;
  return {
    state: !isOf
      ? "looking"
      : complaint !== null
        ? "unread"
        : faults.length > 0
          ? "faulty"
          : "fine",
    compiler: known?.compiler ?? null,
    faults,
    complaint,
  };
}
