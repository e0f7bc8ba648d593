// The double's rules, grants and questions. Questions are the real room: its deadlines and its dead time are what the
// page has to live with.
import type { AppEvent, LabelsView } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import { suggestLabels } from "../../electron/core/labels/suggest.ts";
import {
  createQuestions,
  type Matter,
  type Question,
} from "../../electron/core/permission/questions.ts";
import { clock, digest, timers } from "../../electron/platform.ts";
import type { Handlers } from "../../electron/surface.ts";
import { rule } from "../support/rules.ts";
import type { World } from "./double.ts";

const SET_AT = "2026-11-28T12:00:00.000Z";

type Mine = Pick<
  Handlers,
  | Extract<
      keyof Handlers,
      | `questions.${string}`
      | `grants.${string}`
      | `labels.${string}`
      | `tools.${string}`
      | `consents.${string}`
    >
  | "rules.list"
  | "rules.add"
  | "rules.remove"
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
  world.ask = (matter, signal) => questions.ask(matter, signal);
  const timed = <Q extends Question>(question: Q): Q =>
    world.hurried ? { ...question, deadTime: { once: 0, always: 0 } } : question;
  const waiting = () => ({ questions: questions.list().length, cooling: world.cooling });
  const labels = (): LabelsView => {
    const tools = world.servers.flatMap(({ id, name }, i) => [
      { server: id, tool: null, suggested: suggestLabels(name) },
      ...(i === 0 ? ["search_contacts", "read_customer", "send_mail"] : ["fetch_page"]).map(
        (tool) => ({ server: id, tool, suggested: suggestLabels(tool) }),
      ),
    ]);
    return { labels: world.labels, tools };
  };
  return {
    "tools.list": () => world.tools,
    "tools.waiting": () => {
      const changed = world.tools.filter(({ standing }) => standing === "changed");
      const [server] = world.servers;
      return changed.length === 0 || server === undefined
        ? []
        : [
            {
              server: server.id,
              changed: changed.length,
              tools: changed.slice(0, 3).map(({ name }) => name),
            },
          ];
    },
    "tools.refresh": () => world.tools,
    "tools.review": () => world.tools,
    "tools.reject": ({ tool }) => {
      world.tools = world.tools.map((one) =>
        one.name === tool ? { ...one, standing: "rejected", by: "person" } : one,
      );
      return world.tools;
    },
    "labels.list": labels,
    "labels.set": ({ server, tool, labels: wanted }) => {
      const others = world.labels.filter((one) => one.server !== server || one.tool !== tool);
      const one = { tenant: "personal", server, tool, labels: wanted, setAt: SET_AT };
      world.labels = wanted.length === 0 ? others : [...others, one];
      emit({ type: "changed", what: "labels" });
      return labels();
    },
    "questions.list": () => questions.list(),
    "questions.show": ({ id }) => timed(questions.show(id)),
    "questions.revise": ({ id, nonce, argumentsText }) =>
      timed(questions.revise(id, nonce, argumentsText)),
    "questions.hold": ({ id, nonce }) => questions.hold(id, nonce),
    "questions.answer": ({ id, nonce, verdict, hash }) => {
      questions.answer(id, nonce, verdict, hash);
      return { answered: true, url: null };
    },
    "questions.lookUp": ({ id, nonce }) => {
      if (world.offered === null) throw new Refusal("upstream_unreachable", { server: "crm" });
      const tools = world.offered;
      return questions.amend(id, nonce, (matter) =>
        matter.kind === "consent" ? { ...matter, offer: { ...matter.offer, tools } } : matter,
      );
    },
    "questions.waiting": waiting,
    "questions.open": () => ({ where: "page", url: "http://127.0.0.1:7720/#code=once" }),
    "questions.resume": ({ agent }) => {
      world.cooling = world.cooling.filter((id) => id !== agent);
      return waiting();
    },
    "grants.list": () => world.grants,
    "grants.revoke": ({ id }) => {
      world.grants = world.grants.filter((grant) => grant.id !== id);
      return { revoked: true };
    },
    "consents.list": () => world.consents,
    "consents.revoke": ({ id }) => {
      world.consents = world.consents.filter((one) => one.id !== id);
      emit({ type: "changed", what: "consents" });
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
