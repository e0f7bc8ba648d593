// Several questions of one agent at once, as one list: a choice for each, none chosen beforehand, and answers for the rows
// that were chosen alone.
import { type KeyboardEvent, type ReactNode, useEffect, useMemo } from "react";
import { useTick } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { words } from "../words.ts";
import { type Burst, callOf, isLive } from "./burst-rows.ts";
import { BurstRow } from "./burst-row.tsx";
import type { RowChoice } from "./burst-store.ts";
import { Fact } from "./fact.tsx";
import { AskFrame } from "./frame.tsx";
import { AgentFact } from "./parties.tsx";
import { ProgramView } from "./program.tsx";
import type { QuestionStore, QuestionView } from "./question-store.ts";

const w = words.burst;
export type RowChoices = ReadonlyMap<string, RowChoice>;

export function BurstPage(props: {
  store: QuestionStore;
  view: QuestionView;
  burst: Burst;
  /** By id. They are kept while a row is opened by itself. */
  choices: RowChoices;
  onChoices: (next: (now: RowChoices) => RowChoices) => void;
}): ReactNode {
  const { store, view, burst, choices, onChoices } = props;
  const { rows } = burst;
  const live = rows.filter(isLive);
  const until = live.map(({ question }) => question.deadlineAt).sort()[0];
  // Choices for rows that are over fall away by themselves.
  const chosen = useMemo(() => {
    const ids = new Set(rows.filter(isLive).map(({ question }) => question.id));
    return new Map([...choices].filter(([id]) => ids.has(id)));
  }, [choices, rows]);
  const choose = (id: string, choice: RowChoice | null): void =>
    onChoices((now) => {
      const next = new Map(now);
      if (choice === null) next.delete(id);
      else next.set(id, choice);
      return next;
    });
  const program = sharedProgram(burst);
  const others = view.open.length - live.length;
  return (
    <AskFrame
      store={store}
      more={others > 0 && <span className="badge">{words.approval.more(others)}</span>}
      until={until}
    >
      <div className="ask-body" tabIndex={0}>
        <h1 id="ask-heading">{w.heading(live.length)}</h1>
        <p className="ask-text">{w.text}</p>
        <dl className="facts ask-facts">
          <AgentFact agent={burst.agent} />
          {program !== undefined && (
            <Fact name={words.asking.program.name}>
              <ProgramView program={program} />
            </Fact>
          )}
        </dl>
        <ol className="burst" aria-label={w.list}>
          {rows.map((row, index) => (
            <BurstRow
              key={row.question.id}
              row={row}
              place={index + 1}
              choice={chosen.get(row.question.id) ?? null}
              withProgram={program === undefined}
              onChoose={(choice) => choose(row.question.id, choice)}
              onOpen={() => {
                // It may come back with other arguments.
                choose(row.question.id, null);
                store.openAlone(row.question.id);
              }}
            />
          ))}
        </ol>
      </div>
      <p className="visually-hidden" role="status">
        {w.announce(live.length, rows.length - live.length)}
      </p>
      <BurstFoot store={store} burst={burst} chosen={chosen} live={live.length} />
    </AskFrame>
  );
}

/** The program that all of them come from; undefined where they differ. */
function sharedProgram({ rows }: Burst) {
  const programs = rows.map(({ question }) => callOf(question)?.subject.program ?? null);
  const [first] = programs;
  return programs.every((one) => one?.pid === first?.pid && one?.path === first?.path)
    ? first
    : undefined;
}

function BurstFoot(props: {
  store: QuestionStore;
  burst: Burst;
  chosen: RowChoices;
  live: number;
}): ReactNode {
  const { store, burst, chosen, live } = props;
  const allows = [...chosen.values()].filter((one) => one === "allow").length;
  const denies = chosen.size - allows;
  // Only to draw the button: main counts the dead time of each row itself.
  const ready = useTick(100) >= burst.armed;
  const dead = allows > 0 && !(ready && document.hasFocus());
  const canAnswer = chosen.size > 0 && !dead && !burst.answering;
  const answer = (): void => {
    if (canAnswer) void store.answerRows(chosen);
    else if (chosen.size > 0) store.again();
  };
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      if (event.key === "Escape") void store.denyRows(false);
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        answer();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  // Enter alone never allows: it may have been meant for another program.
  const notEnter = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
  };
  const platform = store.bridge.platform.toLowerCase();
  return (
    <footer className="ask-foot">
      <div className="ask-buttons">
        <Button
          look="quiet"
          title={words.approval.answer.pauseHint}
          onClick={() => void store.denyRows(true)}
        >
          {words.approval.answer.pause}
        </Button>
        <span className="ask-space" />
        <Button onClick={() => void store.denyRows(false)}>{w.denyAll(live)}</Button>
        <Button
          look="primary"
          className="ask-allow"
          aria-disabled={!canAnswer || undefined}
          title={canAnswer ? undefined : chosen.size === 0 ? w.choose : words.approval.answer.wait}
          onKeyDown={notEnter}
          onClick={answer}
        >
          {chosen.size === 0 ? w.none : w.answer(allows, denies)}
        </Button>
      </div>
      <p className="ask-keys">
        {platform.includes("mac") || platform === "darwin" ? w.keysMac : w.keys}
      </p>
    </footer>
  );
}
