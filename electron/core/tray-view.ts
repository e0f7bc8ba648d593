// What the tray shows and offers, from what is so right now.
import { counted, desktopWords } from "./sentences/desktop.ts";

export interface TrayFacts {
  readonly agents: readonly { readonly id: string; readonly state: "active" | "paused" }[];
  readonly questions: number;
  /** Agents that were paused from the tray: only these are let go on from it. */
  readonly pausedHere: ReadonlySet<string>;
}

export interface TrayItem {
  readonly does: "show" | "question" | "pause" | "resume" | "quit";
  readonly label: string;
  readonly enabled: boolean;
}

export interface TrayView {
  readonly icon: "running" | "paused" | "asking";
  readonly tooltip: string;
  readonly items: readonly TrayItem[];
}

/** A question that waits says more than a pause, and a pause more than nothing. */
export function trayView({ agents, questions, pausedHere }: TrayFacts): TrayView {
  const w = desktopWords.tray;
  const active = agents.filter((agent) => agent.state === "active").length;
  const resumable = agents.some((agent) => agent.state === "paused" && pausedHere.has(agent.id));
  const icon = questions > 0 ? "asking" : agents.length > 0 && active === 0 ? "paused" : "running";
  const asked = questions > 0 ? counted(w.question, questions) : w.nothing;
  return {
    icon,
    tooltip: counted(w[icon], questions),
    items: [
      { does: "show", label: w.show, enabled: true },
      { does: "question", label: asked, enabled: questions > 0 },
      resumable && active === 0
        ? { does: "resume", label: w.resume, enabled: true }
        : { does: "pause", label: w.pause, enabled: active > 0 },
      { does: "quit", label: w.quit, enabled: true },
    ],
  };
}

/** The words of the notification, or none where the person already looks. */
export function notificationOf(
  questions: number,
  looking: boolean,
): { readonly title: string; readonly body: string } | null {
  if (questions === 0 || looking) return null;
  const w = desktopWords.notification;
  return { title: w.title, body: questions === 1 ? w.one : counted(w.many, questions) };
}
