// That something waits for an answer. This page cannot answer it: it leads to the one that can.
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Notice } from "../parts/notice.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import { words } from "../words.ts";

export function WaitingNotice(): ReactNode {
  const { waiting } = useApp();
  const w = words.policy.waiting;
  const count = waiting?.questions ?? 0;
  if (count === 0) return null;
  return <Notice tone="warning" title={w.title(count)} text={w.text} actions={<AnswerButton />} />;
}

/** Leads to the questions. */
export function AnswerButton(): ReactNode {
  const bridge = useBridge();
  const [url, setUrl] = useState<string | null>(null);
  const w = words.policy.waiting;
  const answer = (): void => {
    // The window comes to the front by itself; a browser needs a link, which works once.
    void bridge.call("questions.open", {}).then((reply) => {
      if (reply.ok) setUrl(reply.value.url);
    });
  };
  return url === null ? (
    <Button small onClick={answer}>
      {w.answer}
    </Button>
  ) : (
    <a
      className="button button-plain button-small"
      href={url}
      target="_blank"
      rel="noreferrer"
      onClick={() => setUrl(null)}
    >
      {w.openLink}
    </a>
  );
}
