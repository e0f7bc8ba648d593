// The lab's tour as it goes on. It lives beside the screens: whoever looks away and back misses nothing.
import type { Bridge } from "../bridge.ts";
import type { AppEvent, Complaint, TourStep } from "../types.ts";

export interface TourView {
  readonly state: "never" | "running" | "done";
  readonly steps: readonly TourStep[];
  /** Steps there will be; null until the first one has ended. */
  readonly of: number | null;
  /** Milliseconds in all, once it is done. */
  readonly ms: number;
  readonly complaint: Complaint | null;
}

export class TourState {
  #view: TourView = { state: "never", steps: [], of: null, ms: 0, complaint: null };
  /** Whether this page asked for the run: the reply has the last word on it then. */
  #mine = false;
  readonly #bridge: Pick<Bridge, "call">;
  readonly #listeners = new Set<() => void>();

  constructor(bridge: Pick<Bridge, "call">) {
    this.#bridge = bridge;
  }

  readonly view = (): TourView => this.#view;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(change: Partial<TourView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** A step ended. Runs that were begun elsewhere, by the command line for instance, are shown as well. */
  receive(event: Extract<AppEvent, { type: "tour" }>): void {
    const { step, done, of } = event;
    const before = done === 1 ? [] : this.#view.steps.filter(({ id }) => id !== step.id);
    const steps = [...before, step];
    const over = done >= of && !this.#mine;
    const ms = steps.reduce((sum, one) => sum + one.ms, 0);
    this.#set({ state: over ? "done" : "running", steps, of, ms, complaint: null });
  }

  async run(): Promise<void> {
    if (this.#mine) return;
    this.#mine = true;
    this.#set({ state: "running", steps: [], of: null, ms: 0, complaint: null });
    const reply = await this.#bridge.call("lab.tour", {});
    this.#mine = false;
    if (reply.ok) {
      const { steps, ms } = reply.value;
      this.#set({ state: "done", steps, of: steps.length, ms });
    } else {
      const { steps } = this.#view;
      this.#set({ state: steps.length === 0 ? "never" : "done", complaint: reply.error });
    }
  }
}
