// The contract's methods about questions, grants and rules.
import type { AskingPlace, Waiting } from "./contract.ts";
import type { AgentRegister } from "./core/agent-register.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import type { PermissionRooms } from "./permission-rooms.ts";
import type { Handlers } from "./surface.ts";

export interface PermissionHandlerPorts {
  readonly agents: AgentRegister;
  readonly permission: PermissionRooms;
  /** Begins a sign-in at a registration (`iss_…`) of ours. @throws Refusal */
  readonly signIn: (
    registration: string,
    wish: {
      readonly scopes: readonly string[];
      readonly resource: string | null;
      readonly account: string | null;
    },
  ) => Promise<{ url: string }>;
  /** Brings the surface that asks to the front. */
  readonly openQuestions: () => AskingPlace;
}

/** @param known throws for a tenant that is not there */
export function permissionHandlers(
  ports: PermissionHandlerPorts,
  known: (tenant: string | undefined) => void,
) {
  const { agents } = ports;
  const { questions, grants, rules } = ports.permission;
  const waiting = (): Waiting => ({
    questions: questions.list().length,
    cooling: questions.cooling(),
  });
  return {
    "questions.list": () => questions.list(),
    "questions.show": ({ id }) => questions.show(id),
    "questions.revise": ({ id, nonce, argumentsText }) =>
      questions.revise(id, nonce, argumentsText),
    "questions.hold": ({ id, nonce }) => questions.hold(id, nonce),
    "questions.answer": async ({ id, nonce, verdict, hash }) => {
      const matter = questions.answer(id, nonce, verdict, hash);
      if (matter.kind !== "sign-in" || verdict.type !== "allow") {
        return { answered: true, url: null };
      }
      const { registration, account, scopes, resource } = matter.wish;
      const wish = { scopes, resource, account: account?.id ?? null };
      return { answered: true, url: (await ports.signIn(registration, wish)).url };
    },
    "questions.waiting": waiting,
    "questions.open": () => ports.openQuestions(),
    "questions.resume": ({ agent }) => {
      questions.resume(agents.find(agent).id);
      ports.permission.consents.resume(agent);
      return waiting();
    },
    "grants.list": ({ tenant }) => {
      known(tenant);
      return grants.list(tenant);
    },
    "grants.revoke": ({ id }) => {
      grants.revoke(id);
      return { revoked: true };
    },
    "rules.list": ({ tenant }) => {
      known(tenant);
      return rules.list(tenant);
    },
    "rules.add": ({ tenant = DEFAULT_TENANT, ...wish }) => rules.add({ tenant, ...wish }),
    "rules.remove": async ({ id }) => {
      await rules.remove(id);
      return { removed: true };
    },
  } satisfies Partial<Handlers>;
}
