// The operations of an API to pick from: hundreds of them are drawn as the few that are in sight. What a document says
// of itself is shown as text from somewhere else.
import { useVirtualizer } from "@tanstack/react-virtual";
import { Search } from "lucide-react";
import { type ReactNode, useId, useMemo, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import type { OfferedOperation } from "../types.ts";
import { words } from "../words.ts";

const ROW = 46;
const READING = new Set(["GET", "HEAD"]);

export function Operations(props: {
  operations: readonly OfferedOperation[];
  picked: ReadonlySet<string>;
  error?: string | undefined;
  onChange: (picked: ReadonlySet<string>) => void;
}): ReactNode {
  const { error, onChange, operations, picked } = props;
  const [text, setText] = useState("");
  const title = useId();
  const w = words.apis;
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase().split(/\s+/);
    return operations.filter(({ name, route, title: said }) => {
      const all = `${name} ${route} ${said}`.toLowerCase();
      return wanted.every((word) => all.includes(word));
    });
  }, [operations, text]);
  const offered = operations.filter(({ reason }) => reason === null);
  const reading = offered.filter((one) => READING.has(one.method) && !one.deprecated);
  const names = (some: readonly OfferedOperation[]): string[] =>
    some.flatMap(({ name, reason }) => (reason === null ? [name] : []));
  const toggle = (name: string): void => {
    const next = new Set(picked);
    if (!next.delete(name)) next.add(name);
    onChange(next);
  };
  return (
    <section className="operations" aria-labelledby={title}>
      <div className="operations-head">
        <h3 id={title}>{w.operations}</h3>
        <span className="faint" role="status">
          {w.picked(picked.size, offered.length)}
        </span>
      </div>
      <p className="field-hint">{w.operationsText}</p>
      <div className="tools-bar">
        <label className="tools-search">
          <Search size={14} aria-hidden />
          <input
            type="search"
            value={text}
            placeholder={w.find}
            aria-label={w.find}
            onChange={(event) => setText(event.target.value)}
            // Enter looks for something here, and adds nothing yet.
            onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
          />
        </label>
        <Button small look="quiet" onClick={() => onChange(new Set(names(reading)))}>
          {w.pickReading}
        </Button>
        <Button small look="quiet" onClick={() => onChange(new Set([...picked, ...names(shown)]))}>
          {w.pickShown}
        </Button>
        <Button small look="quiet" onClick={() => onChange(new Set())}>
          {w.pickNone}
        </Button>
      </div>
      {shown.length === 0 ? (
        <p className="faint">{w.noneFound}</p>
      ) : (
        <Rows operations={shown} picked={picked} label={w.operations} onToggle={toggle} />
      )}
      {error !== undefined && (
        <p className="field-error" aria-live="polite">
          {error}
        </p>
      )}
    </section>
  );
}

function Rows(props: {
  operations: readonly OfferedOperation[];
  picked: ReadonlySet<string>;
  label: string;
  onToggle: (name: string) => void;
}): ReactNode {
  const { operations, picked, onToggle } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // Its functions may not be memoised; nothing here does.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: operations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 6,
  });
  return (
    <div
      className="tools-list operations-list"
      ref={scroller}
      tabIndex={0}
      role="group"
      aria-label={props.label}
    >
      <ul style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const one = operations[index];
          if (one === undefined) return null;
          return (
            <li key={one.route} style={{ transform: `translateY(${start}px)` }}>
              <Row one={one} picked={picked.has(one.name)} onToggle={onToggle} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Row(props: {
  one: OfferedOperation;
  picked: boolean;
  onToggle: (name: string) => void;
}): ReactNode {
  const { one, picked, onToggle } = props;
  const { change, deprecated, method, name, reason, route, title } = one;
  const w = words.apis;
  const path = route.slice(method.length + 1);
  const told = reason === null ? title : w.notOffered(reason);
  return (
    <label className={`operation${reason === null ? "" : " operation-out"}`}>
      <input
        type="checkbox"
        checked={picked && reason === null}
        disabled={reason !== null}
        aria-label={w.pick(name === "" ? route : name, route)}
        onChange={() => onToggle(name)}
      />
      <span className={`method method-${READING.has(method) ? "reads" : method.toLowerCase()}`}>
        {method}
      </span>
      <span className="operation-what">
        <span className="mono cut" title={route}>
          <Shown text={path} />
        </span>
        <small className="faint cut" title={told}>
          {name !== "" && <span className="mono">{name}</span>}
          {name !== "" && told !== "" && " · "}
          <Shown text={told} />
        </small>
      </span>
      {deprecated && <span className="badge badge-warn">{w.deprecated}</span>}
      {change !== null && change !== "same" && (
        <span className={`badge ${change === "changed" ? "badge-warn" : ""}`}>
          {w.change[change]}
        </span>
      )}
    </label>
  );
}
