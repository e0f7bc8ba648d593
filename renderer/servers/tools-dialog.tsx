// A server's tools: what each says of itself, whether it is what was agreed to, and what is odd about it.
import { useVirtualizer } from "@tanstack/react-virtual";
import { Flag as FlagIcon, RefreshCw, Search } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { ClaimsBox } from "../parts/claims.tsx";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Flags } from "../parts/flags.tsx";
import { FlowChips, useLabelSetter } from "../parts/flow-chips.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import type { Complaint, Reply, ServerView, ToolView } from "../types.ts";
import { words } from "../words.ts";

const ROW = 38;

export function ToolsDialog(props: { server: ServerView; onClose: () => void }): ReactNode {
  const { server, onClose } = props;
  const bridge = useBridge();
  const [tools, setTools] = useState<readonly ToolView[] | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const w = words.tools;
  const take = (reply: Reply<readonly ToolView[]>): void => {
    setBusy(false);
    setAsks(false);
    setComplaint(reply.ok ? null : reply.error);
    if (reply.ok) setTools(reply.value);
  };
  const run = (asked: Promise<Reply<readonly ToolView[]>>): void => {
    setBusy(true);
    void asked.then(take);
  };
  useEffect(() => {
    // Once: what follows is asked for by hand.
    void bridge.call("tools.list", { server: server.id }).then((reply) => {
      if (reply.ok) setTools(reply.value);
      else setComplaint(reply.error);
    });
  }, [bridge, server.id]);
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const all = tools ?? [];
    const rank = (tool: ToolView): number => (tool.standing === "accepted" ? 1 : 0);
    return all
      .filter(
        ({ name, claims }) =>
          wanted === "" ||
          name.toLowerCase().includes(wanted) ||
          (claims.description ?? "").toLowerCase().includes(wanted),
      )
      .toSorted((a, b) => rank(a) - rank(b));
  }, [tools, text]);
  const open = tools?.find(({ name }) => name === chosen) ?? null;
  return (
    <Modal title={w.title(server.name)} text={w.intro} onClose={onClose} wide>
      <div className="dialog-body">
        {complaint !== null && <ComplaintBox complaint={complaint} />}
        <div className="tools-bar">
          <label className="tools-search">
            <Search size={14} aria-hidden />
            <input
              type="search"
              value={text}
              placeholder={w.search}
              aria-label={w.search}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <span className="faint">{tools === null ? "" : w.count(tools.length)}</span>
          <Button
            small
            icon={RefreshCw}
            disabled={busy}
            onClick={() => run(bridge.call("tools.refresh", { server: server.id }))}
          >
            {w.refresh}
          </Button>
        </div>
        {tools !== null && shown.length === 0 && (
          <p className="faint">{tools.length === 0 ? w.none : w.noMatch}</p>
        )}
        {shown.length > 0 && <Rows tools={shown} chosen={chosen} onChoose={setChosen} />}
        {open !== null && (
          <Detail
            server={server.id}
            tool={open}
            busy={busy}
            asks={asks}
            onReview={() => {
              setAsks(true);
              run(bridge.call("tools.review", { server: server.id, tool: open.name }));
            }}
            onReject={() =>
              run(bridge.call("tools.reject", { server: server.id, tool: open.name }))
            }
          />
        )}
      </div>
      <div className="dialog-foot">
        <Button look="primary" onClick={onClose}>
          {words.common.done}
        </Button>
      </div>
    </Modal>
  );
}

const standingOf = ({ standing, by }: ToolView): string =>
  by === "countersign" ? words.tools.byCountersign : words.tools.standing[standing];

/** Ten thousand of them are drawn as the few that are in sight. */
function Rows(props: {
  tools: readonly ToolView[];
  chosen: string | null;
  onChoose: (name: string) => void;
}): ReactNode {
  const { tools, chosen, onChoose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: tools.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  return (
    <div className="tools-list" ref={scroller}>
      <ul style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const tool = tools[index];
          if (tool === undefined) return null;
          return (
            <li key={tool.name} style={{ transform: `translateY(${start}px)` }}>
              <button
                type="button"
                className="tools-row"
                aria-pressed={tool.name === chosen}
                onClick={() => onChoose(tool.name)}
              >
                <span className="mono cut">
                  <Shown text={tool.name} />
                </span>
                {tool.claims.flags.length > 0 && <FlagIcon size={13} aria-hidden />}
                <span className={`tools-standing tools-${tool.standing}`}>{standingOf(tool)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** What the tool does with data, as the person says it. */
function ToolLabels(props: { server: string; tool: string }): ReactNode {
  const { server, tool } = props;
  const { labels } = useApp();
  const { set, waiting, complaint } = useLabelSetter();
  const w = words.policy.labels;
  if (labels === null) return null;
  const known = labels.tools.find((one) => one.server === server && one.tool === tool);
  return (
    <>
      <div className="tools-labels" title={w.text}>
        <span>{w.heading}</span>
        <FlowChips
          view={labels}
          server={server}
          tool={tool}
          suggested={known?.suggested ?? []}
          onSet={set}
        />
      </div>
      {waiting && (
        <p className="flow-waits" role="status">
          {w.waits}
        </p>
      )}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </>
  );
}

function Detail(props: {
  server: string;
  tool: ToolView;
  busy: boolean;
  asks: boolean;
  onReview: () => void;
  onReject: () => void;
}): ReactNode {
  const { tool, busy, asks } = props;
  const w = words.tools;
  return (
    <section className="tools-detail" aria-label={tool.name}>
      <header>
        <h3 className="mono">
          <Shown text={tool.name} />
        </h3>
        {tool.standing !== "accepted" && tool.by !== "countersign" && (
          <Button small look="primary" disabled={busy} onClick={props.onReview}>
            {w.review}
          </Button>
        )}
        {tool.standing !== "rejected" && (
          <Button small disabled={busy} onClick={props.onReject}>
            {w.reject}
          </Button>
        )}
      </header>
      {asks && <p role="status">{w.reviewing}</p>}
      <p className="faint">
        {standingOf(tool)}
        {tool.acceptedAt !== null && (
          <>
            {" · "}
            {w.agreedAt} <When instant={tool.acceptedAt} />
          </>
        )}
      </p>
      <ToolLabels key={tool.name} server={props.server} tool={tool.name} />
      <Flags flags={tool.claims.flags} />
      <ClaimsBox claims={tool.claims} />
      <div className="ask-hash">
        <span title={w.fingerprintHint}>{w.fingerprint}</span>
        <CopyLine text={tool.fingerprint} label={words.common.copy} />
      </div>
    </section>
  );
}
