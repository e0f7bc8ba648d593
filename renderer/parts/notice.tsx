// What the app has to say about itself: a line across the page, a complaint, an empty place.
import { CircleAlert, Info, type LucideIcon, OctagonX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Complaint } from "../types.ts";
import { Shown } from "./shown.tsx";

type Tone = "info" | "warning" | "problem";
const ICON: Record<Tone, LucideIcon> = { info: Info, warning: TriangleAlert, problem: OctagonX };

export function Notice(props: {
  tone: Tone;
  title: ReactNode;
  text?: ReactNode;
  actions?: ReactNode;
}): ReactNode {
  const Icon = ICON[props.tone];
  return (
    <div
      className={`notice notice-${props.tone}`}
      role={props.tone === "problem" ? "alert" : "status"}
    >
      <Icon size={16} aria-hidden className="notice-icon" />
      <div className="notice-body">
        <strong>{props.title}</strong>
        {props.text !== undefined && <div className="notice-text">{props.text}</div>}
      </div>
      {props.actions != null && props.actions !== false && (
        <div className="notice-actions">{props.actions}</div>
      )}
    </div>
  );
}

/** What went wrong below the edge of a dialog must not stay there. */
const intoSight = (node: HTMLElement | null): void => node?.scrollIntoView({ block: "nearest" });

/** A refusal in its own words: what happened, what to do, and the code to search for. */
export function ComplaintBox(props: { complaint: Complaint; children?: ReactNode }): ReactNode {
  const { sentence, advice, code } = props.complaint;
  return (
    <div className="complaint" role="alert" ref={intoSight}>
      <CircleAlert size={16} aria-hidden className="complaint-icon" />
      <div>
        <p className="complaint-sentence">
          <Shown text={sentence} />
        </p>
        <p className="complaint-advice">{advice}</p>
        <p className="complaint-code">
          <code>{code}</code>
        </p>
        {props.children}
      </div>
    </div>
  );
}

/** A place with nothing in it, and what to do about that. */
export function Empty(props: {
  icon: LucideIcon;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  /** 1 where it is all that the page has. */
  level?: 1 | 2;
}): ReactNode {
  const Icon = props.icon;
  const Heading = props.level === 1 ? "h1" : "h2";
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon size={22} strokeWidth={1.6} aria-hidden />
      </span>
      <Heading>{props.title}</Heading>
      {props.text !== undefined && <p>{props.text}</p>}
      {props.children !== undefined && <div className="empty-more">{props.children}</div>}
    </div>
  );
}
