// What is asked, in the form that its kind has.
import type { ReactNode } from "react";
import type { Question, ShownQuestion } from "../types.ts";
import { AnomalyQuestion } from "./anomaly-question.tsx";
import { CallQuestion } from "./call-question.tsx";
import { LabelsQuestion } from "./labels-question.tsx";
import { ConsentQuestion } from "./consent-question.tsx";
import { ChangeQuestion } from "./change-question.tsx";
import { RuleQuestion } from "./rule-question.tsx";

type Matter = Question["matter"];
type Of<K extends Matter["kind"]> = Extract<Matter, { readonly kind: K }>;

const VIEWS: {
  readonly [K in Matter["kind"]]: (matter: Of<K>, waiting: number) => ReactNode;
} = {
  call: (matter, waiting) => <CallQuestion matter={matter} waiting={waiting} />,
  consent: ({ offer }) => <ConsentQuestion offer={offer} />,
  rule: (matter) => <RuleQuestion {...matter} />,
  labels: (matter) => <LabelsQuestion {...matter} />,
  anomaly: (matter) => <AnomalyQuestion {...matter} />,
  "tool-changed": (matter) => <ChangeQuestion matter={matter} />,
};

export function MatterView(props: { question: ShownQuestion }): ReactNode {
  const { matter, waiting } = props.question;
  const view = VIEWS[matter.kind] as (matter: Matter, waiting: number) => ReactNode;
  return view(matter, waiting);
}
