// What concerns every screen: the link is gone, the runtime is old, a settings file is broken, something fails.
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Notice } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import type { BrokenDocument, Complaint, Reminder } from "../types.ts";
import { words } from "../words.ts";
import { useFlows } from "./flows.ts";
import { WaitingNotice } from "./waiting.tsx";

/** These have their own place on the page. */
const TOLD_ELSEWHERE: ReadonlySet<Complaint["code"]> = new Set([
  "vault_not_chosen",
  "vault_locked",
  "settings_broken",
]);

/** @param props.all false where the screen itself lists what needs attention */
export function Banners(props: { all: boolean }): ReactNode {
  const { link, status } = useApp();
  const bridge = useBridge();
  const [oldRuntimeSeen, setOldRuntimeSeen] = useState(false);
  if (status === null) return null;
  const troubles = status.troubles.filter((trouble) => !TOLD_ELSEWHERE.has(trouble.code));
  return (
    <div className="banners">
      {link === "lost" && (
        <Notice
          tone="problem"
          title={words.link.lostTitle}
          text={words.link.lostText}
          actions={
            <Button small onClick={() => bridge.retry()}>
              {words.link.retry}
            </Button>
          }
        />
      )}
      {props.all && (
        <>
          <WaitingNotice />
          {status.broken.map((broken) => (
            <BrokenNotice key={broken.file} broken={broken} />
          ))}
          <Troubles troubles={troubles} />
          <DueReminder reminders={status.reminders.filter((one) => one.due)} />
        </>
      )}
      {status.runtime.testRuntime && !oldRuntimeSeen && (
        <Notice
          tone="warning"
          title={words.banners.testRuntimeTitle}
          text={words.banners.testRuntimeText(status.runtime.version)}
          actions={
            <Button small look="quiet" onClick={() => setOldRuntimeSeen(true)}>
              {words.common.dismiss}
            </Button>
          }
        />
      )}
    </div>
  );
}

/** The worst in full; the others are one click away, so that they cannot bury the screen. */
function Troubles(props: { troubles: readonly Complaint[] }): ReactNode {
  const { go } = useFlows();
  const [all, setAll] = useState(false);
  const hidden = all ? 0 : Math.max(0, props.troubles.length - 1);
  return props.troubles.slice(0, all ? undefined : 1).map((trouble, index) => (
    <Notice
      key={`${trouble.code} ${trouble.sentence}`}
      tone="problem"
      title={trouble.sentence}
      text={trouble.advice}
      actions={
        index === 0 && (
          <>
            {hidden > 0 && (
              <Button small look="quiet" onClick={() => setAll(true)}>
                {words.banners.moreTroubles(hidden)}
              </Button>
            )}
            <Button small onClick={() => go("doctor")}>
              {words.banners.openDoctor}
            </Button>
          </>
        )
      }
    />
  ));
}

/**
 * One at a time, the most urgent first: each step is told once, and what was dismissed comes back at its next one.
 * The doctor lists all of them.
 */
function DueReminder(props: { reminders: readonly Reminder[] }): ReactNode {
  const store = useStore();
  const { go } = useFlows();
  const [first, ...others] = props.reminders;
  if (first === undefined) return null;
  const { about, step, sentence, advice } = first;
  const dismiss = (): void => {
    void store.bridge.call("reminders.told", { about }).then(() => store.refresh("status"));
  };
  return (
    <Notice
      tone={step <= 1 ? "problem" : "warning"}
      title={sentence}
      text={advice}
      actions={
        <>
          {others.length > 0 && (
            <Button small look="quiet" onClick={() => go("doctor")}>
              {words.banners.moreReminders(others.length)}
            </Button>
          )}
          <Button small look="quiet" onClick={dismiss}>
            {words.common.dismiss}
          </Button>
        </>
      }
    />
  );
}

function BrokenNotice(props: { broken: BrokenDocument }): ReactNode {
  const { code, document, file, line, reason, keptAside } = props.broken;
  return (
    <Notice
      tone="problem"
      title={
        code === "settings_newer"
          ? words.banners.newerTitle(document)
          : words.banners.brokenTitle(document)
      }
      text={
        <>
          <p>
            <code className="path">{words.banners.brokenLine(file, line)}</code>
          </p>
          <p>
            <Shown text={reason} />
          </p>
          <p>
            {words.banners.brokenUntouched}{" "}
            {keptAside !== null && (
              <span className="path">{words.banners.brokenKept(keptAside)}</span>
            )}
          </p>
        </>
      }
    />
  );
}
