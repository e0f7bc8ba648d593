// The practice company: off, starting or on, and the tour through all patterns and thefts.
import { FlaskConical, LoaderCircle, Play, Server, Square } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { Practice } from "../parts/practice.tsx";
import { Screen } from "../parts/screen.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useApp, useStore, useTour } from "../state/context.tsx";
import type { Complaint, LabStatus } from "../types.ts";
import { words } from "../words.ts";
import { DecodeCard } from "./decode-card.tsx";
import { ThiefCard } from "./thief-card.tsx";
import { Tour } from "./tour.tsx";

export function LabScreen(): ReactNode {
  const store = useStore();
  const { lab } = useApp();
  const [tour, tourView] = useTour();
  const [asked, setAsked] = useState<"start" | "stop" | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.lab;
  const ask = (what: "start" | "stop"): void => {
    if (asked !== null) return;
    setAsked(what);
    setComplaint(null);
    void store.bridge.call(`lab.${what}`, {}).then((reply) => {
      setAsked(null);
      if (!reply.ok) setComplaint(reply.error);
      store.refresh("lab");
      store.refreshLists();
    });
  };
  if (lab === null) {
    return (
      <Screen title={w.title}>
        <WaitingList />
      </Screen>
    );
  }
  const starting = lab.state === "starting" || asked === "start";
  const on = lab.state === "on" && !starting;
  const touring = tourView.state === "running";
  return (
    <Screen
      title={w.title}
      mark={<Practice />}
      text={w.subtitle}
      actions={
        on && (
          <Button icon={Square} busy={asked === "stop"} onClick={() => ask("stop")}>
            {w.stop}
          </Button>
        )
      }
    >
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {starting && !touring && (
        <div className="summary" role="status">
          <LoaderCircle className="spin" size={22} aria-hidden />
          <div>
            <strong>{w.starting}</strong>
            <p>{w.startingText}</p>
          </div>
        </div>
      )}
      {lab.state === "off" && !starting && tourView.state === "never" && (
        <Empty icon={FlaskConical} title={w.offTitle} text={w.offText}>
          <Button look="primary" icon={Play} onClick={() => ask("start")}>
            {w.start}
          </Button>
        </Empty>
      )}
      {lab.state === "off" && !starting && tourView.state === "done" && (
        <div className="summary lab-rest">
          <FlaskConical size={22} strokeWidth={1.6} aria-hidden />
          <div>
            <strong>{w.restTitle}</strong>
            <p>{w.restText}</p>
          </div>
          <Button icon={Play} onClick={() => ask("start")}>
            {w.start}
          </Button>
        </div>
      )}
      {(on || tourView.state !== "never") && <Tour tour={tour} view={tourView} />}
      {on && <Company lab={lab} />}
      {on && (
        <div className="benches">
          <DecodeCard servers={lab.servers} />
          <ThiefCard servers={lab.servers} />
        </div>
      )}
    </Screen>
  );
}

function Company(props: { lab: LabStatus }): ReactNode {
  const { issuer, servers } = props.lab;
  const w = words.lab;
  return (
    <section className="practice-box" aria-labelledby="company-title">
      <header>
        <span className="item-icon">
          <FlaskConical size={18} strokeWidth={1.7} aria-hidden />
        </span>
        <div>
          <h2 id="company-title">{w.onTitle}</h2>
          <p>{w.onText}</p>
        </div>
      </header>
      <ul className="company">
        {issuer !== null && (
          <li>
            <FlaskConical size={15} aria-hidden />
            <span className="company-name">{w.issuer}</span>
            <CopyLine text={issuer} label={w.copyIssuer} />
          </li>
        )}
        {servers.map(({ name, pattern, url }) => (
          <li key={name}>
            <Server size={15} aria-hidden />
            <span className="company-name">
              {name}
              <small>
                {w.patterns[pattern] ??
                  words.patterns.name[pattern as keyof typeof words.patterns.name] ??
                  pattern}
              </small>
            </span>
            <CopyLine text={url} label={w.copyAddress(name)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
