// The page that asks: one question at a time, oldest first.
import { ArrowLeft, List, ShieldCheck } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { Button } from "../parts/button.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { NoLink, SignedOut } from "../shell/full-page.tsx";
import { words } from "../words.ts";
import { AnswerBar } from "./answer-bar.tsx";
import { BurstPage, type RowChoices } from "./burst.tsx";
import { EditArguments } from "./edit-arguments.tsx";
import { AskFrame } from "./frame.tsx";
import { MatterView } from "./matter.tsx";
import type { QuestionStore } from "./question-store.ts";
import { type Choices, NO_CHOICES } from "./tool-choices.tsx";

export function Approval(props: { store: QuestionStore }): ReactNode {
  const { store } = props;
  const view = useSyncExternalStore(store.subscribe, store.view);
  const { shown, open } = view;
  const waiting = open.length;
  // Which question was read to its end: what cannot be taken back wants that (approvals 8).
  const [readId, setReadId] = useState<string | null>(null);
  // What was decided about single tools belongs to the question that it was decided in.
  const [decided, setDecided] = useState<{ id: string; choices: Choices } | null>(null);
  const choices = decided?.id === shown?.id ? (decided?.choices ?? NO_CHOICES) : NO_CHOICES;
  const shownId = shown?.id ?? "";
  const setChoices = useCallback(
    (next: (now: Choices) => Choices): void =>
      setDecided((now) => ({
        id: shownId,
        choices: next(now?.id === shownId ? now.choices : NO_CHOICES),
      })),
    [shownId],
  );
  const [rowChoices, setRowChoices] = useState<RowChoices>(new Map());
  const [editingId, setEditingId] = useState<string | null>(null);
  const look = (node: HTMLElement | null): void => {
    if (node === null || shown === null || readId === shown.id) return;
    if (node.scrollTop + node.clientHeight >= node.scrollHeight - 4) setReadId(shown.id);
  };
  useEffect(() => {
    document.title = waiting === 0 ? words.approval.title : `(${waiting}) ${words.approval.title}`;
  }, [waiting]);

  if (view.link === "signed-out") return <SignedOut />;
  // What was shown before the link was lost is not to be answered any more.
  if (view.link !== "open") {
    return <NoLink lost={view.link === "lost"} onRetry={() => store.bridge.retry()} />;
  }
  if (view.burst !== null && view.alone === null) {
    return (
      <BurstPage
        store={store}
        view={view}
        burst={view.burst}
        choices={rowChoices}
        onChoices={setRowChoices}
      />
    );
  }
  if (shown === null) {
    return (
      <main className="ask">
        <h1 className="visually-hidden">{words.approval.title}</h1>
        <Empty icon={ShieldCheck} title={words.approval.idleTitle} text={words.approval.idleText}>
          <SignInLink page={view.page} />
          {view.complaint !== null && <ComplaintBox complaint={view.complaint} />}
        </Empty>
      </main>
    );
  }
  return (
    <AskFrame
      store={store}
      more={<More store={store} waiting={waiting} alone={view.alone !== null} />}
      until={shown.deadlineAt}
    >
      {/* Focusable, so that a keyboard can scroll it; a new question starts at its top. */}
      <div
        className="ask-body"
        tabIndex={0}
        key={shown.id}
        ref={look}
        onScroll={(event) => look(event.currentTarget)}
      >
        <SignInLink page={view.page} />
        <MatterView question={shown} store={store} choices={choices} onChoices={setChoices} />
        <EditArguments
          store={store}
          question={shown}
          editing={editingId === shown.id}
          onEditing={(editing) => setEditingId(editing ? shown.id : null)}
        />
        {view.complaint !== null && <ComplaintBox complaint={view.complaint} />}
      </div>
      <AnswerBar
        key={`answer ${shown.id}`}
        store={store}
        view={view}
        question={shown}
        read={readId === shown.id}
        choices={choices}
        editing={editingId === shown.id}
      />
    </AskFrame>
  );
}

/** For a page that no program opens a browser for: the person goes there themselves. */
function SignInLink(props: { page: string | null }): ReactNode {
  const { page } = props;
  if (page === null || !/^https?:\/\//.test(page)) return null;
  return (
    <a className="button button-primary" href={page} target="_blank" rel="noopener noreferrer">
      {words.consent.signIn.link}
    </a>
  );
}

/** What else waits, and the way to it. */
function More(props: { store: QuestionStore; waiting: number; alone: boolean }): ReactNode {
  const { store, waiting, alone } = props;
  if (alone) {
    return (
      <Button small icon={ArrowLeft} onClick={() => store.backToList()}>
        {words.burst.back}
      </Button>
    );
  }
  const together = store.together();
  if (together > 1) {
    return (
      <Button small icon={List} onClick={() => store.asList()}>
        {words.burst.asList(together)}
      </Button>
    );
  }
  return waiting > 1 && <span className="badge">{words.approval.more(waiting - 1)}</span>;
}
