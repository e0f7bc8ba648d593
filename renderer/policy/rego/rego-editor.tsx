// A text field for Rego. The field itself is the browser's own, so that undo, input methods and screen readers work as
// everywhere; its letters are transparent, and behind it lies the same text with colours, numbers and what is wrong.
import { type KeyboardEvent, memo, type ReactNode, type RefObject, useMemo, useState } from "react";
import { linesOf, type RegoPiece } from "../../lib/rego.ts";
import { words } from "../../words.ts";
import { type Edit, indent, newLine, outdent } from "./indent.ts";

export interface Fault {
  /** Line from 1; 0 for the whole text. */
  readonly row: number;
  readonly column: number;
  readonly message: string;
}

/** Text that is longer is written without colours. UTF-16 units. */
const COLOURED = 100_000;

interface EditorProps {
  readonly value: string;
  readonly faults: readonly Fault[];
  readonly onChange: (text: string) => void;
  readonly field: RefObject<HTMLTextAreaElement | null>;
}

export function RegoEditor(props: EditorProps): ReactNode {
  const { value, faults, onChange, field } = props;
  /** Esc was pressed: the next Tab goes on to what follows. */
  const [leaving, setLeaving] = useState(false);
  const w = words.rego;
  const lines = useMemo(
    (): readonly (readonly RegoPiece[])[] =>
      value.length > COLOURED
        ? value.split("\n").map((text) => [{ text, kind: "plain" }])
        : linesOf(value),
    [value],
  );
  const byLine = useMemo(() => {
    const all = new Map<number, string>();
    for (const { row, message } of faults) if (!all.has(row)) all.set(row, message);
    return all;
  }, [faults]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape" && !leaving) {
      // The dialog would close.
      event.stopPropagation();
      event.preventDefault();
      setLeaving(true);
      return;
    }
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const { selectionStart: start, selectionEnd: end } = event.currentTarget;
    if (event.key === "Tab" && plain) {
      if (leaving) return;
      event.preventDefault();
      const edit = event.shiftKey ? outdent(value, start, end) : indent(value, start, end);
      if (edit !== null) apply(event.currentTarget, edit);
    } else if (event.key === "Enter" && plain && !event.shiftKey) {
      event.preventDefault();
      apply(event.currentTarget, newLine(value, start, end));
    }
    if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) setLeaving(false);
  };
  return (
    <div className="rego-frame">
      {/* Rego is written from left to right, whatever the interface is. */}
      <div className="rego-edit" dir="ltr">
        <div className="rego-sheet">
          <div className="rego-mirror" aria-hidden>
            {lines.map((line, i) => (
              // A line is its place.
              // oxlint-disable-next-line react/no-array-index-key
              <Line key={i} number={i + 1} pieces={line} fault={byLine.get(i + 1) ?? null} />
            ))}
          </div>
          <textarea
            ref={field}
            className="rego-text"
            aria-label={w.label}
            aria-describedby={faults.length > 0 ? "rego-keys rego-faults" : "rego-keys"}
            aria-invalid={faults.length > 0 || undefined}
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            wrap="off"
            value={value}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={onKeyDown}
            onBlur={() => setLeaving(false)}
            // It is as large as its text: what scrolls is around it.
            onScroll={(event) => event.currentTarget.scrollTo(0, 0)}
          />
        </div>
      </div>
      <p id="rego-keys" className="field-hint" aria-live="polite">
        {leaving ? w.leaving : w.keys}
      </p>
    </div>
  );
}

const samePieces = (a: readonly RegoPiece[], b: readonly RegoPiece[]): boolean =>
  a.length === b.length && a.every((one, i) => one.text === b[i]?.text && one.kind === b[i]?.kind);

const Line = memo(
  function Line(props: {
    number: number;
    pieces: readonly RegoPiece[];
    fault: string | null;
  }): ReactNode {
    const { number, pieces, fault } = props;
    return (
      <div className={`rego-line${fault === null ? "" : " is-faulty"}`}>
        <span className="rego-gutter">{number}</span>
        {/* A box of its own: its tabs are counted from where the field counts them, and its directions end with it. */}
        <span className="rego-code">
          {pieces.map((piece, i) => (
            // Pieces are cut from one text in order.
            // oxlint-disable-next-line react/no-array-index-key
            <span key={i} className={`rego-${piece.kind}`}>
              {piece.text}
            </span>
          ))}
        </span>
        {fault !== null && <span className="rego-lens">{fault}</span>}
      </div>
    );
  },
  (before, after) =>
    before.fault === after.fault &&
    before.number === after.number &&
    samePieces(before.pieces, after.pieces),
);

/** Puts an edit in the way that typing does, so that undo takes it back. */
export function apply(field: HTMLTextAreaElement, edit: Edit): void {
  field.focus();
  field.setSelectionRange(edit.from, edit.to);
  // oxlint-disable-next-line typescript/no-deprecated -- the only way that keeps what undo knows
  document.execCommand("insertText", false, edit.text);
  field.setSelectionRange(edit.start, edit.end);
}
