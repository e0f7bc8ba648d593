// The double's rules, grants and questions. Questions are the real room: its deadlines and its dead time are what the
// page has to live with.
import type { AppEvent } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { createQuestions, type Matter } from "../../electron/core/permission/questions.ts";
import { clock, digest, timers } from "../../electron/platform.ts";
import type { Handlers } from "../../electron/surface.ts";
import { rule } from "../support/rules.ts";
import type { World } from "./double.ts";

type Mine = Pick<
  Handlers,
  Extract<keyof Handlers, `questions.${string}` | `grants.${string}` | `rules.${string}`>
>;

export function permissionHandlers(world: World, emit: (event: AppEvent) => void): Mine {
  const questions = createQuestions({
    clock,
    digest,
    timers,
    changed: () => emit({ type: "changed", what: "questions" }),
  });
  const ask = (matter: Matter): void => void questions.ask(matter).catch(() => undefined);
  for (const matter of world.asked) ask(matter);
  const waiting = () => ({ questions: questions.list().length, cooling: world.cooling });
  return {
    "questions.list": () => questions.list(),
    "questions.show": ({ id }) => questions.show(id),
    "questions.hold": ({ id, nonce }) => questions.hold(id, nonce),
    "questions.answer": ({ id, nonce, verdict }) => {
      questions.answer(id, nonce, verdict);
      return { answered: true };
    },
    "questions.waiting": waiting,
    "questions.open": () => ({ url: "http://127.0.0.1:7720/#code=once" }),
    "questions.resume": ({ agent }) => {
      world.cooling = world.cooling.filter((id) => id !== agent);
      return waiting();
    },
    "grants.list": () => world.grants,
    "grants.revoke": ({ id }) => {
      world.grants = world.grants.filter((grant) => grant.id !== id);
      return { revoked: true };
    },
    "rules.list": () => world.rules,
    "rules.add": (input) => {
      if (input.tool?.startsWith("bad") === true) throw new Refusal("call_refused", { tool: "it" });
      const added = rule(world.rules.length + 100, {
        ...input,
        tenant: input.tenant ?? "personal",
      });
      world.rules = [...world.rules, added];
      emit({ type: "changed", what: "rules" });
      return added;
    },
    "rules.remove": ({ id }) => {
      world.rules = world.rules.filter((one) => one.id !== id);
      emit({ type: "changed", what: "rules" });
      return { removed: true };
    },
  };
}
