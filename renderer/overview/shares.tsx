// Who makes the calls, and where they go: one line each, as long as its share.
import type { ReactNode } from "react";
import { number } from "../lib/format.ts";
import { Shown } from "../parts/shown.tsx";
import type { Share } from "../types.ts";
import { words } from "../words.ts";
import { PlotCard } from "./plot-card.tsx";
import { ENDS, sumOf } from "./tally.ts";

export function Shares(props: {
  title: string;
  shares: readonly Share[];
  nameOf: (share: Share) => string;
  /** Missing where the log cannot be filtered so. */
  onPick?: (share: Share) => void;
}): ReactNode {
  const { shares, nameOf, onPick } = props;
  const w = words.overview;
  const most = Math.max(1, ...shares.map(sumOf));
  return (
    <PlotCard
      title={props.title}
      readout={w.sharesReadout(shares.reduce((sum, one) => sum + sumOf(one), 0))}
      className="plot-shares"
      table={{
        head: [w.name, ...ENDS.map((end) => w.ends[end])],
        rows: shares.map((one) => [nameOf(one), ...ENDS.map((end) => number(one[end]))]),
      }}
    >
      {shares.length === 0 ? (
        <p className="plot-none faint">{w.noneSo}</p>
      ) : (
        <ul className="shares">
          {shares.map((share) => {
            const name = nameOf(share);
            const line = (
              <>
                <span className="share-name" dir="auto">
                  <Shown text={name} />
                </span>
                <span className="share-count">{number(sumOf(share))}</span>
                <span className="visually-hidden">{w.share(share)}</span>
                <span className="share-bar" aria-hidden>
                  {ENDS.map(
                    (end) =>
                      share[end] > 0 && (
                        <span
                          key={end}
                          className={`share-part legend-${end}`}
                          // A style attribute would be refused; React sets the property.
                          style={{ width: `${(100 * share[end]) / most}%` }}
                        />
                      ),
                  )}
                </span>
              </>
            );
            return (
              <li key={share.id ?? "others"} title={w.share(share)}>
                {onPick === undefined || share.id === null ? (
                  <div className="share">{line}</div>
                ) : (
                  <button type="button" className="share" onClick={() => onPick(share)}>
                    {line}
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </PlotCard>
  );
}
