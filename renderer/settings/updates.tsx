// Newer versions: where they are looked for, what is known, and the file of one. Nothing here installs anything.
import { type ReactNode, useState } from "react";
import { grouped } from "../lib/fingerprint.ts";
import { bytes } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { ComplaintBox, Notice } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import { useUpdates } from "../state/use-updates.ts";
import type { Complaint, UpdatesView } from "../types.ts";
import { words } from "../words.ts";
import { Section } from "./section.tsx";
import { UpdateSource } from "./update-source.tsx";

type Deed = "updates.check" | "updates.off" | "updates.download" | "updates.cancelDownload";

const OF_THE_LOOK: ReadonlySet<string> = new Set(["update_refused", "update_unreachable"]);

/** What is not believed now is not offered; what came already stays in sight. */
const isOffered = ({ state, found, download }: UpdatesView): boolean =>
  found !== null &&
  (state !== "refused" || download.state === "running" || download.state === "done");

/** To be without a network is nothing grave. */
function Trouble(props: { view: UpdatesView; complaint: Complaint }): ReactNode {
  const { view, complaint } = props;
  if (view.unreachableSince === null) return <ComplaintBox complaint={complaint} />;
  return <Notice tone="info" title={<Shown text={complaint.sentence} />} text={complaint.advice} />;
}

export function Updates(): ReactNode {
  const bridge = useBridge();
  const [view, setView] = useUpdates();
  const [busy, setBusy] = useState<Deed | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [choosing, setChoosing] = useState(false);
  const w = words.updates;
  if (view === null) return null;
  const act = (deed: Deed): void => {
    setBusy(deed);
    setComplaint(null);
    void bridge.call(deed, {}).then((reply) => {
      setBusy(null);
      if (reply.ok) setView(reply.value);
      // What the look itself came to is in the view, which is asked for when it changes.
      else if (!OF_THE_LOOK.has(reply.error.code)) setComplaint(reply.error);
    });
  };
  return (
    <Section
      title={w.title}
      actions={
        view.source === null ? null : (
          <Button
            small
            busy={view.checking || busy === "updates.check"}
            onClick={() => act("updates.check")}
          >
            {w.check}
          </Button>
        )
      }
    >
      {view.state === "off" && (
        <>
          <p className="settings-text">{w.offText}</p>
          <div className="settings-buttons">
            <Button small onClick={() => setChoosing(true)}>
              {w.choose}
            </Button>
          </div>
        </>
      )}
      {view.complaint !== null && <Trouble view={view} complaint={view.complaint} />}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {view.source !== null && <Known view={view} />}
      {isOffered(view) && <Offer view={view} busy={busy} act={act} />}
      {view.source !== null && (
        <div className="settings-buttons">
          <Button small onClick={() => setChoosing(true)}>
            {w.change}
          </Button>
          <Button small busy={busy === "updates.off"} onClick={() => act("updates.off")}>
            {w.turnOff}
          </Button>
        </div>
      )}
      {choosing && <UpdateSource onClose={() => setChoosing(false)} onDone={setView} />}
    </Section>
  );
}

function stateText({ state, checking, found }: UpdatesView): string {
  const w = words.updates;
  if (checking) return w.states.checking;
  if (state === "available") return w.available(found?.version ?? "");
  return state === "off" ? w.off : w.states[state];
}

function Known({ view }: { view: UpdatesView }): ReactNode {
  const w = words.updates;
  const { source, checkedAt, unreachableSince, found } = view;
  if (source === null) return null;
  return (
    <dl className="item-facts">
      <div>
        <dt>{w.state}</dt>
        <dd>
          <strong role="status">{stateText(view)}</strong>
        </dd>
      </div>
      {found !== null && (
        <div>
          <dt>{w.published}</dt>
          <dd>
            <When instant={found.publishedAt} />
          </dd>
        </div>
      )}
      <div>
        <dt>{w.lastLook}</dt>
        <dd>{checkedAt === null ? words.common.never : <When instant={checkedAt} />}</dd>
      </div>
      {unreachableSince !== null && (
        <div>
          <dt>{w.unreachableSince}</dt>
          <dd>
            <When instant={unreachableSince} />
          </dd>
        </div>
      )}
      <div>
        <dt>{w.source}</dt>
        <dd className="mono">
          <Shown text={source.url} />
        </dd>
      </div>
      <div>
        <dt>{w.publisher}</dt>
        <dd>
          <code>{grouped(source.fingerprint)}</code>
        </dd>
      </div>
    </dl>
  );
}

function Offer(props: {
  view: UpdatesView;
  busy: Deed | null;
  act: (deed: Deed) => void;
}): ReactNode {
  const { view, busy, act } = props;
  const { found, download } = view;
  const w = words.updates;
  if (found === null) return null;
  if (download.state === "running") {
    const { version, received, bytes: all } = download;
    return (
      <div className="update-offer">
        <p>{w.downloading(version)}</p>
        <progress max={all} value={received} aria-label={w.downloading(version)} />
        <div className="settings-buttons">
          <span className="settings-text">{w.progress(bytes(received), bytes(all))}</span>
          <Button small onClick={() => act("updates.cancelDownload")}>
            {w.cancel}
          </Button>
        </div>
      </div>
    );
  }
  if (download.state === "done") return <Done done={download} />;
  return (
    <div className="update-offer">
      {download.state === "failed" && <ComplaintBox complaint={download.complaint} />}
      {found.file === null ? (
        <p className="settings-text">{w.noFile}</p>
      ) : (
        <>
          <p className="settings-text">{w.never}</p>
          <div className="settings-buttons">
            <Button
              small
              look="primary"
              busy={busy === "updates.download"}
              onClick={() => act("updates.download")}
            >
              {download.state === "failed" ? w.again : w.download(bytes(found.file.bytes))}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function Done(props: {
  done: Extract<UpdatesView["download"], { readonly state: "done" }>;
}): ReactNode {
  const { version, path, form } = props.done;
  const bridge = useBridge();
  const { status } = useApp();
  const w = words.updates;
  return (
    <div className="update-offer">
      <p role="status">
        <strong>{w.done(version)}</strong>
      </p>
      <CopyLine text={path} label={words.common.copyOf(w.file)} />
      <p className="settings-text">{w.howTo[form ?? "other"]}</p>
      {status?.runtime.kind === "electron" && (
        <div className="settings-buttons">
          <Button small onClick={() => void bridge.call("updates.showFile", {})}>
            {w.show}
          </Button>
        </div>
      )}
    </div>
  );
}
