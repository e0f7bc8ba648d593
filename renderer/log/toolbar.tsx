// Searching and filtering the log, and holding it still.
import { Pause, Play, Search, X } from "lucide-react";
import { memo, type ReactNode, useEffect, useRef, useState } from "react";
import { shortTime } from "../lib/format.ts";
import { Button, IconButton } from "../parts/button.tsx";
import { Picker } from "../parts/picker.tsx";
import { useApp } from "../state/context.tsx";
import type { Feed } from "../state/feed.ts";
import { isFiltered, type LogFilter, NO_FILTER } from "../state/rows.ts";
import type { CallOutcome } from "../types.ts";
import { words } from "../words.ts";
import { RunChip } from "./runs-toggle.tsx";

/** What people ask for; each stands for one or more outcomes. */
const GROUPS = {
  ok: ["ok"],
  errors: ["tool-error", "rpc-error", "failed"],
  denied: ["denied"],
  pending: ["pending"],
  stopped: ["aborted", "interrupted"],
} as const satisfies Record<string, readonly CallOutcome[]>;
type Group = keyof typeof GROUPS;
const GROUP_NAMES = Object.keys(GROUPS) as Group[];

const TYPING_MS = 160;

/** `24 Nov, 14:00 to 24 Nov, 15:00`, local. */
const spanName = ({ from, until }: NonNullable<LogFilter["span"]>): string =>
  words.log.span(shortTime(from), shortTime(until));

interface ToolbarProps {
  readonly feed: Feed;
  readonly filter: LogFilter;
}

/** Calls that stream in change the view many times a second, and nothing here. */
export const LogToolbar = memo(function LogToolbar({ feed, filter }: ToolbarProps): ReactNode {
  const { servers, agents } = useApp();
  const change = (part: Partial<LogFilter>): void => feed.setFilter({ ...filter, ...part });
  const toggle = (group: Group): void => {
    const wanted = new Set<CallOutcome>(filter.outcome);
    const on = GROUPS[group].every((outcome) => wanted.has(outcome));
    for (const outcome of GROUPS[group]) {
      if (on) wanted.delete(outcome);
      else wanted.add(outcome);
    }
    change({ outcome: [...wanted] });
  };
  return (
    <div className="log-tools" role="search" aria-label={words.log.searchLabel}>
      <SearchBox text={filter.text} onText={(text) => change({ text })} />
      <div className="chips" role="group" aria-label={words.log.filterLabel}>
        {GROUP_NAMES.map((group) => (
          <button
            key={group}
            type="button"
            className={`chip chip-${group}`}
            aria-pressed={GROUPS[group].every((outcome) => filter.outcome.includes(outcome))}
            onClick={() => toggle(group)}
          >
            <span className="chip-dot" aria-hidden />
            {words.log.groups[group]}
          </button>
        ))}
      </div>
      <div className="log-picks">
        <Picker
          label={words.log.agentFilter}
          value={filter.agentId ?? ""}
          choices={[
            { value: "", label: words.log.allAgents },
            ...(agents ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => change({ agentId: id === "" ? null : id })}
        />
        <Picker
          label={words.log.serverFilter}
          value={filter.serverId ?? ""}
          choices={[
            { value: "", label: words.log.allServers },
            ...(servers ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => change({ serverId: id === "" ? null : id })}
        />
        {filter.span !== null && (
          <button
            type="button"
            className="chip chip-span"
            aria-label={words.log.clearSpan(spanName(filter.span))}
            onClick={() => change({ span: null })}
          >
            {spanName(filter.span)} <X size={13} aria-hidden />
          </button>
        )}
        {filter.run !== null && <RunChip run={filter.run} onClear={() => change({ run: null })} />}
        {isFiltered(filter) && (
          <Button small look="quiet" icon={X} onClick={() => feed.setFilter(NO_FILTER)}>
            {words.log.clearFilters}
          </Button>
        )}
      </div>
    </div>
  );
});

interface PauseProps {
  readonly feed: Feed;
  readonly paused: boolean;
}

export const PauseButton = memo(function PauseButton({ feed, paused }: PauseProps): ReactNode {
  return paused ? (
    <Button small look="primary" icon={Play} onClick={() => feed.resume()}>
      {words.log.resume}
    </Button>
  ) : (
    <Button small icon={Pause} onClick={() => feed.pause()}>
      {words.log.pause}
    </Button>
  );
});

/** Asks while one types, but not at each letter. `/` goes here from anywhere outside a field. */
function SearchBox(props: { text: string; onText: (text: string) => void }): ReactNode {
  const [typed, setTyped] = useState(props.text);
  const box = useRef<HTMLInputElement>(null);
  const ask = useRef(props.onText);
  useEffect(() => {
    ask.current = props.onText;
  });
  // Cleared from elsewhere. While one types the first letters the asked text stays empty and says nothing.
  const [asked, setAsked] = useState(props.text);
  if (asked !== props.text) {
    setAsked(props.text);
    if (props.text === "") setTyped("");
  }
  useEffect(() => {
    if (typed === props.text) return undefined;
    const timer = setTimeout(() => ask.current(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, props.text]);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const target = event.target;
      const inField =
        target instanceof Element && target.closest("input, textarea, [role=dialog]") !== null;
      if (event.key !== "/" || inField || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.current?.focus();
      box.current?.select();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="search">
      <Search size={15} aria-hidden className="search-icon" />
      <input
        ref={box}
        className="input search-input"
        type="text"
        value={typed}
        placeholder={words.log.search}
        aria-label={words.log.searchLabel}
        spellCheck={false}
        autoComplete="off"
        maxLength={400}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || typed === "") return;
          event.preventDefault();
          setTyped("");
        }}
      />
      {typed === "" ? (
        <kbd aria-hidden>/</kbd>
      ) : (
        <IconButton label={words.log.clearSearch} icon={X} size={14} onClick={() => setTyped("")} />
      )}
    </div>
  );
}
