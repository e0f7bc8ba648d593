// The double's learning: canned proposals, begun and ended for real.
import type { AppEvent, LearningView, ProposalView } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import type { Handlers } from "../../electron/surface.ts";
import { rule } from "../support/rules.ts";
import type { World } from "./double.ts";

export const NOTHING_LEARNED: LearningView = {
  state: "off",
  from: null,
  until: null,
  calls: 0,
  incomplete: false,
  proposals: [],
};

type Mine = Pick<Handlers, Extract<keyof Handlers, `learning.${string}`>>;

export function learningHandlers(world: World, emit: (event: AppEvent) => void): Mine {
  const set = (change: Partial<LearningView>): LearningView => {
    world.learning = { ...world.learning, ...change };
    emit({ type: "changed", what: "learning" });
    return world.learning;
  };
  const find = (id: string): ProposalView => {
    const one = world.learning.proposals.find((proposal) => proposal.id === id);
    if (one === undefined) throw new Refusal("proposal_unknown");
    return one;
  };
  const without = (id: string) => world.learning.proposals.filter((one) => one.id !== id);
  return {
    "learning.show": () => world.learning,
    "learning.start": ({ ms }) => {
      const now = Date.now();
      const [from, until] = [new Date(now).toISOString(), new Date(now + ms).toISOString()];
      return set({ ...NOTHING_LEARNED, state: "watching", from, until });
    },
    "learning.stop": () => set({ state: "over", until: new Date().toISOString() }),
    "learning.accept": ({ id }) => {
      const { effect, agent, server, tool } = find(id);
      const made = rule(world.rules.length + 200, {
        effect,
        agent: agent.id,
        server: server.id,
        tool,
      });
      world.rules = [...world.rules, made];
      set({ proposals: without(id) });
      emit({ type: "changed", what: "rules" });
      return made;
    },
    "learning.dismiss": ({ id }) => {
      find(id);
      return set({ proposals: without(id) });
    },
  };
}
