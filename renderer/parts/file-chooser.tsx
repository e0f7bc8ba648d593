// A file of the person's own: the browser's chooser behind a button that looks like the others, and what was chosen.
import type { LucideIcon } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { Button } from "./button.tsx";
import type { FieldIds } from "./field.tsx";

export function FileChooser(props: {
  ids: FieldIds;
  icon: LucideIcon;
  /** As the `accept` attribute has it. */
  accept: string;
  text: string;
  busy?: boolean;
  /** Null where nothing was chosen. */
  chosen: string | null;
  onChoose: (file: File | null) => void;
}): ReactNode {
  const { ids, icon, accept, text, busy = false, chosen, onChoose } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="file-line">
      <input
        {...ids}
        ref={input}
        type="file"
        className="file-input"
        accept={accept}
        onChange={(event) => onChoose(event.target.files?.[0] ?? null)}
      />
      <Button
        icon={icon}
        busy={busy}
        onClick={() => input.current?.click()}
        tabIndex={-1}
        aria-hidden
      >
        {text}
      </Button>
      {chosen !== null && <span className="cut">{chosen}</span>}
    </div>
  );
}
