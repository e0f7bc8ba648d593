// The answers. No is always one key away; yes is never the default, never Enter alone, and dead for a moment after
// anything changed.
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { useTick } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import type { Lifetime, Question, ShownQuestion, Verdict } from "../types.ts";
import { words } from "../words.ts";
import { type Choice, isComplete, Longer, NARROWEST } from "./longer.tsx";
import { TypedName } from "./typed-name.tsx";
import type { QuestionStore, QuestionView } from "./question-store.ts";
import { type Choices, chosen } from "./tool-choices.tsx";

/** Yeses to the same after which making a rule of it is offered (approvals 17). */
const OFFER_AFTER = 5;

function verdictOf({ lifetime, scope, fields, atMost }: Choice): Verdict {
  if (lifetime === "once") return { type: "allow", lifetime, scope: "arguments" };
  if (lifetime === "always") return { type: "allow", lifetime, scope: "tool" };
  return {
    type: "allow",
    lifetime,
    scope,
    ...(scope === "fields" ? { fields: [...fields] } : {}),
    atMost,
  };
}

function labelOf(matter: Question["matter"], lifetime: Lifetime): string {
  const w = words.approval.answer;
  if (matter.kind === "rule") return matter.change === "add" ? w.allowRule : w.removeRule;
  if (matter.kind === "policy") return w.allowPolicy[matter.change];
  if (matter.kind === "update-source") return words.updates.question.allow;
  if (matter.kind === "anomaly") return words.asking.anomaly.allow;
  if (matter.kind === "labels") return w.allowLabels;
  if (matter.kind === "consent") return words.consent.question.allow;
  if (matter.kind === "sign-in") return words.consent.signIn.allow;
  if (matter.kind === "page") return words.account.page.allow;
  if (matter.kind === "account-changed") return words.account.allow;
  if (matter.kind === "tool-changed") return words.approval.change.accept;
  return w.allowFor[lifetime];
}

function denyLabelOf(matter: Question["matter"]): string {
  if (matter.kind === "tool-changed") return words.approval.change.refuse;
  const keeps = matter.kind === "rule" && matter.change === "remove";
  return keeps ? words.approval.answer.keepRule : words.approval.answer.deny;
}

export function AnswerBar(props: {
  store: QuestionStore;
  view: QuestionView;
  question: ShownQuestion;
  /** Seen to its end. */
  read: boolean;
  choices: Choices;
  /** The arguments are being changed: nothing is allowed until that is done. */
  editing: boolean;
}): ReactNode {
  const { store, view, question } = props;
  const { matter } = question;
  const w = words.approval.answer;
  // What changes the settings stands for good, and is answered as it is.
  const call = matter.kind === "call" ? matter : null;
  // Done once, or not at all.
  const onlyOnce = matter.kind === "sign-in" || matter.kind === "page";
  const lasting = call === null && !onlyOnce;
  const change = matter.kind === "tool-changed" ? matter : null;
  const agentAsks =
    onlyOnce ||
    call !== null ||
    matter.kind === "consent" ||
    matter.kind === "anomaly" ||
    (change !== null && change.agent !== null);
  const [choice, setChoice] = useState<Choice>(NARROWEST);
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const once = call?.trifecta !== undefined || onlyOnce;
  // What the person wrote themselves is allowed this one time.
  const single = once || question.revision !== null;
  const lifetime = lasting ? "always" : single ? "once" : choice.lifetime;
  // Only to draw the button: main itself counts the dead time, and its word is what counts.
  const ready = useTick(100) >= (lifetime === "always" ? view.armed.always : view.armed.once);
  const destructive = call?.subject.destructive === true;
  // A yes never covers what was not on the screen.
  const isList = matter.kind === "policy" || (matter.kind === "rule" && matter.items.length > 1);
  const toEnd =
    destructive ||
    call?.trifecta !== undefined ||
    change !== null ||
    isList ||
    matter.kind === "account-changed" ||
    matter.kind === "update-source";
  const readEnough = !toEnd || props.read;
  const complete = lasting || single || isComplete(choice);
  const named = !destructive || typed === call.subject.tool;
  const canAllow =
    named &&
    !props.editing &&
    ready &&
    readEnough &&
    complete &&
    !view.answering &&
    document.hasFocus();

  const allow = (): void => {
    if (!canAllow) return store.again();
    const verdict = verdictOf(lasting || single ? { ...NARROWEST, lifetime } : choice);
    const tools = matter.kind === "consent" ? { tools: chosen(props.choices) } : {};
    const name = destructive ? { typed } : {};
    void store.answer({ ...verdict, ...tools, ...name });
  };
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      if (event.key === "Escape") void store.answer({ type: "deny" });
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        allow();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  // Enter alone never allows: it may have been meant for another program.
  const notEnter = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
  };

  const offers =
    call !== null && !once && !destructive && (call.approvals ?? 0) >= OFFER_AFTER && !isOpen;
  return (
    <footer className="ask-foot">
      {offers && (
        <p className="ask-offer">
          {w.offer(call.approvals ?? 0)}{" "}
          <Button
            small
            onClick={() => {
              setOpen(true);
              setChoice({ ...NARROWEST, lifetime: "always", scope: "tool" });
            }}
          >
            {w.makeRule}
          </Button>
        </p>
      )}
      {call !== null && isOpen && !single && (
        <Longer matter={call} choice={choice} onChange={setChoice} />
      )}
      {destructive && <TypedName tool={call.subject.tool} value={typed} onChange={setTyped} />}
      <div className="ask-buttons">
        {call !== null && !single && (
          <Button
            look="quiet"
            aria-expanded={isOpen}
            onClick={() => {
              if (isOpen) setChoice(NARROWEST);
              setOpen(!isOpen);
            }}
          >
            {isOpen ? w.justOnce : w.longer}
          </Button>
        )}
        {agentAsks && !isOpen && (
          <Button
            look="quiet"
            title={w.pauseHint}
            onClick={() => void store.answer({ type: "deny-and-pause" })}
          >
            {w.pause}
          </Button>
        )}
        <span className="ask-space" />
        <Button onClick={() => void store.answer({ type: "deny" })}>{denyLabelOf(matter)}</Button>
        <Button
          look={destructive ? "danger" : "primary"}
          className="ask-allow"
          aria-disabled={!canAllow || undefined}
          title={
            canAllow
              ? undefined
              : !complete
                ? w.chooseField
                : !named
                  ? words.asking.typed.missing
                  : readEnough
                    ? w.wait
                    : w.toTheEnd
          }
          onKeyDown={notEnter}
          onClick={allow}
        >
          {labelOf(matter, lifetime)}
        </Button>
      </div>
      <p className="ask-keys">
        {store.bridge.platform.toLowerCase().includes("mac") || store.bridge.platform === "darwin"
          ? w.keysMac
          : w.keys}
      </p>
    </footer>
  );
}
