// How each sign-in is doing, for whoever began it: in memory only, and for a while after its end.
import type { SignInState } from "./contract.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import { complaint } from "./core/sentences.ts";

export interface SignInBoard {
  set(flow: string, state: SignInState): void;
  failed(flow: string, error: unknown): void;
  /** @throws Refusal `flow_unknown` */
  get(flow: string): SignInState;
}

const KEPT = 64;

/** @param changed told after every change */
export function createSignInBoard(changed: () => void): SignInBoard {
  const states = new Map<string, SignInState>();
  function set(flow: string, state: SignInState): void {
    states.set(flow, state);
    for (const old of states.keys()) {
      if (states.size <= KEPT) break;
      states.delete(old);
    }
    changed();
  }
  return {
    set,
    failed: (flow, error) => set(flow, { state: "failed", complaint: complaint(asRefusal(error)) }),
    get(flow) {
      const state = states.get(flow);
      if (state === undefined) throw new Refusal("flow_unknown");
      return state;
    },
  };
}
