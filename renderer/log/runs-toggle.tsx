// Whether the log stands under its runs, and which run alone is shown.
import { ListTree, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { words } from "../words.ts";

export function RunsToggle(props: { on: boolean; onChange: (on: boolean) => void }): ReactNode {
  return (
    <Button
      small
      icon={ListTree}
      look={props.on ? "primary" : "plain"}
      aria-pressed={props.on}
      onClick={() => props.onChange(!props.on)}
    >
      {words.log.run.group}
    </Button>
  );
}

export function RunChip(props: { run: string; onClear: () => void }): ReactNode {
  return (
    <button
      type="button"
      className="chip chip-span"
      aria-label={words.log.run.clear}
      title={props.run}
      onClick={props.onClear}
    >
      {words.log.run.one} <X size={13} aria-hidden />
    </button>
  );
}
