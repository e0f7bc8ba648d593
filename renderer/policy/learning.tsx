// Learning: what the person answers is watched for a while, and rules are proposed from it. Each is reviewed, with what it
// would have meant for past calls, before it is made.
import { GraduationCap } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { shortTime } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge, useStore } from "../state/context.tsx";
import type { Complaint, LearningView, Reply } from "../types.ts";
import { words } from "../words.ts";
import { EffectMark } from "./effect-mark.tsx";
import { RehearsalResult, useRehearsal } from "./rehearsal.tsx";

type Proposal = LearningView["proposals"][number];
const at = (instant: string | null): string => shortTime(Date.parse(instant ?? ""));

/** Milliseconds between two looks while calls come in. */
const LOOK_EVERY = 2000;

export interface Learning {
  readonly now: LearningView | null;
  readonly look: () => void;
}

/** What is learned, kept up to date. */
export function useLearning(): Learning {
  const bridge = useBridge();
  const [now, setNow] = useState<LearningView | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const look = useCallback(
    () => void bridge.call("learning.show", {}).then((reply) => reply.ok && setNow(reply.value)),
    [bridge],
  );
  useEffect(() => {
    look();
    const stop = bridge.watch((event) => {
      const matters = ["learning", "rules", "policies", "agents", "servers"];
      if (event.type === "changed" && matters.includes(event.what)) look();
      // Many calls a second are worth one look now and then.
      if (event.type !== "calls") return;
      timer.current ??= setTimeout(() => {
        timer.current = null;
        look();
      }, LOOK_EVERY);
    });
    return () => {
      stop();
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    };
  }, [bridge, look]);
  return { now, look };
}

export function LearnPanel(props: { learning: Learning }): ReactNode {
  const { now, look } = props.learning;
  const bridge = useBridge();
  const [reviewed, setReviewed] = useState<Proposal | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.learning;
  if (now === null) return null;
  const done = (reply: Reply<unknown>): void => {
    setComplaint(reply.ok ? null : reply.error);
    look();
  };
  const begin = (
    <Begin
      label={now.state === "off" ? w.start : w.again}
      onBegin={(ms) => void bridge.call("learning.start", { ms }).then(done)}
    />
  );
  const trouble = complaint !== null && <ComplaintBox complaint={complaint} />;
  if (now.state === "off") {
    return (
      <>
        <Empty icon={GraduationCap} title={w.emptyTitle} text={w.empty}>
          {begin}
        </Empty>
        {trouble}
      </>
    );
  }
  const watching = now.state === "watching";
  return (
    <>
      <div className="learn-state">
        <p>
          <strong>{(watching ? w.watching : w.over)(at(now.from), at(now.until))}</strong>
          <small className="faint">
            {w.calls(now.calls)} {now.incomplete && w.incomplete}
          </small>
        </p>
        {watching ? (
          <Button small onClick={() => void bridge.call("learning.stop", {}).then(done)}>
            {w.stop}
          </Button>
        ) : (
          begin
        )}
      </div>
      {trouble}
      <section aria-labelledby="learn-proposals">
        <h2 id="learn-proposals" className="policy-heading">
          {w.proposals}
        </h2>
        {now.proposals.length === 0 && (
          <p className="faint">{watching ? w.nothingYet : w.nothingLearned}</p>
        )}
        <ul className="policy-list">
          {now.proposals.map((one) => (
            <li key={one.id} className="policy-row learn-row">
              <EffectMark effect={one.effect} />
              <span className="policy-what">
                <RuleText proposal={one} />
                <small className="faint">{w.why(one.why, shortTime(one.why.first))}</small>
              </span>
              <span className="learn-actions">
                <Button small aria-label={w.reviewNamed(one.tool)} onClick={() => setReviewed(one)}>
                  {w.review}
                </Button>
                <Button
                  small
                  look="quiet"
                  aria-label={w.dismissNamed(one.tool)}
                  onClick={() => void bridge.call("learning.dismiss", { id: one.id }).then(done)}
                >
                  {w.dismiss}
                </Button>
              </span>
            </li>
          ))}
        </ul>
      </section>
      {reviewed !== null && (
        <ReviewProposal
          proposal={reviewed}
          onClose={() => {
            setReviewed(null);
            look();
          }}
        />
      )}
    </>
  );
}

function Begin(props: { label: string; onBegin: (ms: number) => void }): ReactNode {
  const w = words.learning;
  const [ms, setMs] = useState("86400000");
  return (
    <div className="learn-begin">
      <Picker
        label={w.span}
        value={ms}
        choices={w.spans.map(([value, label]) => ({ value: String(value), label }))}
        onChange={setMs}
      />
      <Button look="primary" onClick={() => props.onBegin(Number(ms))}>
        {props.label}
      </Button>
    </div>
  );
}

function RuleText(props: { proposal: Proposal }): ReactNode {
  const { agent, server, tool } = props.proposal;
  return (
    <>
      <strong>
        <Shown text={agent.name} />
      </strong>{" "}
      →{" "}
      <code>
        <Shown text={tool} />
      </code>{" "}
      {words.learning.on} <strong>{server.name}</strong>
    </>
  );
}

/** What the rule says, why it is proposed and what it would have meant, before it is made. */
function ReviewProposal(props: { proposal: Proposal; onClose: () => void }): ReactNode {
  const { proposal, onClose } = props;
  const { id, effect, why } = proposal;
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const tried = useRehearsal({ type: "accept-proposal", id });
  const w = words.learning;
  const accept = (): void => {
    setBusy(true);
    setComplaint(null);
    void store.bridge.call("learning.accept", { id }).then((reply) => {
      setBusy(false);
      if (!reply.ok) return setComplaint(reply.error);
      store.refresh("rules");
      onClose();
    });
  };
  return (
    <Modal title={w.title} text={w.text[effect]} onClose={onClose}>
      <div className="dialog-form">
        <div className="dialog-body">
          <p className="learn-rule">
            <EffectMark effect={effect} />
            <span className="policy-what">
              <RuleText proposal={proposal} />
              <small className="faint">{w.why(why, shortTime(why.first))}</small>
            </span>
          </p>
          <RehearsalResult tried={tried} />
          {complaint !== null && <ComplaintBox complaint={complaint} />}
          {busy && effect === "allow" && <p className="field-hint">{words.policy.form.waiting}</p>}
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>{words.common.cancel}</Button>
          <Button look="primary" busy={busy} onClick={accept}>
            {w.accept}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
