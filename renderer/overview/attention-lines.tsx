// The lines of what needs the person, from what is known of everything.
import {
  ArrowUpCircle,
  BellRing,
  CalendarClock,
  DoorClosed,
  FileWarning,
  KeyRound,
  type LucideIcon,
  MonitorOff,
  OctagonX,
  ServerCrash,
  Snowflake,
  Wrench,
} from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { dueOf } from "../keys/due.ts";
import { spelledOut } from "../lib/hidden.ts";
import { useNow } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { useFlows } from "../shell/flows.ts";
import { AnswerButton } from "../shell/waiting.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import { useUpdates } from "../state/use-updates.ts";
import type { CallStatistics, OutputOf, SecretEntry, WaitingTools } from "../types.ts";
import { words } from "../words.ts";

export interface Line {
  readonly key: string;
  readonly tone: "problem" | "warning" | "calm";
  readonly icon: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly action: ReactNode;
}

/** Names that a line holds before it says how many more there are. */
const NAMED = 3;

interface Asked {
  readonly tools: readonly WaitingTools[];
  readonly secrets: readonly SecretEntry[];
  readonly away: OutputOf<"shell.settings">["away"] | null;
}

/** What only this screen wants to know: asked for when it opens, and when something of it changed. */
function useAsked(): Asked {
  const bridge = useBridge();
  const { servers, issuers, certificates } = useApp();
  const [asked, setAsked] = useState<Asked>({ tools: [], secrets: [], away: null });
  const put = useCallback((more: Partial<Asked>) => setAsked((now) => ({ ...now, ...more })), []);
  const askTools = useCallback(() => {
    void bridge.call("tools.waiting", {}).then((reply) => reply.ok && put({ tools: reply.value }));
  }, [bridge, put]);
  const askSecrets = useCallback(() => {
    void bridge.call("secrets.list", {}).then((reply) => reply.ok && put({ secrets: reply.value }));
  }, [bridge, put]);
  useEffect(askTools, [askTools, servers]);
  // Whatever changes one of these may bring or take a key.
  useEffect(askSecrets, [askSecrets, servers, issuers, certificates]);
  useEffect(
    () =>
      bridge.watch((event) => {
        if (event.type === "changed" && event.what === "pins") askTools();
      }),
    [bridge, askTools],
  );
  useEffect(() => {
    void bridge.call("shell.settings", {}).then((reply) => {
      if (reply.ok) put({ away: reply.value.away });
    });
  }, [bridge, put]);
  return asked;
}

export function useLines(props: { figures: CallStatistics | null; onRefused: () => void }): Line[] {
  const { status, waiting, agents, servers } = useApp();
  const { go } = useFlows();
  const store = useStore();
  const asked = useAsked();
  const [updates] = useUpdates();
  const now = useNow(60_000);
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
      action: trouble.code.startsWith("policy_") ? to(w.toPolicy, () => go("policy")) : doctor,
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
  if (updates?.state === "refused" && updates.complaint !== null) {
    lines.push({
      key: "update-refused",
      tone: "problem",
      icon: OctagonX,
      title: updates.complaint.sentence,
      text: updates.complaint.advice,
      action: to(words.updates.attention.look, () => go("settings")),
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
  for (const { server, changed, tools } of asked.tools) {
    const name = servers?.find(({ id }) => id === server)?.name ?? server;
    lines.push({
      key: `tools ${server}`,
      tone: "warning",
      icon: Wrench,
      title: w.changed(name, changed),
      text: w.changedText(tools.slice(0, NAMED).map(spelledOut), changed - tools.length),
      action: to(w.look, () => go("servers", `tools:${server}`)),
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
  const told = new Set(status?.reminders.map(({ about }) => about));
  const due = asked.secrets
    // Certificates are told of by their own end, above.
    .filter(({ id, kind }) => kind !== "certificate-key" && !told.has(id))
    .map((entry) => ({ entry, due: dueOf(entry, now) }))
    .filter((one) => one.due.tone !== "calm");
  if (due.length > 0) {
    const names = due
      .slice(0, NAMED)
      .map((one) => w.key(words.keys.kind[one.entry.kind], one.entry.owner.name, one.due.text));
    lines.push({
      key: "keys",
      tone: due.some((one) => one.due.tone === "bad") ? "problem" : "warning",
      icon: KeyRound,
      title: w.keys(due.length),
      text: w.keysText(names, due.length - names.length),
      action: to(w.show, () => go("keys")),
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
  if (updates?.state === "available" && updates.found !== null) {
    lines.push({
      key: "update",
      tone: "calm",
      icon: ArrowUpCircle,
      title: words.updates.attention.available(updates.found.version),
      text: words.updates.attention.availableText,
      action: to(words.updates.attention.look, () => go("settings")),
    });
  }
  if (asked.away === "sleep") {
    lines.push({
      key: "away",
      tone: "calm",
      icon: MonitorOff,
      title: w.lockUnheard,
      text: w.lockUnheardText,
      action: doctor,
    });
  }
  const refused = props.figures?.refused ?? [];
  if (refused.length > 0) {
    lines.push({
      key: "refused",
      tone: "calm",
      icon: DoorClosed,
      title: w.refused(refused.reduce((sum, { count }) => sum + count, 0)),
      text: refusedText(refused),
      action: to(w.show, props.onRefused),
    });
  }
  return lines;
}

/** Why, in words; what has none of its own is counted together. */
export function refusedText(refused: CallStatistics["refused"]): string {
  const counts = new Map<string, number>();
  for (const { code, count } of refused) {
    const why = words.refusals.why[code] ?? words.refusals.other;
    counts.set(why, (counts.get(why) ?? 0) + count);
  }
  return [...counts]
    .sort(([a], [b]) => Number(a === words.refusals.other) - Number(b === words.refusals.other))
    .slice(0, 4)
    .map(([why, count]) => words.overview.attention.refusedWhy(why, count))
    .join(" · ");
}
