// A call needs an account that is not signed in: the person is asked whether to sign in. The agent is told at once and
// tries again; nothing of it waits for a person in front of a browser.
import type { AdmittedAgent } from "../agent-register.ts";
import type { Agent } from "../agents.ts";
import type { Clock } from "../clock.ts";
import type { Account } from "../oauth/keeping/accounts.ts";
import type { Questions } from "../permission/questions.ts";
import { type ServerFace, serverFace, type Subject } from "../permission/subject.ts";
import type { Server } from "../servers.ts";
import type { AccountFact, Standing } from "./standing.ts";

/** What a sign-in at an issuer is to be for. */
export interface SignInFor {
  /** `iss_…` */
  readonly registration: string;
  readonly issuer: string;
  /** Who must come back; null for anyone. */
  readonly account: AccountFact | null;
  readonly scopes: readonly string[];
  readonly resource: string | null;
}

export interface SignInMatter {
  readonly kind: "sign-in";
  readonly tenant: string;
  readonly agent: Subject["agent"];
  readonly server: ServerFace;
  readonly wish: SignInFor;
}

export interface SignInAskPorts {
  readonly questions: Questions;
  readonly clock: Clock;
  readonly isPractice: (tenant: string) => boolean;
  readonly standing: (agent: Agent | null, server: Server) => Standing;
  readonly accounts: () => readonly Account[];
  readonly pause: (agentId: string) => Promise<void>;
}

/** Milliseconds for which a no is remembered. */
const QUIET = 5 * 60_000;

export function createSignInAsks(ports: SignInAskPorts) {
  const { questions, clock } = ports;
  /** One question for an account at a time, and none for a while after a no. */
  const quietUntil = new Map<string, number>();

  return {
    /** Asks, where there is one account that could sign in; never throws, and waits for nobody. */
    needed({ agent, authMethod }: AdmittedAgent, server: Server): void {
      if (ports.isPractice(server.tenant) || server.kind === "stdio") return;
      const { signInAt, missing, account } = ports.standing(agent, server);
      // With several the person must choose one for the server first.
      if (signInAt === null || missing === "several" || missing === null) return;
      const key = JSON.stringify([server.tenant, signInAt.registration, account?.id]);
      if ((quietUntil.get(key) ?? 0) > clock.monotonic()) return;
      const before = ports.accounts().find(({ id }) => id === account?.id);
      const { pattern } = server;
      const own = pattern.type === "account" ? pattern : null;
      const matter: SignInMatter = {
        kind: "sign-in",
        tenant: server.tenant,
        agent: { id: agent.id, name: agent.name, authMethod },
        server: serverFace(server),
        wish: {
          ...signInAt,
          account,
          scopes: before?.scopes ?? own?.scopes ?? ["openid"],
          resource: own?.resource ?? null,
        },
      };
      quietUntil.set(key, Infinity);
      void questions
        .ask(matter)
        .then(async ({ verdict }) => {
          if (verdict.type === "allow") quietUntil.delete(key);
          else quietUntil.set(key, clock.monotonic() + QUIET);
          if (verdict.type === "deny-and-pause") await ports.pause(agent.id);
        })
        // Nobody answered, or nobody may be asked now: the next call asks again.
        .catch(() => quietUntil.delete(key));
    },
  };
}
