// What can be asked of the person, and what each kind of question means for the life of a question: who may answer how,
// how long a yes stays dead, which calls one answer serves.
import { Refusal } from "../errors.ts";
import type { Rule } from "../policy/rules.ts";
import type { Lifetime } from "./grants.ts";
import type { Subject } from "./subject.ts";

/** What is asked. `rule`: whether a rule that allows something shall stand. */
export type Matter =
  | { readonly kind: "call"; readonly subject: Subject; readonly rules: readonly string[] }
  | {
      readonly kind: "rule";
      readonly rule: Rule;
      readonly agent: string | null;
      readonly server: string | null;
    };
export type MatterKind = Matter["kind"];

export type Verdict =
  | { readonly type: "allow"; readonly lifetime: Lifetime; readonly scope: "arguments" | "tool" }
  | { readonly type: "deny" }
  /** "I did not ask for this": the agent is paused, too. */
  | { readonly type: "deny-and-pause" };
export type Allow = Extract<Verdict, { readonly type: "allow" }>;

export interface Traits {
  /** Whose patience is spent by silence; null where no agent asks. */
  readonly agent: { readonly id: string; readonly name: string } | null;
  /** A yes is dead for longer. */
  readonly grave: boolean;
  /** Waiters of equal keys are served by one answer; null: each asks for itself. */
  readonly sameAs: string | null;
  /** @throws Refusal `verdict_not_offered` for a yes that this kind of question does not take */
  readonly admit: (verdict: Allow) => void;
}

const notOffered = (reason: string): never => {
  throw new Refusal("verdict_not_offered", { reason });
};

type Of<K extends MatterKind> = Extract<Matter, { readonly kind: K }>;

const TRAITS: { readonly [K in MatterKind]: (matter: Of<K>) => Traits } = {
  call: ({ subject }) => ({
    agent: subject.agent,
    grave: subject.destructive,
    // The same agent asks the same of the same server, in the same bytes.
    sameAs: JSON.stringify([
      subject.agent.id,
      subject.server.id,
      subject.stamp,
      subject.tool,
      subject.argumentsHash,
    ]),
    admit({ lifetime }) {
      if (subject.destructive && lifetime === "always") {
        notOffered("what cannot be taken back is never allowed for good");
      }
    },
  }),
  rule: () => ({
    agent: null,
    grave: true,
    sameAs: null,
    admit({ lifetime }) {
      if (lifetime !== "always") notOffered("a rule stands until it is removed");
    },
  }),
};

export const traitsOf = (matter: Matter): Traits =>
  (TRAITS[matter.kind] as (matter: Matter) => Traits)(matter);
