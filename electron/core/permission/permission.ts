// Whether a call may go on: policy first, then what the person allowed for a while, then the person. What comes out is
// a permit, which the gateway writes down and acts on; there is no way past it.
import type { AdmittedAgent } from "../agent-register.ts";
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { asRefusal, Refusal } from "../errors.ts";
import { policyInput } from "../policy/input.ts";
import { decide, type PolicyEngine } from "../policy/judge.ts";
import type { Server } from "../servers.ts";
import type { Grants, Lifetime } from "./grants.ts";
import type { Answered, Questions } from "./questions.ts";
import { type Subject, subjectOf } from "./subject.ts";

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
}

/** Leave for one call, or the refusal. Only permission.decide makes one. */
export interface Permit {
  readonly rules: readonly string[];
  readonly record: PermitRecord;
  /** Null: it may go on. */
  readonly refusal: Refusal | null;
}

export interface PermissionPorts {
  readonly engine: PolicyEngine;
  readonly grants: Grants;
  readonly questions: Questions;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly isPractice: (tenant: string) => boolean;
  /** Makes the rule that "always" stands for. */
  readonly always: (subject: Subject) => Promise<void>;
  /** The person did not ask for this: the agent is paused. */
  readonly pause: (agentId: string) => Promise<void>;
}

/** One call, as its message was read. */
export interface Wanted {
  readonly tool: string;
  readonly via: string;
  /** The bytes of `params.arguments`, as text; `{}` where there are none. */
  readonly argumentsText: string;
}

export type Permission = ReturnType<typeof createPermission>;

export function createPermission(ports: PermissionPorts) {
  const { engine, grants, questions, clock, digest } = ports;

  async function keep(subject: Subject, answered: Answered): Promise<string | null> {
    const { verdict } = answered;
    if (verdict.type === "deny-and-pause") await ports.pause(subject.agent.id);
    if (verdict.type !== "allow" || verdict.lifetime === "once") return null;
    if (verdict.lifetime === "always") {
      await ports.always(subject);
      return null;
    }
    return grants.add(subject, verdict.lifetime, verdict.scope).id;
  }

  return {
    /** Never throws: what goes wrong is a refusal in the permit. */
    async decide(
      who: AdmittedAgent,
      server: Server,
      wanted: Wanted,
      signal?: AbortSignal,
    ): Promise<Permit> {
      const subject = subjectOf(who, server, wanted.tool, wanted.argumentsText, digest);
      const blank: PermitRecord = {
        policy: engine.hash(),
        argumentsHash: subject.argumentsHash,
        question: null,
        grant: null,
        lifetime: null,
        waitedMs: null,
      };
      const input = policyInput(who, server, {
        tool: wanted.tool,
        via: wanted.via,
        // Read strictly before: this cannot lose anything, and policy sees what the server will see.
        argumentsValue: JSON.parse(wanted.argumentsText) as unknown,
        now: clock.now(),
        practice: ports.isPractice(server.tenant),
      });
      const { effect, rules } = decide(engine, input);
      if (effect === "allow") return { rules, record: blank, refusal: null };
      if (effect === "deny") {
        const refusal = new Refusal("policy_denied", { rule: rules[0] ?? "", tool: wanted.tool });
        return { rules, record: blank, refusal };
      }
      const grant = grants.use(subject);
      if (grant !== undefined) {
        return { rules, record: { ...blank, grant: grant.id }, refusal: null };
      }
      try {
        const answered = await questions.ask({ kind: "call", subject, rules }, signal);
        const { verdict } = answered;
        const record: PermitRecord = {
          ...blank,
          question: answered.question,
          grant: await keep(subject, answered),
          lifetime: verdict.type === "allow" ? verdict.lifetime : null,
          waitedMs: answered.waitedMs,
        };
        const refusal =
          verdict.type === "allow" ? null : new Refusal("call_refused", { tool: wanted.tool });
        return { rules, record, refusal };
      } catch (error) {
        return { rules, record: blank, refusal: asRefusal(error) };
      }
    },
  };
}
