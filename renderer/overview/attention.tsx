// What needs the person, most urgent first. Each line leads to where it can be dealt with.
import {
  BellRing,
  CalendarClock,
  CircleCheck,
  DoorClosed,
  FileWarning,
  type LucideIcon,
  OctagonX,
  ServerCrash,
  Snowflake,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { number } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import { useFlows } from "../shell/flows.ts";
import { useApp, useStore } from "../state/context.tsx";
import type { CallStatistics } from "../types.ts";
import { words } from "../words.ts";
import { AnswerButton } from "../shell/waiting.tsx";

interface Line {
  readonly key: string;
  readonly tone: "problem" | "warning" | "calm";
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly action: ReactNode;
}

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

function useLines(props: { figures: CallStatistics | null; onRefused: () => void }): Line[] {
  const { status, waiting, agents, servers } = useApp();
  const { go } = useFlows();
  const store = useStore();
  const w = words.overview.attention;
  const to = (label: string, run: () => void): ReactNode => (
    <Button small onClick={run}>
      {label}
    </Button>
  );
  const doctor = to(words.banners.openDoctor, () => go("doctor"));
  const lines: Line[] = [];
  if ((waiting?.questions ?? 0) > 0) {
    lines.push({
      key: "questions",
      tone: "warning",
      icon: BellRing,
      title: words.policy.waiting.title(waiting?.questions ?? 0),
      text: words.policy.waiting.text,
      action: <AnswerButton />,
    });
  }
  for (const trouble of status?.troubles ?? []) {
    // A broken file has a line of its own, with its name.
    if (trouble.code === "settings_broken" || trouble.code === "settings_newer") continue;
    lines.push({
      key: `${trouble.code} ${trouble.sentence}`,
      tone: "problem",
      icon: OctagonX,
      title: trouble.sentence,
      text: trouble.advice,
      action: doctor,
    });
  }
  for (const broken of status?.broken ?? []) {
    lines.push({
      key: broken.file,
      tone: "problem",
      icon: FileWarning,
      title: w.broken(broken.document),
      text: broken.reason,
      action: doctor,
    });
  }
  for (const id of waiting?.cooling ?? []) {
    const name = agents?.find((one) => one.id === id)?.name ?? id;
    const resume = (): void => {
      void store.bridge
        .call("questions.resume", { agent: id })
        .then(() => store.refresh("waiting"));
    };
    lines.push({
      key: id,
      tone: "warning",
      icon: Snowflake,
      title: w.cooling(name),
      text: w.coolingText,
      action: to(words.policy.resume, resume),
    });
  }
  for (const { about, kind, step, sentence, advice } of status?.reminders ?? []) {
    lines.push({
      key: about,
      tone: step <= 1 ? "problem" : "warning",
      icon: CalendarClock,
      title: sentence,
      text: advice,
      action: to(w.show, () => (kind === "key" ? go("keys") : go("identities", "certificates"))),
    });
  }
  for (const server of servers ?? []) {
    if (server.stdio?.state !== "backing-off") continue;
    lines.push({
      key: server.id,
      tone: "warning",
      icon: ServerCrash,
      title: w.backingOff(server.name),
      text: w.backingOffText,
      action: to(w.show, () => go("servers")),
    });
  }
  const refused = props.figures?.refused ?? [];
  if (refused.length > 0) {
    lines.push({
      key: "refused",
      tone: "calm",
      icon: DoorClosed,
      title: w.refused(refused.reduce((sum, { count }) => sum + count, 0)),
      text: refused
        .slice(0, 4)
        .map(({ code, count }) => w.refusedCode(code, number(count)))
        .join(" · "),
      action: to(w.show, props.onRefused),
    });
  }
  return lines;
}
