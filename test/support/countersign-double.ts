// A Countersign without doors, vault or journal: for tests of what starts and shows it.
import type { ComposeOptions, Countersign } from "../../electron/compose-types.ts";
import type { AppEvent, AppStatus } from "../../electron/contract.ts";
import { answer, type Desk, type Handlers } from "../../electron/surface.ts";

export interface Double extends Countersign {
  /** Every call that reached the desk. */
  readonly calls: { surface: string; method: unknown; input: unknown }[];
  push(event: AppEvent): void;
  makeLink(): string;
  secondStart(): void;
  readonly listeners: () => number;
  readonly closed: () => boolean;
}

export function createDouble(options: ComposeOptions): Double {
  const calls: Double["calls"] = [];
  const listeners = new Set<(event: AppEvent) => void>();
  let link = (): string => "";
  let show = (): void => {};
  let closed = false;
  const status: AppStatus = {
    version: "0.0.0",
    runtime: options.runtime,
    door: `http://127.0.0.1:${options.port}`,
    dataFolder: options.dataFolder,
    vault: {
      kind: null,
      state: "unchosen",
      reason: null,
      keychain: "unavailable",
      keychainReason: null,
      sealedFile: false,
    },
    broken: [],
    troubles: [],
    reminders: [],
    counts: { servers: 0, agents: 0, calls: 0 },
    startedAt: new Date(0).toISOString(),
  };
  // The gate in front of the handlers is the real one.
  const handlers = new Proxy({} as Handlers, {
    get: (_, method) => (input: unknown) => (method === "app.status" ? status : { method, input }),
  });
  const desk: Desk = {
    call(surface, method, input) {
      calls.push({ surface, method, input });
      return answer(handlers, surface, method, input, () => {});
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    calls,
    desk,
    door: status.door,
    dataFolder: options.dataFolder,
    setLinkMaker: (make) => {
      link = make;
    },
    lockPerson: () => {},
    withdrawQuestions: () => {},
    linkCame: () => undefined,
    onQuestions: () => {},
    onSecondStart: (shown) => {
      show = shown;
    },
    close: () => {
      closed = true;
      return Promise.resolve({ stuck: false });
    },
    push: (event) => {
      for (const listener of listeners) listener(event);
    },
    makeLink: () => link(),
    secondStart: () => show(),
    listeners: () => listeners.size,
    closed: () => closed,
  };
}
