// The tour: each step as it ends, in one line; open, it says why and draws who sends what to whom.
import {
  ArrowRight,
  Check,
  ChevronRight,
  CircleCheck,
  LoaderCircle,
  OctagonX,
  Play,
  RotateCw,
  X,
} from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { duration } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useFlows } from "../shell/flows.ts";
import type { TourState, TourView } from "../state/tour-state.ts";
import type { TourStep } from "../types.ts";
import { words } from "../words.ts";
import { Diagram } from "./diagram.tsx";

export function Tour(props: { tour: TourState; view: TourView }): ReactNode {
  const { tour, view } = props;
  const { go } = useFlows();
  const w = words.lab.tour;
  const running = view.state === "running";
  return (
    <section className="tour" aria-labelledby="tour-title">
      <header className="tour-head">
        <div>
          <h2 id="tour-title">{w.title}</h2>
          <p>{w.text}</p>
        </div>
        <Button
          look={view.state === "done" ? "plain" : "primary"}
          icon={view.state === "done" ? RotateCw : Play}
          busy={running}
          onClick={() => void tour.run()}
        >
          {view.state === "done" ? w.again : w.run}
        </Button>
      </header>
      {view.complaint !== null && <ComplaintBox complaint={view.complaint} />}
      {running && (
        <div className="tour-progress">
          <progress
            value={view.of === null ? undefined : view.steps.length}
            max={view.of ?? 1}
            aria-label={w.title}
          />
          <p role="status">{w.running(view.steps.length, view.of)}</p>
        </div>
      )}
      {view.state === "done" && <Result view={view} onLog={() => go("log")} />}
      {view.steps.length > 0 && (
        <ol className="tour-steps" aria-label={w.title}>
          {view.steps.map((step) => (
            <Step key={step.id} step={step} />
          ))}
          {running && view.of !== null && view.steps.length < view.of && (
            <li className="tour-step tour-step-next">
              <LoaderCircle className="spin" size={16} aria-hidden />
              <span className="faint">{w.next}</span>
            </li>
          )}
        </ol>
      )}
    </section>
  );
}

function Mark(props: { ok: boolean }): ReactNode {
  const Icon = props.ok ? Check : X;
  const w = words.lab.tour;
  return (
    <span className={`test-mark${props.ok ? "" : " mark-bad"}`}>
      <Icon size={13} strokeWidth={2.6} aria-hidden />
      <span className="visually-hidden">{props.ok ? w.asExpected : w.notAsExpected}: </span>
    </span>
  );
}

/** What happened, in the colour of what it means: a thief who got in is no good news, expected or not. */
function Outcome(props: { text: string }): ReactNode {
  const { text } = props;
  const tone = text.startsWith("accepted") ? "warn" : text.startsWith("failed") ? "bad" : "plain";
  return (
    <code className={`tour-found tour-found-${tone}`}>
      <Shown text={text} />
    </code>
  );
}

function Step(props: { step: TourStep }): ReactNode {
  const { step } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const w = words.lab.tour;
  return (
    <li className={`tour-step${step.ok ? "" : " tour-step-bad"}`}>
      <button
        type="button"
        className="tour-line"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Mark ok={step.ok} />
        <span className="tour-what">
          <strong>{step.title}</strong>
          <Route id={step.id} />
        </span>
        <span className="tour-ended">
          <span className="visually-hidden">{w.found}: </span>
          <Outcome text={step.found} />
          <span className="test-ms">{duration(step.ms)}</span>
        </span>
        <ChevronRight size={15} aria-hidden className="xray-turn" />
      </button>
      {!step.ok && (
        <p className="tour-instead">
          {w.expected}: <Outcome text={step.expected} />
        </p>
      )}
      {open && (
        <div className="tour-open" id={id}>
          <p className="tour-why">{step.why}</p>
          <Diagram id={step.id} label={words.lab.diagrams.title} />
        </div>
      )}
    </li>
  );
}

/** Who sends what to whom. A thief goes past Countersign, and the line shows it. */
function Route(props: { id: string }): ReactNode {
  const route = words.lab.tour.routes[props.id];
  if (route === undefined) return null;
  const [from, through, what, to] = route;
  const thief = through === "" && props.id !== "agent-certificate";
  return (
    <span className={`route${thief ? " route-past" : ""}`}>
      <span className="route-party">{from}</span>
      <ArrowRight size={13} aria-hidden />
      {through !== "" && (
        <>
          <span className="route-party">{through}</span>
          <ArrowRight size={13} aria-hidden />
        </>
      )}
      <span className="route-what">
        <span className="visually-hidden">{words.lab.tour.sends} </span>
        {what}
      </span>
      <ArrowRight size={13} aria-hidden />
      <span className="route-party">{to}</span>
    </span>
  );
}

function Result(props: { view: TourView; onLog: () => void }): ReactNode {
  const { steps, ms } = props.view;
  const wrong = steps.filter((step) => !step.ok).length;
  const w = words.lab.tour;
  const Icon = wrong === 0 ? CircleCheck : OctagonX;
  return (
    <div className={`summary summary-${wrong === 0 ? "ok" : "problem"}`} role="status">
      <Icon size={22} strokeWidth={1.8} aria-hidden />
      <div>
        <strong>{wrong === 0 ? w.good(steps.length, ms) : w.bad(wrong, steps.length, ms)}</strong>
        <p>{wrong === 0 ? w.goodText : w.badText}</p>
      </div>
      <Button small onClick={props.onLog}>
        {w.log}
      </Button>
    </div>
  );
}
