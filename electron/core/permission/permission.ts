// Whether a call may go on: policy first, then what its run has read, then what the person allowed for a while, then the
// person. What comes out is a permit, which the gateway writes down and acts on; there is no way past it.
import type { AdmittedAgent } from "../agent-register.ts";
import type { Agent } from "../agents.ts";
import type { Clock } from "../clock.ts";
import type { ConsentRegister, Passed } from "../consent/consent-register.ts";
import type { AccountFact, Standing } from "../consent/standing.ts";
import type { Digest } from "../digest.ts";
import { asRefusal, Refusal } from "../errors.ts";
import type { Flow } from "../labels/flow.ts";
import { isSevere } from "../pins/flags.ts";
import type { Run } from "../runs/runs.ts";
import { type Brought, LETHAL_TRIFECTA } from "../labels/trifecta.ts";
import type { History } from "../policy/history.ts";
import type { InForce } from "../policy/in-force.ts";
import { type PolicyInput, policyInput } from "../policy/input.ts";
import { type Decision, type DecisionMark, POLICY_FAILED } from "../policy/judge.ts";
import type { Server } from "../servers.ts";
import type { Grants, Lifetime } from "./grants.ts";
import type { KnownPrograms } from "./known-programs.ts";
import type { Program } from "./program.ts";
import type { Answered } from "./questions.ts";
import { argumentsHashOf, type Subject, subjectOf } from "./subject.ts";
import type { Verdict } from "./matter.ts";
import { createYeses } from "./yeses.ts";
import { stepOfTool, type ToolPorts } from "./tool-step.ts";

/** Why a call was let through or not: for the journal. */
export interface PermitRecord {
  /** SHA-256 of the policy and its data. */
  readonly policy: string;
  /** What was shown, allowed and sent. */
  readonly argumentsHash: string;
  readonly question: string | null;
  readonly grant: string | null;
  /** How long the person's yes holds; null where nobody was asked or the answer was no. */
  readonly lifetime: Lifetime | null;
  /** Milliseconds that the person took. */
  readonly waitedMs: number | null;
  /** Why the agent may use the server at all; left out in rows of before. */
  readonly consent?: Pick<Passed, "by" | "consent">;
  /** On whose behalf, as it stood when it was decided; left out in rows of before. */
  readonly account?: AccountFact | null;
  readonly audience?: string | null;
  readonly scopes?: readonly string[];
  /** The program that the call came from, as the system told it. Rows of earlier versions have none. */
  readonly program?: Pick<Program, "pid" | "path"> | null;
  /** SHA-256 of the tool's definition as agreed to; null where none was. Rows of earlier versions have none. */
  readonly toolFingerprint?: string | null;
  /**
   * What the row does not say of the document that policy was asked about (policy/seen.ts), for a rehearsal. Null where
   * it may not be written down; missing in rows of before it was kept.
   */
  readonly seen?: unknown;
  /** What policies elsewhere call the decision; left out where none does. */
  readonly decisions?: readonly DecisionMark[];
  /** The person changed the arguments: argumentsHash is of what was sent, originalHash of what the agent wrote. */
  readonly edited?: true;
  /** What it is at a plain HTTP API: method and path template. */
  readonly route?: string;
  readonly originalHash?: string;
}

/** Leave for one call, or the refusal. Only permission.decide makes one. */
export interface Permit {
  readonly rules: readonly string[];
  readonly record: PermitRecord;
  /** `run_…`: the stretch of work that the call belongs to. */
  readonly run: string;
  /** What policy was asked about, where it came to that. */
  readonly input?: PolicyInput;
  /** Null: it may go on. */
  readonly refusal: Refusal | null;
  /** To be sent in place of the agent's arguments, where the person changed them. */
  readonly argumentsText?: string | undefined;
}

export interface PermissionPorts extends ToolPorts {
  readonly policy: Pick<InForce, "decide" | "hash">;
  readonly history: History;
  readonly grants: Grants;
  readonly flow: Flow;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly programs: Pick<KnownPrograms, "admit">;
  readonly isPractice: (tenant: string) => boolean;
  /** Whether the agent may use the server at all. */
  readonly consents: Pick<ConsentRegister, "pass">;
  readonly signIns: { readonly needed: (who: AdmittedAgent, server: Server) => void };
  readonly standing: (agent: Agent, server: Server) => Standing;
  /** Makes the rule that "always" stands for. */
  readonly always: (subject: Subject) => Promise<void>;
}

/** One call, as its message was read. */
export interface Wanted {
  readonly tool: string;
  readonly via: string;
  /** The legacy session that it came in. */
  readonly sessionId: string | null;
  /** The bytes of `params.arguments`, as text; `{}` where there are none. */
  readonly argumentsText: string;
  readonly program: Program | null;
  /** Whether a text holds a secret of ours. */
  readonly holdsSecret: (text: string) => boolean;
}

/** Answers of which it is known what they made. */
const ANSWERS = 64;

type Trifecta = readonly Brought[] | null;
/** Named in rows where no policy was asked, because the person did not agree that the agent uses the server. */
const NO_CONSENT = "built-in/consent";

const together = (a: number | null, b: number | null): number | null =>
  a === null && b === null ? null : (a ?? 0) + (b ?? 0);

/** A call whose agent may use its server at all. */
interface Entered {
  readonly entered: Run;
  readonly standing: Standing;
  readonly who: AdmittedAgent;
  readonly server: Server;
  readonly wanted: Wanted;
  readonly blank: PermitRecord;
  readonly callsLastHour: number;
}

export type Permission = ReturnType<typeof createPermission>;

export function createPermission(ports: PermissionPorts) {
  const { policy, grants, questions, flow, clock, digest } = ports;
  const yeses = createYeses();
  // One answer serves all that wait for it, and makes one grant or one rule.
  const keptOf = new Map<string, Promise<string | null>>();

  async function keepNow(
    server: Server,
    subject: Subject,
    verdict: Verdict,
  ): Promise<string | null> {
    if (verdict.type === "allow") yeses.add(subject);
    else yeses.forget(subject);
    const { toolFingerprint, toolStanding, tool } = subject;
    // Whoever allows a call of a new tool has seen what it says of itself.
    if (verdict.type === "allow" && toolStanding === "new" && toolFingerprint !== null) {
      await ports.pins.accept(server, tool, toolFingerprint);
    }
    if (verdict.type === "deny-and-pause") await ports.pause(subject.agent.id);
    if (verdict.type !== "allow" || verdict.lifetime === "once") return null;
    if (verdict.lifetime === "always") {
      await ports.always(subject);
      return null;
    }
    return grants.add(subject, { ...verdict, lifetime: verdict.lifetime }).id;
  }

  function keep(
    server: Server,
    subject: Subject,
    { question, verdict }: Answered,
  ): Promise<string | null> {
    const kept = keptOf.get(question) ?? keepNow(server, subject, verdict);
    keptOf.set(question, kept);
    // All that waited for one answer come for it at once.
    for (const old of keptOf.keys()) {
      if (keptOf.size <= ANSWERS) break;
      keptOf.delete(old);
    }
    return kept;
  }

  /** What would carry private data out is asked about, whoever allowed it beforehand; a denial stands. */
  function overruled(said: Decision, subject: Subject): Decision & { trifecta: Trifecta } {
    const trifecta = said.effect === "deny" ? null : flow.trifecta(subject);
    if (trifecta === null) return { ...said, trifecta };
    const rules = said.effect === "ask" ? [LETHAL_TRIFECTA, ...said.rules] : [LETHAL_TRIFECTA];
    return { effect: "ask", rules, trifecta };
  }

  /** Asks the person. @throws Refusal as questions.ask() */
  async function asked(
    server: Server,
    subject: Subject,
    { rules, trifecta }: { rules: readonly string[]; trifecta: Trifecta },
    blank: PermitRecord,
    signal: AbortSignal | undefined,
  ): Promise<Pick<Permit, "record" | "refusal" | "argumentsText">> {
    const matter = {
      kind: "call",
      subject,
      rules,
      ...(trifecta === null ? {} : { trifecta }),
      approvals: yeses.of(subject),
    } as const;
    const answered = await questions.ask(matter, signal);
    const { verdict } = answered;
    const revision = verdict.type === "allow" ? answered.revision : null;
    const record: PermitRecord = {
      ...blank,
      ...(revision === null
        ? {}
        : {
            argumentsHash: revision.argumentsHash,
            edited: true,
            originalHash: blank.argumentsHash,
          }),
      question: answered.question,
      grant: await keep(server, subject, answered),
      lifetime: verdict.type === "allow" ? verdict.lifetime : null,
      waitedMs: together(blank.waitedMs, answered.waitedMs),
    };
    const said =
      verdict.type === "allow" ? null : new Refusal("call_refused", { tool: subject.tool });
    return { record, refusal: said, argumentsText: revision?.argumentsText };
  }

  /** What is decided of a call, once it is known to which stretch of work it belongs. */
  async function decideIn(call: Entered, signal: AbortSignal | undefined): Promise<Permit> {
    const { entered, standing, who, server, wanted } = call;
    const run = entered.id;
    const { tool, argumentsText } = wanted;
    const found = ports.pins.look(server, who.agent, tool);
    const look = found instanceof Promise ? await found : found;
    const subject = subjectOf(who, server, wanted, standing, digest, wanted.program, look, entered);
    const inputWith = (text: string) =>
      policyInput(who, server, {
        tool,
        via: wanted.via,
        // Read strictly before: this cannot lose anything, and policy sees what the server will see.
        argumentsValue: JSON.parse(text) as unknown,
        program: wanted.program,
        now: clock.now(),
        practice: ports.isPractice(server.tenant),
        labels: flow.labels(server.id, tool),
        callsInRun: entered.calls,
        account: standing.account,
        fingerprint: look.fingerprint,
        callsLastHour: call.callsLastHour,
      });
    const input = inputWith(argumentsText);
    const ruled = policy.decide(input);
    // The policy in this thread answers at once, and nothing else happens between what was seen and what is decided.
    const ruling = ruled instanceof Promise ? await ruled : ruled;
    const said = overruled(ruling, subject);
    const { effect, rules } = said;
    const blank = {
      ...call.blank,
      toolFingerprint: look.fingerprint,
      policy: ruling.policy,
      ...(ruling.marks !== undefined && { decisions: ruling.marks }),
    };
    const told = { rules, run, input };
    const denial = (by: readonly string[]): Refusal =>
      by.includes(POLICY_FAILED)
        ? new Refusal("policy_failed", { tool })
        : new Refusal("policy_denied", { rule: by[0] ?? "", tool });
    if (effect === "deny") {
      return { ...told, record: blank, refusal: denial(rules) };
    }
    if (look.standing === "rejected" || look.standing === "changed") {
      const step = await stepOfTool(ports, subject, server, look, signal);
      // Agreed to as it is now: the call is decided like any other, by what the tool is.
      if (step === "again") return decideIn(call, signal);
      return { ...step, run, input, record: blank };
    }
    // A new tool that looks like an attack was not meant by any rule or grant that came before it.
    const odd = look.standing === "new" && isSevere(look.claims?.flags ?? []);
    if (effect === "allow" && !odd) return { ...told, record: blank, refusal: null };
    const lasting = said.trifecta === null && !odd && look.standing !== "unavailable";
    const grant = lasting ? grants.use(subject) : undefined;
    if (grant !== undefined) {
      return { ...told, record: { ...blank, grant: grant.id }, refusal: null };
    }
    try {
      const outcome = await asked(server, subject, said, blank, signal);
      const edited = outcome.argumentsText;
      if (edited === undefined) return { ...told, ...outcome };
      // What the person wrote is judged like what the agent wrote: policy still denies, and no secret goes out.
      const sent = inputWith(edited);
      const again = await policy.decide(sent);
      const refusal = wanted.holdsSecret(edited)
        ? new Refusal("secret_in_arguments", { tool })
        : again.effect === "deny"
          ? denial(again.rules)
          : null;
      const decisions = [...(ruling.marks ?? []), ...(again.marks ?? [])];
      return {
        run,
        input: sent,
        ...outcome,
        ...(decisions.length > 0 && { record: { ...outcome.record, decisions } }),
        rules: refusal === null ? rules : again.rules,
        refusal,
      };
    } catch (error) {
      return { ...told, record: blank, refusal: asRefusal(error) };
    }
  }

  return {
    /**
     * Leave to send what is not gated: the agent may use the server at all.
     * @param mayAsk whether somebody waits for the answer, so that the person is asked where they were not yet
     * @throws Refusal as consents.pass
     */
    admit: (
      who: AdmittedAgent,
      server: Server,
      mayAsk: boolean,
      signal?: AbortSignal,
    ): Passed | Promise<Passed> => ports.consents.pass(who, server, mayAsk, signal),

    /** The account that this agent's traffic needs is not signed in: the person is asked to; nothing waits for it. */
    signInNeeded: (who: AdmittedAgent, server: Server): void => ports.signIns.needed(who, server),

    /** Never throws: what goes wrong is a refusal in the permit. */
    async decide(
      who: AdmittedAgent,
      server: Server,
      wanted: Wanted,
      signal?: AbortSignal,
    ): Promise<Permit> {
      const { program } = wanted;
      const entered = flow.enter(who.agent.id, server.id, wanted.sessionId);
      const standing = ports.standing(who.agent, server);
      const { account, audience, scopes } = standing;
      let blank: PermitRecord = {
        policy: policy.hash(),
        argumentsHash: argumentsHashOf(wanted, digest),
        question: null,
        grant: null,
        lifetime: null,
        waitedMs: null,
        account,
        audience,
        scopes,
        program: program === null ? null : { pid: program.pid, path: program.path },
      };
      // Nothing of it is shown to anybody, and no rule can let it through.
      if (wanted.holdsSecret(wanted.argumentsText) || wanted.holdsSecret(wanted.tool)) {
        const refusal = new Refusal("secret_in_arguments", { tool: wanted.tool });
        return { rules: ["built-in/secret-in-arguments"], run: entered.id, record: blank, refusal };
      }
      const admitted = ports.programs.admit(who, program, true, signal);
      const since = clock.monotonic();
      const stranger = admitted === null ? null : await admitted;
      if (admitted !== null) blank = { ...blank, waitedMs: clock.monotonic() - since };
      if (stranger !== null) {
        return {
          rules: ["built-in/known-program"],
          run: entered.id,
          record: blank,
          refusal: stranger,
        };
      }
      try {
        const passed = ports.consents.pass(who, server, true, signal);
        // Where nothing is asked, nothing else may come between this and the question about the call.
        const { by, consent, waitedMs } = passed instanceof Promise ? await passed : passed;
        blank = {
          ...blank,
          consent: { by, consent },
          waitedMs: together(blank.waitedMs, waitedMs),
        };
      } catch (error) {
        return { rules: [NO_CONSENT], run: entered.id, record: blank, refusal: asRefusal(error) };
      }
      const callsLastHour = ports.history.count(who.agent.id);
      return decideIn({ entered, standing, who, server, wanted, blank, callsLastHour }, signal);
    },
  };
}
