// A sign-in that was to renew an account came back as somebody else: the person sees both, side by side, and what hangs
// on the account, and says whether it is theirs. Until they do, nothing is changed.
import type { Agent } from "../agents.ts";
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { asRefusal, Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { CallEnd, CallIntent, Journal } from "../journal.ts";
import { type Account, describeIdentity, type Identity } from "../oauth/keeping/accounts.ts";
import type { Grants } from "../permission/grants.ts";
import type { Questions } from "../permission/questions.ts";
import type { Server } from "../servers.ts";
import type { ConsentRegister } from "./consent-register.ts";
import type { Standing } from "./standing.ts";

/** Who an account is. `name` and `email` are what the issuer claims; the rest is proven or read. */
export interface Face {
  readonly issuer: string;
  readonly sub: string | null;
  /** The organisation at the identity provider, `tid=…` for instance. */
  readonly tenant: string | null;
  readonly name: string | null;
  readonly email: string | null;
}

/** What was allowed or set up for whom the account was before. */
export interface Hanging {
  /** Names of servers that are used with it. */
  readonly servers: readonly string[];
  readonly consents: readonly { readonly agent: string; readonly server: string }[];
  readonly grants: readonly {
    readonly agent: string;
    readonly server: string;
    readonly tool: string;
  }[];
}

export interface AccountChangedMatter {
  readonly kind: "account-changed";
  readonly tenant: string;
  /** `acc_…` */
  readonly account: string;
  readonly before: Face;
  readonly now: Face;
  readonly hangs: Hanging;
}

export interface AccountAskPorts {
  readonly questions: Questions;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly journal: Pick<Journal, "intent" | "end">;
  readonly isPractice: (tenant: string) => boolean;
  readonly servers: () => readonly Server[];
  readonly standing: (agent: Agent | null, server: Server) => Standing;
  readonly consents: Pick<ConsentRegister, "list" | "lapseOf">;
  readonly grants: Pick<Grants, "list" | "lapseOf">;
}

/** Name of the decision in the journal. */
const RULE = "built-in/account-changed";
const faceOf = ({ issuer, sub, idpTenant, name, email }: Identity): Face => ({
  issuer,
  sub,
  tenant: idpTenant,
  name,
  email,
});

export type AccountAsks = ReturnType<typeof createAccountAsks>;

export function createAccountAsks(ports: AccountAskPorts) {
  const { clock, digest, journal } = ports;

  function hanging(account: Account): Hanging {
    const { id, tenant } = account;
    return {
      servers: ports
        .servers()
        .filter((s) => s.tenant === tenant && ports.standing(null, s).account?.id === id)
        .map(({ name }) => name),
      consents: ports.consents
        .list(tenant)
        .filter((one) => one.holds && one.account?.id === id)
        .map(({ agentName, serverName }) => ({ agent: agentName, server: serverName })),
      grants: ports.grants
        .list(tenant)
        .filter((grant) => grant.account?.id === id)
        .map(({ agent, server, tool }) => ({ agent: agent.name, server: server.name, tool })),
    };
  }

  function record(before: Account, now: Identity, question: string | null, waitedMs: number) {
    const id = newId("call", clock.now(), (n) => digest.random(n));
    const input = JSON.stringify({ before: faceOf(before), now: faceOf(now), question });
    const intent = (decision: CallIntent["decision"]): CallIntent => ({
      id,
      kind: "decision",
      at: clock.now(),
      tenant: before.tenant,
      agentId: null,
      agentName: null,
      authMethod: null,
      agentCertificate: null,
      account: describeIdentity(decision === "allow" ? now : before),
      serverId: null,
      serverName: null,
      pattern: null,
      via: null,
      generation: null,
      method: "accounts/replace",
      tool: null,
      input,
      inputCut: false,
      inputBytes: input.length,
      inputHash: null,
      run: null,
      decision,
      rules: [RULE],
      permit: null,
      doorMs: 0,
    });
    const end = (outcome: CallEnd["outcome"], refusal: Refusal | null): void =>
      journal.end(id, {
        outcome,
        code: refusal?.code ?? null,
        rpcCode: null,
        httpStatus: null,
        detail: `${describeIdentity(before)} → ${describeIdentity(now)}`,
        resultBytes: 0,
        evidence: null,
        firstByteMs: null,
        totalMs: waitedMs,
      });
    return { intent, end };
  }

  return {
    /**
     * Asks whether somebody else may stand in the place of an account, and has `replace` do it where the person agrees.
     * Whatever was allowed on behalf of who it was before ends with it.
     * @param asked called once the question is open
     * @throws Refusal `account_changed` where the person says no, or nobody is asked; `question_*` where nobody answers;
     *   `journal_unwritable`, and what `replace` throws
     */
    async confirm<T>(
      before: Account,
      now: Identity,
      replace: () => Promise<T>,
      asked: () => void = () => undefined,
    ): Promise<T> {
      const no = new Refusal("account_changed", {
        issuer: before.issuer,
        account: before.id,
        expected: describeIdentity(before),
        found: describeIdentity(now),
      });
      // In the practice company nobody is asked anything.
      if (ports.isPractice(before.tenant)) throw no;
      const since = clock.monotonic();
      const waited = (): number => clock.monotonic() - since;
      const deny = async (refusal: Refusal, question: string | null): Promise<never> => {
        const { intent, end } = record(before, now, question, waited());
        // A journal that cannot be written changes nothing about a no.
        await journal.intent(intent("deny")).then(
          () => end("denied", refusal),
          () => undefined,
        );
        throw refusal;
      };
      const asking = ports.questions.ask({
        kind: "account-changed",
        tenant: before.tenant,
        account: before.id,
        before: faceOf(before),
        now: faceOf(now),
        hangs: hanging(before),
      });
      asked();
      const answered = await asking.catch((error: unknown) => deny(asRefusal(error), null));
      const { question, verdict } = answered;
      if (verdict.type !== "allow") return deny(no, question);
      const { intent, end } = record(before, now, question, waited());
      await journal.intent(intent("allow"));
      try {
        // First, so that no consent of the one before ever serves the one after.
        await ports.consents.lapseOf(before);
        const done = await replace();
        ports.grants.lapseOf(before.id);
        end("ok", null);
        return done;
      } catch (error) {
        end("failed", asRefusal(error));
        throw error;
      }
    },
  };
}
