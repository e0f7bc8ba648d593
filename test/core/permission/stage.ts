// The permission rooms over a clock and timers that a test moves.
import { createGrants } from "../../../electron/core/permission/grants.ts";
import { createQuestions } from "../../../electron/core/permission/questions.ts";
import type { Subject } from "../../../electron/core/permission/subject.ts";
import { digest } from "../../support/ports.ts";

/** Wall and monotonic time, moved apart where a test wants it, with timers that run as time passes. */
export function stageTime(start = Date.UTC(2026, 10, 28)) {
  let wall = start;
  let mono = 1000;
  let timers: { at: number; run: () => void }[] = [];
  return {
    clock: { now: () => wall, monotonic: () => mono },
    timers: {
      after(ms: number, run: () => void) {
        const one = { at: mono + ms, run };
        timers.push(one);
        return () => {
          timers = timers.filter((t) => t !== one);
        };
      },
    },
    setWall: (ms: number) => void (wall += ms),
    advance(ms: number) {
      wall += ms;
      mono += ms;
      for (const one of [...timers].sort((a, b) => a.at - b.at)) {
        if (one.at > mono || !timers.includes(one)) continue;
        timers = timers.filter((t) => t !== one);
        one.run();
      }
    },
    pending: () => timers.length,
  };
}

export function openPermissions(clear = (text: string) => text) {
  const time = stageTime();
  let changes = 0;
  const over = { run: "" };
  const changed = (): void => void changes++;
  const questions = createQuestions({ clock: time.clock, digest, timers: time.timers, changed });
  const grants = createGrants({
    clock: time.clock,
    digest,
    changed,
    clear,
    runGoesOn: (_, run) => run !== over.run,
  });
  return {
    time,
    questions,
    grants,
    endRun: (run: string) => void (over.run = run),
    changes: () => changes,
  };
}

/** Of the arguments of `subject()`. */
export const HASH = "a".repeat(64);

export function subject(given: Partial<Subject> = {}): Subject {
  return {
    tenant: "personal",
    agent: { id: "agt_0000000001", name: "Claude Code", authMethod: "bearer" },
    server: {
      id: "srv_0000000001",
      name: "crm",
      kind: "http",
      stage: "development",
      pattern: "api-key",
      target: "https://crm.example/mcp",
    },
    account: null,
    audience: null,
    scopes: [],
    acts: null,
    program: null,
    tool: "search_contacts",
    destructive: false,
    toolFingerprint: null,
    toolStanding: "never-listed",
    claims: null,
    argumentsText: `{"query":"Jane"}`,
    argumentsBytes: 16,
    argumentsHash: HASH,
    stamp: "s1",
    run: { id: "run_0000000001", startedAt: "2026-11-28T00:00:00.000Z", calls: 1 },
    ...given,
  };
}
export const call = (given: Partial<Subject> = {}) =>
  ({ kind: "call", subject: subject(given), rules: ["built-in/nothing-said"] }) as const;
