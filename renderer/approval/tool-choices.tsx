// What is decided beforehand about each tool of a server. Nothing is allowed that was not on the screen, and nothing by
// what a tool says of itself alone.
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { spelledOut } from "../lib/hidden.ts";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import type { OfferedTool, ToolChoice } from "../types.ts";
import { words } from "../words.ts";

type Effect = ToolChoice["effect"];
const EFFECTS: readonly Effect[] = ["ask", "allow", "deny"];
/** From here on there is a field to find one in. */
const MANY = 8;

export interface Choices {
  readonly of: ReadonlyMap<string, Effect>;
  /** Names that were on the screen. */
  readonly seen: ReadonlySet<string>;
}
export const NO_CHOICES: Choices = { of: new Map(), seen: new Set() };

/** What a yes says about tools: those alone that were on the screen. */
export const chosen = ({ of, seen }: Choices): readonly ToolChoice[] =>
  [...of].flatMap(([name, effect]) =>
    effect !== "ask" && seen.has(name) ? [{ name, effect }] : [],
  );

const mayAllow = (tool: OfferedTool): boolean => tool.plain && !tool.destructive && !tool.suspect;

export function ToolChoices(props: {
  tools: readonly OfferedTool[];
  choices: Choices;
  onChange: (next: (now: Choices) => Choices) => void;
}): ReactNode {
  const { tools, choices, onChange } = props;
  const [find, setFind] = useState("");
  const w = words.consent.tools;
  const wanted = find.trim().toLowerCase();
  const shown = useMemo(
    () => tools.filter(({ name }) => name.toLowerCase().includes(wanted)),
    [tools, wanted],
  );
  const box = useRef<HTMLUListElement | null>(null);
  // Its functions may not be memoised; nothing here does.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => 62,
    getItemKey: (index) => shown[index]?.name ?? index,
    overscan: 2,
  });
  const see = useCallback(
    (name: string) =>
      onChange((now) =>
        now.seen.has(name) ? now : { ...now, seen: new Set([...now.seen, name]) },
      ),
    [onChange],
  );
  const set = (name: string, effect: Effect): void =>
    onChange((now) => ({ ...now, of: new Map(now.of).set(name, effect) }));
  const readers = tools.filter((tool) => tool.saysReadOnly && mayAllow(tool));
  const unseen = tools.filter(
    ({ name }) => (choices.of.get(name) ?? "ask") !== "ask" && !choices.seen.has(name),
  ).length;
  if (tools.length === 0) return <p className="ask-text">{w.none}</p>;
  return (
    <section className="ask-tools" aria-label={w.title}>
      <div className="ask-tools-head">
        <h2>{w.title}</h2>
        <span className="ask-space" />
        <Button small look="quiet" onClick={() => onChange((now) => ({ ...now, of: new Map() }))}>
          {w.askAll}
        </Button>
        {readers.length > 0 && (
          <Button
            small
            look="quiet"
            title={w.readersHint}
            onClick={() =>
              onChange((now) => ({
                ...now,
                of: new Map([...now.of, ...readers.map(({ name }) => [name, "allow"] as const)]),
              }))
            }
          >
            {w.allowReaders(readers.length)}
          </Button>
        )}
      </div>
      <p className="ask-text">{w.text}</p>
      {tools.length > MANY && (
        <input
          className="input ask-tools-find"
          type="search"
          placeholder={w.find}
          aria-label={w.find}
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
      )}
      <ul className="untrusted ask-tools-list" ref={box} tabIndex={0} aria-label={w.title}>
        <li aria-hidden style={{ height: virtual.getTotalSize() }} />
        {virtual.getVirtualItems().map((item) => {
          const tool = shown[item.index];
          if (tool === undefined) return null;
          return (
            <li
              key={item.key}
              data-index={item.index}
              ref={virtual.measureElement}
              className="ask-tools-row"
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <ToolRow
                tool={tool}
                effect={choices.of.get(tool.name) ?? "ask"}
                onChange={(effect) => set(tool.name, effect)}
                onSeen={see}
              />
            </li>
          );
        })}
      </ul>
      {unseen > 0 && <p className="ask-text">{w.unseen(unseen)}</p>}
    </section>
  );
}

function ToolRow(props: {
  tool: OfferedTool;
  effect: Effect;
  onChange: (effect: Effect) => void;
  onSeen: (name: string) => void;
}): ReactNode {
  const { tool, effect, onChange, onSeen } = props;
  const what = useRef<HTMLDivElement | null>(null);
  useEffect(() => {
    if (what.current === null) return undefined;
    // On the screen itself, not only laid out: whatever covers or cuts it counts.
    const eye = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onSeen(tool.name);
      },
      { threshold: 0.5 },
    );
    eye.observe(what.current);
    return () => eye.disconnect();
  }, [tool.name, onSeen]);
  const w = words.consent.tools;
  const why = !tool.plain
    ? w.notPlain
    : tool.suspect
      ? w.suspect
      : tool.destructive
        ? w.destructive
        : null;
  const barred = (one: Effect): boolean =>
    (one === "allow" && !mayAllow(tool)) || (one === "deny" && !tool.plain);
  return (
    <>
      <div className="ask-tools-what" ref={what}>
        <span className="ask-tool">
          <Shown text={tool.name} />
        </span>
        {tool.saysReadOnly && <span className="badge">{w.saysReadOnly}</span>}
        {why !== null && <span className="may-use-lapsed">{why}</span>}
        {tool.description !== null && (
          <small className="faint">
            <Shown text={tool.description} />
          </small>
        )}
      </div>
      <div className="ask-effects" role="radiogroup" aria-label={w.effectOf(spelledOut(tool.name))}>
        {EFFECTS.map((one) => (
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={effect === one}
            className={`ask-effect ask-effect-${one}`}
            disabled={barred(one)}
            title={barred(one) ? (why ?? undefined) : w.hints[one]}
            onClick={() => onChange(one)}
          >
            {w.effects[one]}
          </button>
        ))}
      </div>
    </>
  );
}
