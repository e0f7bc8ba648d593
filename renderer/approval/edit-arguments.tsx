// The arguments, as the person wants them sent. What is written here is read by the app as strictly as what the agent
// sent; what it made of it is shown, with its hash, before a yes counts.
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import type { Complaint, ShownQuestion } from "../types.ts";
import { words } from "../words.ts";
import type { QuestionStore } from "./question-store.ts";

/** Laid out for reading, where that changes nothing but white space. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function EditArguments(props: {
  store: QuestionStore;
  question: ShownQuestion;
  editing: boolean;
  onEditing: (editing: boolean) => void;
}): ReactNode {
  const { store, question, editing, onEditing } = props;
  const { matter, revision } = question;
  const w = words.asking.edit;
  const [text, setText] = useState("");
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  if (matter.kind !== "call") return null;

  const put = async (next: string | null): Promise<void> => {
    const refused = await store.revise(next);
    setComplaint(refused);
    if (refused === null) onEditing(false);
  };
  if (!editing) {
    return (
      <div className="ask-edit">
        {revision !== null && <span className="ask-edited">{w.changed}</span>}
        <Button
          small
          onClick={() => {
            setText(laidOut(revision?.argumentsText ?? matter.subject.argumentsText));
            setComplaint(null);
            onEditing(true);
          }}
        >
          {revision === null ? w.begin : w.again}
        </Button>
        {revision !== null && (
          <Button small look="quiet" onClick={() => void put(null)}>
            {w.undo}
          </Button>
        )}
      </div>
    );
  }
  return (
    <section className="ask-editor">
      <label>
        <span>{w.label}</span>
        <textarea
          className="mono"
          value={text}
          rows={8}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            // Escape leaves the text, and does not answer the question.
            if (event.key !== "Escape") return;
            event.preventDefault();
            onEditing(false);
          }}
        />
      </label>
      <div className="ask-edit">
        <Button small look="primary" onClick={() => void put(text)}>
          {w.done}
        </Button>
        <Button small look="quiet" onClick={() => onEditing(false)}>
          {w.cancel}
        </Button>
      </div>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </section>
  );
}
