// The first look of a day: what needs the person, and what the agents did.
import { Activity } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { number, percent } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Segments } from "../parts/field.tsx";
import { ComplaintBox, Empty, Notice } from "../parts/notice.tsx";
import { Screen } from "../parts/screen.tsx";
import { useFlows } from "../shell/flows.ts";
import { useApp, useStore } from "../state/context.tsx";
import { type LogFilter, NO_FILTER } from "../state/rows.ts";
import type { CallStatistics, Share } from "../types.ts";
import { words } from "../words.ts";
import { Attention } from "./attention.tsx";
import { CallsPlot } from "./calls-plot.tsx";
import { Shares } from "./shares.tsx";
import { ENDS, OUTCOMES, sumOf } from "./tally.ts";
import { TimesPlot } from "./times-plot.tsx";
import { RANGE_NAMES, type RangeName, useFigures } from "./use-figures.ts";

export function OverviewScreen(): ReactNode {
  const store = useStore();
  const { go } = useFlows();
  const [range, setRange] = useState<RangeName>("day");
  const { figures, complaint, again } = useFigures(range);
  const w = words.overview;
  const toLog = (filter: Partial<LogFilter>): void => {
    store.feed.setFilter({ ...NO_FILTER, ...filter });
    go("log");
  };
  const span = figures === null ? null : { from: figures.from, until: figures.until };
  const none = figures !== null && sumOf(figures.total) === 0;
  return (
    <Screen
      title={w.title}
      text={w.subtitle}
      actions={<RangePicker range={range} onRange={setRange} />}
    >
      <div className="overview">
        <Attention figures={figures} onRefused={() => toLog({ outcome: OUTCOMES.denied, span })} />
        {complaint !== null && (
          <ComplaintBox complaint={complaint}>
            <Button small onClick={again}>
              {words.common.tryAgain}
            </Button>
          </ComplaintBox>
        )}
        {figures !== null && !figures.complete && <Notice tone="info" title={w.counting} />}
        {figures === null && complaint === null && <Skeleton />}
        {none && (
          <div className="card overview-none">
            <Empty icon={Activity} title={w.emptyTitle(w.rangesLong[range])} text={w.emptyText} />
          </div>
        )}
        {figures !== null && !none && (
          <>
            <Totals figures={figures} onPick={(filter) => toLog({ ...filter, span })} />
            <CallsPlot
              figures={figures}
              onPick={(from, until) => toLog({ span: { from, until } })}
            />
            <ByWhom figures={figures} onPick={(filter) => toLog({ ...filter, span })} />
            <TimesPlot
              figures={figures}
              onPick={(from, until) => toLog({ span: { from, until } })}
            />
          </>
        )}
      </div>
    </Screen>
  );
}

function RangePicker(props: { range: RangeName; onRange: (range: RangeName) => void }): ReactNode {
  const w = words.overview;
  return (
    <Segments
      hideLabel
      label={w.rangeLabel}
      value={props.range}
      options={RANGE_NAMES.map((value) => ({ value, label: w.ranges[value] }))}
      onChange={props.onRange}
    />
  );
}

/** All, and how they ended. */
function Totals(props: {
  figures: CallStatistics;
  onPick: (filter: Partial<LogFilter>) => void;
}): ReactNode {
  const { total } = props.figures;
  const all = sumOf(total);
  const w = words.overview;
  return (
    <ul className="totals">
      <li>
        <button type="button" className="card total" onClick={() => props.onPick({})}>
          <span className="total-name">{w.all}</span>
          <span className="total-count">{number(all)}</span>
          <span className="visually-hidden">{w.showInLog}</span>
        </button>
      </li>
      {ENDS.map((end) => (
        <li key={end}>
          <button
            type="button"
            className="card total"
            title={w.endHints[end]}
            onClick={() => props.onPick({ outcome: OUTCOMES[end] })}
          >
            <span className="total-name">
              <span className={`legend-mark legend-${end}`} aria-hidden /> {w.ends[end]}
            </span>
            <span className="total-count">{number(total[end])}</span>
            <span className="visually-hidden">{w.showInLog}</span>
            <span className="total-share">{w.ofAll(percent(total[end] / Math.max(1, all)))}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function ByWhom(props: {
  figures: CallStatistics;
  onPick: (filter: Partial<LogFilter>) => void;
}): ReactNode {
  const { agents, servers, patterns } = props.figures;
  const known = useApp();
  const w = words.overview;
  // A name of today beats the one that the journal remembers.
  const named =
    (list: readonly { readonly id: string; readonly name: string }[] | null) =>
    (share: Share): string =>
      share.id === null
        ? w.others
        : (list?.find(({ id }) => id === share.id)?.name ?? share.name ?? share.id);
  return (
    <div className="overview-thirds">
      <Shares
        title={w.agentsTitle}
        shares={agents}
        nameOf={named(known.agents)}
        onPick={({ id }) => props.onPick({ agentId: id })}
      />
      <Shares
        title={w.serversTitle}
        shares={servers}
        nameOf={named(known.servers)}
        onPick={({ id }) => props.onPick({ serverId: id })}
      />
      <Shares title={w.patternsTitle} shares={patterns} nameOf={({ id }) => patternName(id)} />
    </div>
  );
}

function patternName(id: string | null): string {
  if (id === null) return words.overview.others;
  const names: Readonly<Record<string, string>> = words.patterns.name;
  return names[id] ?? id;
}

/** The shape of what comes, so that nothing jumps when it is there. */
function Skeleton(): ReactNode {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div
      className={`overview-skeleton${late ? " is-late" : ""}`}
      role="status"
      aria-label={words.common.loading}
    >
      <span />
      <span />
      <span />
    </div>
  );
}
