// Tells screen readers of new refusals, politely, and not faster than they can be listened to.
import { type ReactNode, useEffect, useState } from "react";
import { useStore } from "../state/context.tsx";
import { words } from "../words.ts";

const PAUSE_MS = 4000;

export function Announcer(): ReactNode {
  const { feed } = useStore();
  const [text, setText] = useState("");
  useEffect(() => {
    let waiting = 0;
    let first = "";
    let timer: ReturnType<typeof setTimeout> | null = null;
    const tell = (): void => {
      timer = null;
      if (waiting === 0) return;
      setText(waiting === 1 ? first : words.log.announce.many(waiting));
      waiting = 0;
      timer = setTimeout(tell, PAUSE_MS);
    };
    const stop = feed.onRefusals((rows) => {
      const row = rows[0];
      if (row === undefined) return;
      if (waiting === 0) {
        const tool = row.tool ?? row.method ?? words.log.detail.refusedAtDoor;
        first = words.log.announce.one(row.agentName ?? words.log.unknownAgent, tool.slice(0, 80));
      }
      waiting += rows.length;
      timer ??= setTimeout(tell, 150);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [feed]);
  return (
    <div
      className="visually-hidden"
      role="log"
      aria-live="polite"
      aria-label={words.log.outcome.denied}
    >
      {text}
    </div>
  );
}
