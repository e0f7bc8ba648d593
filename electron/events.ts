// What happened, told to every surface that listens.
import type { AppEvent } from "./contract.ts";
import type { Log } from "./core/log.ts";

type Changed = (AppEvent & { type: "changed" })["what"];

export function createEvents(log: Log) {
  const listeners = new Set<(event: AppEvent) => void>();
  const emit = (event: AppEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A surface that fails must not hurt the traffic.
        listeners.delete(listener);
        log.error("listener.failed", error);
      }
    }
  };
  return {
    emit,
    changed: (what: Changed): void => emit({ type: "changed", what }),
    /** @returns stops listening */
    watch(this: void, listener: (event: AppEvent) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
