// What is asked, in the form that its kind has.
import type { ReactNode } from "react";
import type { Question, ShownQuestion } from "../types.ts";
import { callOf } from "./burst-rows.ts";
import { AccountQuestion } from "./account-question.tsx";
import { AnomalyQuestion } from "./anomaly-question.tsx";
import { CallQuestion } from "./call-question.tsx";
import { LabelsQuestion } from "./labels-question.tsx";
import { PageQuestion } from "./page-question.tsx";
import { ConsentQuestion } from "./consent-question.tsx";
import { ChangeQuestion } from "./change-question.tsx";
import type { QuestionStore } from "./question-store.ts";
import { SignInQuestion } from "./sign-in-question.tsx";
import { PolicyQuestion } from "./policy-question.tsx";
import { RuleQuestion } from "./rule-question.tsx";
import { UpdateSourceQuestion } from "./update-source-question.tsx";
import type { Choices } from "./tool-choices.tsx";

type Matter = Question["matter"];
type Of<K extends Matter["kind"]> = Extract<Matter, { readonly kind: K }>;

/** What a view may change besides showing it. */
export interface Decided {
  readonly store: QuestionStore;
  readonly choices: Choices;
  readonly onChoices: (next: (now: Choices) => Choices) => void;
}

const VIEWS: {
  readonly [K in Matter["kind"]]: (matter: Of<K>, waiting: number, of: Decided) => ReactNode;
} = {
  call: (matter, waiting) => <CallQuestion matter={matter} waiting={waiting} />,
  consent: ({ offer }, _, of) => <ConsentQuestion offer={offer} {...of} />,
  "sign-in": (matter) => <SignInQuestion matter={matter} />,
  "account-changed": (matter) => <AccountQuestion matter={matter} />,
  page: (matter) => <PageQuestion matter={matter} />,
  policy: (matter) => <PolicyQuestion matter={matter} />,
  "update-source": (matter) => <UpdateSourceQuestion matter={matter} />,
  rule: (matter) => <RuleQuestion {...matter} />,
  labels: (matter) => <LabelsQuestion {...matter} />,
  anomaly: (matter) => <AnomalyQuestion {...matter} />,
  "tool-changed": (matter) => <ChangeQuestion matter={matter} />,
};

export function MatterView(props: { question: ShownQuestion } & Decided): ReactNode {
  const { question, ...of } = props;
  const { waiting } = question;
  // What the person made of the arguments is what they allow: it is shown in the place of what the agent wrote.
  const matter: Matter = callOf(question) ?? question.matter;
  const view = VIEWS[matter.kind] as (matter: Matter, waiting: number, of: Decided) => ReactNode;
  return view(matter, waiting, of);
}
