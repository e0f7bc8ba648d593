// Questions as a terminal shows them: everything that decides, whole, and nothing that could move the cursor.
import { localTime, visible, visibleLines } from "./cli/text.ts";
import type { ShownQuestion } from "./contract.ts";
import type { Matter } from "./core/permission/questions.ts";
import type { Subject } from "./core/permission/subject.ts";

/** Characters. What is longer cannot be read on a terminal, and is only denied there. */
export const MOST_TEXT = 65_536;

const HEADINGS: { readonly [K in Matter["kind"]]?: string } = {
  call: "An agent wants to use a tool",
  consent: "May this agent use this server?",
  "sign-in": "Sign in now? An agent needs the account",
  "account-changed": "You signed in as somebody else. Shall they stand in the account's place?",
  page: "A server wants this page opened. Shall the agent be given it?",
  policy: "Shall this policy decide, or not any more?",
  "update-source": "Shall updates be looked for here, and believed of this publisher?",
  rule: "Shall the rules change like this?",
  labels: "Shall this tool lose labels?",
  anomaly: "Another program uses an agent's credential",
  "tool-changed": "A tool is not what you agreed to",
};

const fact = (name: string, text: string | null | undefined): string[] =>
  text == null || text === "" ? [] : [`  ${name.padEnd(12)}${visible(text)}`];

const indented = (text: string): string[] =>
  visibleLines(text)
    .split("\n")
    .map((line) => `    ${line}`);

/** Laid out; strings keep their escapes, so that a line of ours is never theirs. */
const json = (value: unknown): string[] => indented(JSON.stringify(value, null, 2));

const programOf = (program: Subject["program"]): string =>
  program === null
    ? "could not be found out"
    : `${program.path} (process ${program.pid}), ${program.chain.map(({ name }) => name).join(" < ")}`;

const agentOf = ({ name, authMethod }: Subject["agent"]): string =>
  `${name} (proved by ${authMethod === "certificate" ? "its certificate" : "its credential"})`;

const whoseOf = (account: Subject["account"]): string | null =>
  account === null ? null : `${account.who}, at ${account.issuer} (${account.sub})`;

function callLines(
  { subject, rules, trifecta }: Extract<Matter, { kind: "call" }>,
  revised: boolean,
): string[] {
  const { server, claims } = subject;
  return [
    ...(subject.destructive
      ? ["  THIS MAY NOT BE TAKEN BACK. Read the arguments to the end."]
      : []),
    ...fact("Agent", agentOf(subject.agent)),
    ...fact("Program", programOf(subject.program)),
    ...fact("Tool", subject.tool),
    ...fact("Server", `${server.name} (${server.stage}, ${server.pattern}), ${server.target}`),
    ...fact("For", whoseOf(subject.account)),
    ...fact("Token for", subject.audience),
    ...fact("Scopes", subject.scopes.join(" ")),
    ...fact("Because", rules.join(", ")),
    ...(trifecta ?? []).flatMap(({ label, by }) =>
      fact(
        "Could leak",
        `${label}: ${by === null ? "this call" : `${by.tool} on ${by.server}, ${localTime(by.at)}`}`,
      ),
    ),
    ...(claims?.flags ?? []).flatMap((flag) => fact("Odd", JSON.stringify(flag))),
    `  Arguments, in full, ${revised ? "as you changed them" : "from the agent"}:`,
    ...json(JSON.parse(subject.argumentsText)),
    ...fact("SHA-256", subject.argumentsHash),
    ...(claims === null ? [] : ["  Its server says of it (a claim):", ...json(claims)]),
  ];
}

/** All of a question, in lines; the answers are not part of it. */
export function questionText({ matter, revision, waiting }: ShownQuestion, more: number): string {
  const call =
    matter.kind === "call" && revision !== null
      ? { ...matter, subject: { ...matter.subject, ...revision } }
      : matter;
  return [
    "",
    `-- Countersign asks${more > 0 ? ` (${more} more wait)` : ""} ${"-".repeat(40)}`,
    `${HEADINGS[matter.kind] ?? "This wants your answer"}.`,
    // Other kinds are shown as they are, all of them: nothing that decides can be forgotten.
    ...(call.kind === "call"
      ? callLines(call, revision !== null)
      : json({ ...call, kind: undefined })),
    ...(waiting > 1 ? [`  ${waiting} identical calls wait for this answer.`] : []),
    "",
  ].join("\n");
}
