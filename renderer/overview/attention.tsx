// What needs the person, most urgent first. Each line leads to where it can be dealt with.
import { CircleCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import type { CallStatistics } from "../types.ts";
import { words } from "../words.ts";
import { useLines } from "./attention-lines.tsx";

const SHOWN = 5;

export function Attention(props: {
  figures: CallStatistics | null;
  onRefused: () => void;
}): ReactNode {
  const [all, setAll] = useState(false);
  const lines = useLines(props);
  const w = words.overview.attention;
  const shown = all ? lines : lines.slice(0, SHOWN);
  return (
    <section className="card attention" aria-labelledby="attention-title">
      <h2 id="attention-title" className={lines.length === 0 ? "visually-hidden" : ""}>
        {w.title}
      </h2>
      {lines.length === 0 ? (
        <p className="attention-fine">
          <CircleCheck size={17} aria-hidden /> <strong>{w.fine}</strong>
          <span>{w.fineText}</span>
        </p>
      ) : (
        <ul>
          {shown.map(({ key, tone, icon: Icon, title, text, action }) => (
            <li key={key} className={`attention-line attention-${tone}`}>
              <Icon size={16} aria-hidden />
              <div className="attention-text">
                <strong>
                  <Shown text={title} />
                </strong>
                <p>
                  <Shown text={text} />
                </p>
              </div>
              {action}
            </li>
          ))}
        </ul>
      )}
      {lines.length > shown.length && (
        <Button small look="quiet" onClick={() => setAll(true)}>
          {w.more(lines.length - shown.length)}
        </Button>
      )}
    </section>
  );
}
