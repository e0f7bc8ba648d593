// The answers. No is always one key away; yes is never the default, never Enter alone, and dead for a moment after
// anything changed.
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { useTick } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { Picker } from "../parts/picker.tsx";
import type { Lifetime, ShownQuestion, Verdict } from "../types.ts";
import { words } from "../words.ts";
import type { QuestionStore, QuestionView } from "./question-store.ts";

const ALL: readonly Lifetime[] = ["once", "5-minutes", "1-hour", "until-quit", "always"];

export function AnswerBar(props: {
  store: QuestionStore;
  view: QuestionView;
  question: ShownQuestion;
  /** Seen to its end. */
  read: boolean;
}): ReactNode {
  const { store, view, question } = props;
  const { matter } = question;
  const w = words.approval.answer;
  const isRule = matter.kind === "rule";
  const [lifetime, setLifetime] = useState<Lifetime>(isRule ? "always" : "once");
  const [scope, setScope] = useState<"arguments" | "tool">("arguments");
  // Only to draw the button: main itself counts the dead time, and its word is what counts.
  const ready = useTick(100) >= (lifetime === "always" ? view.armed.always : view.armed.once);
  const destructive = matter.kind === "call" && matter.subject.destructive;
  const readEnough = !destructive || props.read;
  const canAllow = ready && readEnough && !view.answering && document.hasFocus();

  const allow = (): void => {
    if (!canAllow) return store.again();
    const verdict: Verdict = {
      type: "allow",
      lifetime,
      scope: lifetime === "always" ? "tool" : scope,
    };
    void store.answer(verdict);
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

  const offered = ALL.filter((one) => one !== "always" || !destructive);
  return (
    <footer className="ask-foot">
      {!isRule && (
        <div className="ask-choices">
          <Picker
            label={w.lifetime}
            value={lifetime}
            choices={offered.map((one) => ({
              value: one,
              label: w.lifetimes[one],
              text: w.lifetimeHints[one],
            }))}
            onChange={(value) => setLifetime(value as Lifetime)}
          />
          {lifetime !== "once" && lifetime !== "always" && (
            <Picker
              label={w.scope}
              value={scope}
              choices={(["arguments", "tool"] as const).map((one) => ({
                value: one,
                label: w.scopes[one],
              }))}
              onChange={(value) => setScope(value as "arguments" | "tool")}
            />
          )}
        </div>
      )}
      <div className="ask-buttons">
        {!isRule && (
          <Button
            look="quiet"
            title={w.pauseHint}
            onClick={() => void store.answer({ type: "deny-and-pause" })}
          >
            {w.pause}
          </Button>
        )}
        <span className="ask-space" />
        <Button onClick={() => void store.answer({ type: "deny" })}>{w.deny}</Button>
        <Button
          look={destructive ? "danger" : "primary"}
          className="ask-allow"
          aria-disabled={!canAllow || undefined}
          title={canAllow ? undefined : readEnough ? w.wait : w.toTheEnd}
          onKeyDown={notEnter}
          onClick={allow}
        >
          {isRule ? w.allowRule : w.allow}
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
