// What a single question and a list of them stand in.
import type { ReactNode } from "react";
import { Brand } from "../shell/brand.tsx";
import { words } from "../words.ts";
import { Countdown } from "./countdown.tsx";
import type { QuestionStore } from "./question-store.ts";

export function AskFrame(props: {
  store: QuestionStore;
  /** What else waits. */
  more: ReactNode;
  /** UTC instant; undefined where nothing waits any more. */
  until: string | undefined;
  children: ReactNode;
}): ReactNode {
  const { store, more, until, children } = props;
  return (
    <main>
      <div
        className="ask"
        role="alertdialog"
        aria-labelledby="ask-heading"
        // Whoever moves, reads or scrolls here is busy with it.
        onPointerMove={() => store.hold()}
        onKeyDown={() => store.hold()}
        onWheel={() => store.hold()}
      >
        <header className="ask-head">
          <Brand size={20} />
          <span className="ask-from">{words.app}</span>
          {more}
          {until !== undefined && <Countdown until={until} />}
        </header>
        {children}
      </div>
    </main>
  );
}
