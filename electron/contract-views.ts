// What the contract's methods return and push: plain data for every surface. Types only.
import type { AgentView } from "./core/agents.ts";
import type { Certificate, Expiry } from "./core/certificates.ts";
import type { FailedStep } from "./core/flows.ts";
import type { FlowLabel, ToolLabels } from "./core/labels/labels.ts";
import type { CallRow } from "./core/journal.ts";
import type { Question } from "./core/permission/questions.ts";
import type { OwnPolicyView } from "./core/policy/own.ts";
import type { Rehearsal } from "./core/policy/rehearsal.ts";
import type { Account } from "./core/oauth/keeping/accounts.ts";
import type { BrokenDocument, DocumentName } from "./core/registry.ts";
import type { Reminder } from "./core/reminders.ts";
import type { Complaint } from "./core/sentences.ts";
import type { VaultStatus } from "./core/vault.ts";

export interface AppStatus {
  readonly version: string;
  readonly runtime: {
    readonly kind: "electron" | "node";
    readonly version: string;
    /** True on the old, unpatched Electron that only tests should use. */
    readonly testRuntime: boolean;
  };
  /** `http://127.0.0.1:7717` */
  readonly door: string;
  readonly dataFolder: string;
  readonly vault: VaultStatus;
  readonly broken: readonly BrokenDocument[];
  /** What the app cannot do now and why, worst first. */
  readonly troubles: readonly Complaint[];
  /** What ends or grows too old soon, most urgent first. */
  readonly reminders: readonly Reminder[];
  readonly counts: { readonly servers: number; readonly agents: number; readonly calls: number };
  /** UTC instant. */
  readonly startedAt: string;
}

/** An agent's credential at the one moment that it is shown, with what to paste where. */
export interface Issued {
  readonly agent: AgentView;
  readonly credential: string;
  readonly snippets: readonly Snippet[];
  /** Assistants' files that hold the new credential already. */
  readonly written?: readonly string[];
}
export interface Snippet {
  /** `claude-code`, `cursor`, `vscode`, `stdio`, `curl`, … */
  readonly id: string;
  readonly title: string;
  readonly language: "json" | "toml" | "sh" | "js" | "python";
  /** Where it goes. */
  readonly where: string;
  readonly text: string;
}

export type { ConnectPreview, ConnectTarget, Written } from "./core/connect/views.ts";
export type { TestReport, TestStep } from "./core/try-server.ts";
export type { Complaint } from "./core/sentences.ts";
export type { Reminder } from "./core/reminders.ts";
export type { LearningView, ProposalView } from "./core/policy/learner.ts";
export type { IssuerProposal, Proposal } from "./core/finding/proposal.ts";

export interface DoctorFinding {
  /** `node`, `electron`, `data-folder`, `settings`, `port`, `keychain`, `vault`, `journal`, `clock`, `certificates`, `keys`, `environment` */
  readonly id: string;
  readonly title: string;
  readonly state: "ok" | "warning" | "problem";
  readonly note: string;
  readonly remedy: string | null;
}
export interface DoctorReport {
  readonly ok: boolean;
  readonly findings: readonly DoctorFinding[];
}

export type AccountView = Omit<Account, "secret">;
type WithoutKey<T> = T extends unknown ? Omit<T, "key"> : never;
export type CertificateView = WithoutKey<Certificate> & { readonly expiry: Expiry | null };
/** What a person types on another device to sign in (RFC 8628). */
export interface DeviceCode {
  /** The sign-in: for its state, its steps, and to cancel it. */
  readonly flow: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it; null where the issuer gives none. */
  readonly verificationUriComplete: string | null;
  /** UTC milliseconds. */
  readonly expiresAt: number;
}
/** How a sign-in is doing, or how it ended: kept for a while, until Countersign ends. */
export type SignInState =
  | {
      readonly state: "waiting";
      /** Null where the browser of this machine is waited for. */
      readonly device:
        | (DeviceCode & {
            /** How often the issuer is asked. */
            readonly everySeconds: number;
            /** The issuer wanted to be asked less often. */
            readonly slowed: boolean;
            /** What gets in the way, and may pass. */
            readonly trouble: Complaint | null;
          })
        | null;
      /** It came back as somebody else: the person is asked whether that is meant. */
      readonly asks?: true;
    }
  | { readonly state: "done"; readonly account: string }
  | { readonly state: "failed"; readonly complaint: Complaint };
/** What an issuer must trust to believe which agents of a tenant act (RFC 7517). */
export interface ActorKeySet {
  readonly tenant: string;
  /** The `iss` of their statements. */
  readonly issuer: string;
  /** Where Countersign serves the set, to this machine. */
  readonly url: string;
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}
/** What a sign-out could and could not take back at the issuer (RFC 7009). */
export interface SignedOut {
  readonly revoked: readonly string[];
  readonly notRevoked: readonly { readonly what: string; readonly why: string }[];
}

/** A registration that was removed here; `takenBack` null where the issuer need not be told (RFC 7592). */
export interface Unregistered {
  readonly removed: true;
  readonly takenBack: boolean | null;
}

/** The practice company: everything on loopback, nothing real. */
export interface LabStatus {
  readonly state: "off" | "starting" | "on";
  readonly issuer: string | null;
  readonly servers: readonly {
    readonly name: string;
    readonly pattern: string;
    readonly url: string;
  }[];
}
export interface TourStep {
  readonly id: string;
  readonly title: string;
  /** What should happen: `allowed`, or a refusal. */
  readonly expected: string;
  readonly found: string;
  readonly why: string;
  readonly ok: boolean;
  readonly ms: number;
}
export interface TourReport {
  readonly ok: boolean;
  readonly steps: readonly TourStep[];
  readonly ms: number;
}

/** A question as one surface shows it now: its verdict needs this nonce. */
export type ShownQuestion = Question & { readonly nonce: string };
/** How many questions are open, for a page that cannot answer them, and which agents are not asked about for now. */
/** Where questions are answered now. `url`: a link to it, where it is a page. */
export interface AskingPlace {
  readonly where: "window" | "page" | "terminal";
  readonly url: string | null;
}

export interface Waiting {
  readonly questions: number;
  readonly cooling: readonly string[];
}

/** Flow labels as they stand, and the tools that can have some: null for a whole server. */
export interface LabelsView {
  readonly labels: readonly ToolLabels[];
  readonly tools: readonly {
    readonly server: string;
    readonly tool: string | null;
    /** What its name lets one guess: shown, never set by itself. */
    readonly suggested: readonly FlowLabel[];
  }[];
}

/** A call with, where Countersign refused it or could not finish it, the words for why. */
export type CallDetail = CallRow & {
  readonly complaint: Complaint | null;
  /** Where getting its token went wrong, while the flow is kept. */
  readonly failed: FailedStep | null;
};
export type { FailedStep } from "./core/flows.ts";

/** One page of a local server's standard error, newest last. */
export interface StderrTail {
  readonly lines: readonly string[];
}

/** The policies that decide now. */
export interface InForceView {
  /** SHA-256 over all of them and their data; empty while everything is denied. */
  readonly hash: string;
  /** Source of the policy that Countersign ships. */
  readonly shipped: string;
  readonly own: readonly OwnPolicyView[];
  /** Why everything is denied. */
  readonly trouble: Complaint | null;
}

/** Pushed to every listening surface. Small, and a hint to ask again rather than the data, save for calls. */
export type AppEvent =
  | { readonly type: "calls"; readonly rows: readonly CallRow[] }
  /** One step of finding out about a server or registering at its issuer, as it ends. */
  | {
      readonly type: "finding";
      readonly attempt: string;
      readonly step: string;
      readonly ok: boolean;
    }
  /** One step of the lab's tour, as it ends. */
  | { readonly type: "tour"; readonly step: TourStep; readonly done: number; readonly of: number }
  /** How far a rehearsal has come. */
  | ({ readonly type: "rehearsal" } & Pick<Rehearsal, "id" | "state" | "done" | "of">)
  | {
      readonly type: "changed";
      readonly what:
        | DocumentName
        | "vault"
        | "troubles"
        | "lab"
        | "sign-ins"
        | "questions"
        | "grants"
        | "link";
    };
