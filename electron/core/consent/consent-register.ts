// Whether an agent may use a server at all. Asked before anything of the agent goes there with a credential of ours, or
// starts a program: a stranger's request must not spend what the person signed in for (confused deputy, threat 20).
import type { AdmittedAgent } from "../agent-register.ts";
import type { Agent } from "../agents.ts";
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Account } from "../oauth/keeping/accounts.ts";
import type { Answered, Question, Questions } from "../permission/questions.ts";
import type { OfferedTool } from "../permission/tool-choice.ts";
import type { Pins } from "../pins/pins.ts";
import type { Rule } from "../policy/rules.ts";
import type { Store } from "../registry.ts";
import type { Server } from "../servers.ts";
import {
  changedTerms,
  type Consent,
  covers,
  letThrough,
  type Term,
  type Terms,
  termsOf,
} from "./consents.ts";
import { type ConsentOffer, offerOf } from "./offer.ts";
import type { Standing } from "./standing.ts";
import { offeredTools } from "./tool-list.ts";

/** Milliseconds for which a no is remembered, and not asked again. */
export const QUIET = 5 * 60_000;
export interface ConsentPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly questions: Questions;
  readonly isPractice: (tenant: string) => boolean;
  readonly standing: (agent: Agent | null, server: Server) => Standing;
  /** The server's tools, as they were listed. */
  readonly tools: Pick<Pins, "list" | "refresh" | "acceptAll">;
  /** Its account is not signed in. */
  readonly signInNeeded: (who: AdmittedAgent, server: Server) => void;
  /** The person did not ask for this: the agent is paused. */
  readonly pause: (agentId: string) => Promise<void>;
  /** Ends what this agent has open at this server. */
  readonly cut: (agentId: string, server: Server) => void;
  readonly failed: (error: unknown) => void;
}

/** Leave to use the server, and where it came from: for the journal. */
export interface Passed {
  readonly by: "person" | "rule" | "practice";
  /** `cns_…` where the person gave it. */
  readonly consent: string | null;
  /** The question, where one was asked now, and the milliseconds that it took. */
  readonly question: string | null;
  readonly waitedMs: number | null;
}

export interface ConsentView extends Omit<Consent, "ended"> {
  readonly agentName: string;
  readonly serverName: string;
  /** False where something changed since: it is asked about anew. */
  readonly holds: boolean;
  readonly changed: readonly Term[];
  readonly account: Standing["account"];
}

export type ConsentRegister = ReturnType<typeof createConsentRegister>;

export function createConsentRegister(ports: ConsentPorts) {
  const { store, clock, digest, questions } = ports;
  /** When the quiet after a no ends, on the monotonic clock. */
  const refused = new Map<string, number>();
  /** What came of an answer, for all who waited for it. */
  const settled = new Map<string, Promise<string>>();

  const find = (agent: string, server: string): Consent | undefined =>
    store.read("consents").find((one) => one.agent === agent && one.server === server);
  const now = (): string => new Date(clock.now()).toISOString();
  const termsNow = (agent: Agent | null, server: Server): Terms =>
    termsOf(server, ports.standing(agent, server), digest);

  /** The rules that go with it: exact names, for this agent and this server as it is now. */
  const rulesOf = (offer: ConsentOffer, answered: Answered): Rule[] => {
    const { verdict } = answered;
    if (verdict.type !== "allow") return [];
    return (verdict.tools ?? []).flatMap(({ name, effect }) =>
      effect === "ask"
        ? []
        : [
            {
              id: newId("rule", clock.now(), (n) => digest.random(n)),
              tenant: offer.tenant,
              effect,
              agent: offer.agent.id,
              server: offer.server.id,
              // A denial follows the server wherever it goes; leave is given for what it is now.
              target: effect === "allow" ? offer.server.target : null,
              tool: name,
              note: null,
              createdAt: now(),
            },
          ],
    );
  };

  async function settle(who: AdmittedAgent, offer: ConsentOffer, answered: Answered) {
    const { verdict } = answered;
    const key = `${offer.agent.id} ${offer.server.id}`;
    if (verdict.type !== "allow") {
      refused.set(key, clock.monotonic() + QUIET);
      if (verdict.type === "deny-and-pause") await ports.pause(offer.agent.id);
      throw refusal(offer);
    }
    const server = store.read("servers").find(({ id }) => id === offer.server.id);
    // A person takes their time: a yes is for what was shown, and for nothing that it became meanwhile.
    if (server === undefined || changedTerms(offer.terms, termsNow(who.agent, server)).length > 0) {
      const reason = "its server was changed or removed while it was asked about";
      throw new Refusal("call_denied", { reason });
    }
    const consent: Consent = {
      id: newId("cns", clock.now(), (n) => digest.random(n)),
      tenant: offer.tenant,
      agent: offer.agent.id,
      server: offer.server.id,
      terms: offer.terms,
      createdAt: now(),
      ended: null,
    };
    const rules = rulesOf(offer, answered);
    const names = new Set(rules.map(({ tool }) => tool));
    const replaced = (rule: Rule): boolean =>
      rule.agent === consent.agent && rule.server === consent.server && names.has(rule.tool);
    await store.writeTogether(["rules", "consents"], (all) => ({
      ...(rules.length > 0 && { rules: [...all.rules.filter((r) => !replaced(r)), ...rules] }),
      consents: [
        ...all.consents.filter((c) => c.agent !== consent.agent || c.server !== consent.server),
        consent,
      ],
    }));
    refused.delete(key);
    // What they allowed they have seen as it is: it is agreed to as such.
    const allowed = rules.filter(({ effect }) => effect === "allow").map(({ tool }) => tool ?? "");
    if (allowed.length > 0) await ports.tools.acceptAll(server, allowed);
    return consent.id;
  }

  /** What the server offers, where it was listed before. Nothing goes there to find out before the person says so. */
  function toolsOf(server: Server): readonly OfferedTool[] | null {
    const listed = ports.tools.list(server);
    return listed.length === 0 ? null : offeredTools(listed);
  }

  const refusal = (of: {
    agent: { readonly name: string };
    server: { readonly name: string };
  }): Refusal => new Refusal("consent_refused", { agent: of.agent.name, server: of.server.name });

  async function ask(
    who: AdmittedAgent,
    server: Server,
    terms: Terms,
    before: Consent | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Passed> {
    const { agent } = who;
    const until = refused.get(`${agent.id} ${server.id}`) ?? 0;
    if (until > clock.monotonic()) throw refusal({ agent, server });
    const standing = ports.standing(agent, server);
    if (standing.missing !== null) {
      // Whose account it is belongs to what is agreed to: first they sign in.
      ports.signInNeeded(who, server);
      const issuer = standing.signInAt?.issuer ?? standing.issuer ?? "its issuer";
      throw new Refusal("sign_in_needed", { issuer, server: server.name });
    }
    const offer = offerOf(who, server, standing, terms, before, toolsOf(server));
    const answered = await questions.ask({ kind: "consent", offer }, signal);
    const { question } = answered;
    // Many messages wait for the one answer: it is acted upon once.
    let done = settled.get(question);
    if (done === undefined) {
      done = settle(who, offer, answered);
      settled.set(question, done);
      void done.catch(() => undefined).finally(() => settled.delete(question));
    }
    return { by: "person", consent: await done, question, waitedMs: answered.waitedMs };
  }

  /** Consents whose server or agent is gone go; those whose terms changed end, for good. */
  async function sweep(): Promise<void> {
    const cut: [string, Server][] = [];
    const next = (all: readonly Consent[]): readonly Consent[] =>
      all.flatMap((one): Consent[] => {
        const agent = store.read("agents").find(({ id }) => id === one.agent);
        const server = store.read("servers").find(({ id }) => id === one.server);
        if (agent === undefined || server === undefined) return [];
        if (one.ended !== null) return [one];
        const { account, ...rest } = termsNow(agent, server);
        // Who is signed out may come back as the same person; until then nothing is sent anyway.
        const there = { ...rest, account: account ?? one.terms.account };
        if (changedTerms(one.terms, there).length === 0) return [one];
        cut.push([agent.id, server]);
        return [{ ...one, ended: { at: now(), why: "changed" } }];
      });
    const all = store.read("consents");
    if (JSON.stringify(next(all)) === JSON.stringify(all)) return;
    // At once, before anything is awaited: what comes from now on is asked about anew, and must not be cut with the rest.
    for (const one of cut) ports.cut(...one);
    await store.write("consents", next);
  }

  const settleAll = (): void => void sweep().catch(ports.failed);
  const WATCHED: ReadonlySet<string> = new Set(["agents", "servers", "issuers", "accounts"]);
  store.watch((name) => {
    if (WATCHED.has(name)) settleAll();
  });
  settleAll();

  return {
    /**
     * Leave for this agent to use this server, asked of the person where there is none; at once where there is.
     * @param mayAsk false for what nobody waits for an answer to: it is refused
     * @throws Refusal `consent_needed`, `consent_refused`, `sign_in_needed`, `call_denied`, `question_*`, `agent_cooling_down`,
     *   `agent_hung_up`, `settings_*`
     */
    pass(
      who: AdmittedAgent,
      server: Server,
      mayAsk: boolean,
      signal?: AbortSignal,
    ): Passed | Promise<Passed> {
      const free = { consent: null, question: null, waitedMs: null };
      if (ports.isPractice(server.tenant)) return { by: "practice", ...free };
      const { agent } = who;
      const consent = find(agent.id, server.id);
      const terms = termsNow(agent, server);
      if (consent !== undefined && covers(consent, { agent: agent.id, server, terms })) {
        return { by: "person", ...free, consent: consent.id };
      }
      // Once the two have met, what was agreed to counts, and no rule stands in for it: rules name no account.
      if (consent === undefined && letThrough(store.read("rules"), agent.id, server)) {
        return { by: "rule", ...free };
      }
      if (!mayAsk) {
        throw new Refusal("consent_needed", { agent: agent.name, server: server.name });
      }
      return ask(who, server, terms, consent, signal);
    },

    /**
     * The person who looks at the question wants to see what the server offers: it is asked, as Countersign itself, and
     * the question is shown anew with its answer.
     * @throws Refusal `question_closed`, `verdict_refused`, `not_applicable`, and what the server's way refuses with
     */
    async lookUp(id: string, nonce: string): Promise<Question> {
      const { matter } = questions.hold(id, nonce);
      const offer = matter.kind === "consent" ? matter.offer : null;
      const server = store.read("servers").find((one) => one.id === offer?.server.id);
      if (offer === null || server === undefined) {
        throw new Refusal("not_applicable", {
          reason: "there are no tools to look at",
          instead: "Answer the question as it stands.",
        });
      }
      await ports.tools.refresh(server, null);
      const tools = offeredTools(ports.tools.list(server));
      return questions.amend(id, nonce, (now) =>
        now.kind === "consent" ? { ...now, offer: { ...now.offer, tools } } : now,
      );
    },

    list(tenant?: string): readonly ConsentView[] {
      return store.read("consents").flatMap((one) => {
        const agent = store.read("agents").find(({ id }) => id === one.agent);
        const server = store.read("servers").find(({ id }) => id === one.server);
        const wanted = tenant === undefined || one.tenant === tenant;
        if (!wanted || agent === undefined || server === undefined) return [];
        if (one.ended?.why === "revoked") return [];
        const standing = ports.standing(agent, server);
        const changed = changedTerms(one.terms, termsOf(server, standing, digest));
        const { ended, ...shown } = one;
        return [
          {
            ...shown,
            agentName: agent.name,
            serverName: server.name,
            holds: ended === null && changed.length === 0,
            changed,
            account: standing.account,
          },
        ];
      });
    },

    /** The agent is asked about anew before it uses the server again. @throws Refusal `consent_unknown`, `settings_*` */
    async revoke(id: string): Promise<void> {
      let gone: Consent | undefined;
      await store.write("consents", (all) => {
        gone = all.find((one) => one.id === id && one.ended?.why !== "revoked");
        if (gone === undefined) throw new Refusal("consent_unknown");
        return all.map((one) =>
          one.id === id ? { ...one, ended: { at: now(), why: "revoked" as const } } : one,
        );
      });
      const server = store.read("servers").find((one) => one.id === gone?.server);
      if (gone !== undefined && server !== undefined) ports.cut(gone.agent, server);
    },

    /** What was agreed to on behalf of this account, as who it is now, ends for good. @throws Refusal `settings_*` */
    async lapseOf(account: Account): Promise<void> {
      const { id, tenant, issuer, sub, idpTenant } = account;
      const whose = JSON.stringify({ issuer, sub, tenant: idpTenant });
      const cut: [string, Server][] = [];
      const ends = (one: Consent): boolean => {
        if (one.ended !== null || one.tenant !== tenant) return false;
        const server = store.read("servers").find((s) => s.id === one.server);
        const agent = store.read("agents").find((a) => a.id === one.agent);
        if (server === undefined || agent === undefined) return false;
        const uses = ports.standing(agent, server).account?.id === id;
        if (uses) cut.push([agent.id, server]);
        return uses || JSON.stringify(one.terms.account) === whose;
      };
      if (!store.read("consents").some(ends)) return;
      cut.length = 0;
      await store.write("consents", (all) =>
        all.map((one) =>
          ends(one) ? { ...one, ended: { at: now(), why: "changed" as const } } : one,
        ),
      );
      for (const one of cut) ports.cut(...one);
    },

    /** A no is forgotten: the person wants to be asked about this agent again. */
    resume(agentId: string): void {
      for (const key of refused.keys()) if (key.startsWith(`${agentId} `)) refused.delete(key);
    },
  };
}
