// A tool as it was agreed to and as it is now, field by field, with what is hidden made visible.
import { type ReactNode, useMemo } from "react";
import { diffFields, type FieldDiff } from "../lib/diff.ts";
import { spelledOut } from "../lib/hidden.ts";
import { Marked } from "../parts/shown.tsx";
import { words } from "../words.ts";

/** `before`, `after`: canonical JSON; null where nothing was agreed to, or where it is too long to be kept. */
export function ToolDiff(props: {
  before: string | null;
  after: string | null;
  /** There was something agreed to. */
  agreed: boolean;
}): ReactNode {
  const { before, after, agreed } = props;
  const w = words.tools;
  const fields = useMemo(
    () => (after === null || (agreed && before === null) ? null : diffFields(before, after)),
    [before, after, agreed],
  );
  if (fields === null) return <p className="ask-text">{w.tooLong}</p>;
  if (fields.length === 0) return <p className="ask-text">{w.onlyForm}</p>;
  return fields.map((field) => <Field key={field.name} field={field} agreed={agreed} />);
}

function Field(props: { field: FieldDiff; agreed: boolean }): ReactNode {
  const { field, agreed } = props;
  const w = words.tools;
  return (
    <section className="untrusted diff-field">
      <div className="untrusted-bar">
        <span className="untrusted-name mono">
          <Marked text={field.name} layout={false} />
        </span>
        {agreed && <span className={`diff-state diff-${field.state}`}>{w.field[field.state]}</span>}
      </div>
      <pre className="diff-text" dir="ltr" tabIndex={0} aria-label={spelledOut(field.name)}>
        {field.pieces.map((piece, index) => {
          const text = <Marked text={piece.text} layout />;
          // Pieces never change places: they are cut from two unchanging texts.
          // oxlint-disable-next-line react/no-array-index-key
          if (piece.kind === "gone") return <del key={index}>{text}</del>;
          // oxlint-disable-next-line react/no-array-index-key
          if (piece.kind === "added" && agreed) return <ins key={index}>{text}</ins>;
          // oxlint-disable-next-line react/no-array-index-key
          return <span key={index}>{text}</span>;
        })}
      </pre>
    </section>
  );
}
