// The contract's methods about learning.
import type { Learner } from "./core/policy/learner.ts";
import type { Handlers } from "./surface.ts";

/** @param known throws for a tenant that is not there */
export function learningHandlers(learner: Learner, known: (tenant: string | undefined) => void) {
  return {
    "learning.show": ({ tenant }) => {
      known(tenant);
      return learner.view(tenant);
    },
    "learning.start": ({ ms }) => learner.start(ms),
    "learning.stop": () => learner.stop(),
    "learning.accept": ({ id }) => learner.accept(id),
    "learning.dismiss": ({ id }) => learner.dismiss(id),
  } satisfies Partial<Handlers>;
}
