// What can be asked of the person, and what each kind of question means for the life of a question: who may answer how,
// how long a yes stays dead, which calls one answer serves.
import { Refusal } from "../errors.ts";
import type { FlowLabel } from "../labels/labels.ts";
import type { Brought } from "../labels/trifecta.ts";
import type { PageMatter } from "../elicit/elicitations.ts";
import type { AccountChangedMatter } from "../consent/account-asks.ts";
import type { SignInMatter } from "../consent/sign-in-asks.ts";
import type { ConsentOffer } from "../consent/offer.ts";
import type { Change } from "../pins/look.ts";
import type { PolicyMatter } from "../policy/own-register.ts";
import type { RuleMatter } from "../policy/rule-register.ts";
import type { UpdateSourceMatter } from "../update/updates.ts";
import { conditionsFor } from "./conditions.ts";
import { type Lifetime, MOST_CALLS, type Scope } from "./grants.ts";
import type { AskingProgram } from "./program.ts";
import type { Subject } from "./subject.ts";
import { admitChoices, type ToolChoice } from "./tool-choice.ts";

/** A call that an agent wants to make. */
export interface CallMatter {
  readonly kind: "call";
  readonly subject: Subject;
  readonly rules: readonly string[];
  /** What was brought together in its run, where this call would complete the three: then a yes is for it alone. */
  readonly trifecta?: readonly Brought[] | undefined;
  /** How often the person has said yes to this agent, server and tool: enough of them, and a rule is offered. */
  readonly approvals?: number | undefined;
}

/**
 * What is asked. `rule`: whether rules that allow something shall stand, or one that denies or asks shall go. `labels`:
 * whether a tool loses some.
 */
export type Matter =
  | CallMatter
  /** Whether an agent may use a server at all. */
  | { readonly kind: "consent"; readonly offer: ConsentOffer }
  /** Whether to sign in now, because an agent needs the account. */
  | SignInMatter
  | RuleMatter
  /** Whether somebody else may stand in the place of an account. */
  | AccountChangedMatter
  /** Whether an agent may be given a page that a server wants opened. */
  | PageMatter
  /** Whether a policy of the person's own shall decide, or shall not any more. */
  | PolicyMatter
  /** Whether updates shall be looked for at a source, and believed of its publisher. */
  | UpdateSourceMatter
  | {
      readonly kind: "labels";
      readonly server: string;
      /** Null: the whole server. */
      readonly tool: string | null;
      readonly removed: readonly FlowLabel[];
    }
  /** An agent's credential comes from another program than before. */
  | {
      readonly kind: "anomaly";
      readonly tenant: string;
      readonly agent: Subject["agent"];
      /** Null: it could not be found out. */
      readonly program: AskingProgram | null;
      /** Executables that used it before; null among them stands for one that could not be found out. */
      readonly before: readonly (string | null)[];
    }
  /** A tool that is not what was agreed to. `agent`: whose call waits for the answer; null where the person looks. */
  | {
      readonly kind: "tool-changed";
      readonly agent: { readonly id: string; readonly name: string } | null;
      readonly server: Subject["server"];
      readonly change: Change;
    };
export type MatterKind = Matter["kind"];

export type Verdict =
  | {
      readonly type: "allow";
      readonly lifetime: Lifetime;
      readonly scope: Scope;
      /** RFC 6901 pointers into the arguments, where the scope is `fields`: what must stay the same. */
      readonly fields?: readonly string[] | undefined;
      /** Further calls that it covers, 1 to 1000; null or left out where they are not counted. */
      readonly atMost?: number | null | undefined;
      /** With a consent: what is decided beforehand for tools that were shown; left out means nothing. */
      readonly tools?: readonly ToolChoice[] | undefined;
      /** For what cannot be taken back: the tool's name, typed by hand. A program that only clicks cannot say it. */
      readonly typed?: string | undefined;
    }
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
  /** The tool whose arguments may be changed before a yes; null where there are none. */
  readonly editable: string | null;
  /** The hash of what is on the screen, which a yes has to name; left out where a question has none. */
  readonly bytes?: string;
  /**
   * @param revised whether the arguments were changed
   * @throws Refusal `verdict_not_offered` for a yes that this kind of question does not take, `verdict_not_typed`
   */
  readonly admit: (verdict: Allow, revised: boolean) => void;
}

const notOffered = (reason: string): never => {
  throw new Refusal("verdict_not_offered", { reason });
};

type Of<K extends MatterKind> = Extract<Matter, { readonly kind: K }>;

const noTools = (tools: Allow["tools"]): void => {
  if (tools !== undefined) notOffered("only a consent decides on tools beforehand");
};

/** Taken for good, or not at all. */
const forGood =
  (why: string): Traits["admit"] =>
  ({ lifetime, tools }) => {
    noTools(tools);
    if (lifetime !== "always") notOffered(why);
  };
const oursForGood = (why: string): Traits => ({
  agent: null,
  grave: true,
  sameAs: null,
  editable: null,
  admit: forGood(why),
});

function admitCall({ subject, trifecta }: CallMatter, allow: Allow, revised: boolean): void {
  const { lifetime, scope, fields, atMost } = allow;
  noTools(allow.tools);
  if (trifecta !== undefined && lifetime !== "once") {
    notOffered("what carries private data out is allowed one call at a time");
  }
  if (subject.destructive && lifetime === "always") {
    notOffered("what cannot be taken back is never allowed for good");
  }
  if (revised && lifetime !== "once") {
    notOffered("what you changed yourself is allowed this one time");
  }
  const isGrant = lifetime !== "once" && lifetime !== "always";
  if (lifetime === "this-run" && subject.run == null) notOffered("the call belongs to no run");
  if (!isGrant && (scope === "fields" || atMost != null)) {
    notOffered("fields and a number go with a time");
  }
  if (atMost != null && !(Number.isInteger(atMost) && atMost >= 1 && atMost <= MOST_CALLS)) {
    notOffered(`a number from 1 to ${MOST_CALLS} is needed`);
  }
  if (scope === "fields") {
    const conditions = conditionsFor(subject.argumentsText, fields ?? []);
    if (typeof conditions === "string") notOffered(conditions);
  }
  if (subject.destructive && allow.typed !== subject.tool) throw new Refusal("verdict_not_typed");
}

const TRAITS: { readonly [K in MatterKind]: (matter: Of<K>) => Traits } = {
  call: (matter) => {
    const { subject, trifecta } = matter;
    return {
      agent: subject.agent,
      grave: subject.destructive || trifecta !== undefined,
      // The same agent asks the same of the same server, in the same bytes, in the same run.
      sameAs: JSON.stringify([
        subject.agent.id,
        subject.server.id,
        subject.stamp,
        subject.tool,
        subject.argumentsHash,
        subject.run?.id ?? null,
        trifecta !== undefined,
      ]),
      editable: subject.tool,
      bytes: subject.argumentsHash,
      admit: (allow, revised) => admitCall(matter, allow, revised),
    };
  },
  consent: ({ offer }) => ({
    agent: offer.agent,
    // It stands until something changes: what it is for wants reading.
    grave: true,
    // Whatever the agent sends there first waits for the same answer.
    sameAs: JSON.stringify([offer.agent.id, offer.server.id, offer.terms]),
    editable: null,
    admit({ lifetime, tools = [] }) {
      if (lifetime !== "always") notOffered("a consent stands until something changes");
      admitChoices(tools, offer.tools ?? []);
    },
  }),
  "sign-in": ({ tenant, agent, wish }) => ({
    agent,
    grave: false,
    sameAs: JSON.stringify([tenant, wish.registration, wish.account?.id]),
    editable: null,
    admit({ lifetime, tools }) {
      noTools(tools);
      if (lifetime !== "once") notOffered("signing in is done once");
    },
  }),
  "account-changed": () => oursForGood("an account becomes somebody else for good, or not at all"),
  page: ({ agent }) => ({
    agent,
    grave: true,
    // Each is an address of its own, made for one moment.
    sameAs: null,
    editable: null,
    admit({ lifetime, tools }) {
      noTools(tools);
      if (lifetime !== "once") notOffered("a page is opened once");
    },
  }),
  policy: () => oursForGood("a policy stands until it is removed"),
  "update-source": () => oursForGood("a source stands until it is turned off"),
  rule: ({ change }) =>
    oursForGood(
      change === "add"
        ? "a rule stands until it is removed"
        : "a rule is gone until it is made again",
    ),
  labels: () => oursForGood("a label is gone until it is set again"),
  anomaly: ({ agent, program }) => ({
    agent,
    grave: true,
    sameAs: JSON.stringify([agent.id, program?.path ?? null]),
    editable: null,
    admit: forGood("a program is known from then on, or not at all"),
  }),
  "tool-changed": ({ agent, server, change }) => ({
    agent,
    grave: true,
    // It is about the tool and nobody's arguments: one answer serves all that wait for it.
    sameAs: JSON.stringify([server.id, server.target, change.tool, change.after.fingerprint]),
    editable: null,
    admit: forGood("a tool is agreed to as it is, until it changes"),
  }),
};

export const traitsOf = (matter: Matter): Traits =>
  (TRAITS[matter.kind] as (matter: Matter) => Traits)(matter);
