// The types that the renderer shares with the rest of the app. Types only: nothing of electron/ is bundled here.
import type { OutputOf } from "../electron/contract.ts";
import type { CallRow } from "../electron/core/journal.ts";

export type {
  AccountView,
  AppEvent,
  AppStatus,
  Besides,
  CertificateView,
  ConnectPreview,
  ConnectTarget,
  DeviceCode,
  DoctorFinding,
  DoctorReport,
  InputOf,
  IssuerProposal,
  Issued,
  LabDecoded,
  LabelsView,
  LabReplay,
  LabStatus,
  LearningView,
  Method,
  OutputOf,
  Proposal,
  Reply,
  ShownQuestion,
  SignedOut,
  SignInState,
  Snippet,
  StderrTail,
  TestReport,
  TestStep,
  ToldClaim,
  TourReport,
  TourStep,
  Waiting,
} from "../electron/contract.ts";
export type { ApiPreview, OfferedOperation } from "../electron/core/openapi/reading.ts";
export type { AgentView } from "../electron/core/agents.ts";
export type { FlowLabel, ToolLabels } from "../electron/core/labels/labels.ts";
export type { Brought } from "../electron/core/labels/trifecta.ts";
export type { CallOutcome, CallRow } from "../electron/core/journal.ts";
export type { CallEvidence } from "../electron/core/evidence.ts";
export type { Choice } from "../electron/core/finding/choices.ts";
export type { Flow } from "../electron/core/flows.ts";
export type { Issuer } from "../electron/core/issuers.ts";
export type { FlowRule, FlowStep, MaskedExchange } from "../electron/core/oauth/types.ts";
export type { OAuthPattern, Pattern, PatternType } from "../electron/core/patterns.ts";
export type { ConsentView } from "../electron/core/consent/consent-register.ts";
export type { AccountChangedMatter } from "../electron/core/consent/account-asks.ts";
export type { PageMatter } from "../electron/core/elicit/elicitations.ts";
export type { SignInMatter } from "../electron/core/consent/sign-in-asks.ts";
export type { ConsentOffer } from "../electron/core/consent/offer.ts";
export type { Terms } from "../electron/core/consent/consents.ts";
export type { OfferedTool, ToolChoice } from "../electron/core/permission/tool-choice.ts";
export type { Grant, Lifetime, Scope } from "../electron/core/permission/grants.ts";
export type { CallMatter } from "../electron/core/permission/matter.ts";
export type { Flag } from "../electron/core/pins/flags.ts";
export type { Claims } from "../electron/core/pins/look.ts";
export type { ToolView } from "../electron/core/pins/pins.ts";
export type { WaitingTools } from "../electron/core/pins/waiting.ts";
export type { Question, Verdict } from "../electron/core/permission/questions.ts";
export type { Subject } from "../electron/core/permission/subject.ts";
export type { OwnPolicyView } from "../electron/core/policy/own.ts";
export type { Rehearsal } from "../electron/core/policy/rehearsal.ts";
export type { RuleItem } from "../electron/core/policy/rule-register.ts";
export type { Rule } from "../electron/core/policy/rules.ts";
export type { BrokenDocument } from "../electron/core/registry.ts";
export type { Reminder } from "../electron/core/reminders.ts";
export type { Complaint } from "../electron/core/sentences.ts";
export type { SecretEntry, SecretKind } from "../electron/core/secret-entries.ts";
export type { ShellSettings } from "../electron/core/shell.ts";
export type { ServerView } from "../electron/core/servers.ts";
export type {
  Bucket,
  CallStatistics,
  Share,
  Tally,
  TimePart,
} from "../electron/core/statistics.ts";
export type { UpdatesView } from "../electron/core/update/views.ts";
export type { VaultKind, VaultStatus } from "../electron/core/vault.ts";

/** One call as `calls.get` answers it. The complaint puts the row's code in words, where it has one. */
export type CallDetail = OutputOf<"calls.get">;
/** A row as the log keeps it: the arguments stay in the journal until a person opens the call. */
export type LogRow = CallRow;
