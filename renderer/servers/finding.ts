// One attempt at finding out about a server, as it goes on: its steps, what came of it, and the way to stop it.
import { useCallback, useEffect, useRef, useState } from "react";
import { useBridge } from "../state/context.tsx";
import type { Complaint, InputOf, Proposal } from "../types.ts";

export interface FindingStep {
  readonly id: string;
  readonly ok: boolean;
}
export interface FindingView {
  readonly state: "idle" | "asking" | "found" | "failed";
  readonly steps: readonly FindingStep[];
  readonly proposal: Proposal | null;
  readonly complaint: Complaint | null;
}
export interface Finding extends FindingView {
  /** @returns the proposal, or null where there is none: then the view says why */
  readonly ask: (wish: Omit<InputOf<"servers.discover">, "attempt">) => Promise<Proposal | null>;
  readonly cancel: () => void;
  /** The address changed: what was found says nothing about it. */
  readonly forget: () => void;
  /** For the registration that follows: its steps are shown the same way. */
  readonly newAttempt: () => string;
}

const IDLE: FindingView = { state: "idle", steps: [], proposal: null, complaint: null };

const attemptId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(9))]
    .map((b) => b.toString(16).padStart(2, "0"))
    .join("");

export function useFinding(): Finding {
  const bridge = useBridge();
  const [view, setView] = useState<FindingView>(IDLE);
  const attempt = useRef("");
  useEffect(
    () =>
      bridge.watch((event) => {
        if (event.type !== "finding" || event.attempt !== attempt.current) return;
        const step = { id: event.step, ok: event.ok };
        setView((now) => ({ ...now, steps: [...now.steps, step] }));
      }),
    [bridge],
  );
  const cancel = useCallback((): void => {
    if (attempt.current === "") return;
    void bridge.call("servers.cancelDiscovery", { attempt: attempt.current });
    attempt.current = "";
    setView(IDLE);
  }, [bridge]);
  // Closing the dialog ends what it asked for.
  useEffect(
    () => () => {
      if (attempt.current === "") return;
      void bridge.call("servers.cancelDiscovery", { attempt: attempt.current });
    },
    [bridge],
  );
  const newAttempt = useCallback((): string => {
    attempt.current = attemptId();
    setView((now) => ({ ...now, steps: [] }));
    return attempt.current;
  }, []);
  const ask = useCallback<Finding["ask"]>(
    async (wish) => {
      const mine = newAttempt();
      setView({ ...IDLE, state: "asking" });
      const reply = await bridge.call("servers.discover", { ...wish, attempt: mine });
      // Stopped meanwhile, or asked anew.
      if (attempt.current !== mine) return null;
      attempt.current = "";
      setView((now) =>
        reply.ok
          ? { ...now, state: "found", proposal: reply.value }
          : { ...now, state: "failed", complaint: reply.error },
      );
      return reply.ok ? reply.value : null;
    },
    [bridge, newAttempt],
  );
  const forget = useCallback((): void => {
    cancel();
    setView(IDLE);
  }, [cancel]);
  return { ...view, ask, cancel, forget, newAttempt };
}
