// Writing a policy, or editing one that is in force: looked over as it is typed, tried on past calls, and put in force only
// after the person's yes in the window that asks.
import { FolderOpen, History } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { toBase64 } from "../../lib/base64.ts";
import { Button } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/copy.tsx";
import { Modal } from "../../parts/dialog.tsx";
import { ComplaintBox } from "../../parts/notice.tsx";
import { Picker } from "../../parts/picker.tsx";
import { useBridge } from "../../state/context.tsx";
import type { Complaint, OwnPolicyView } from "../../types.ts";
import { words } from "../../words.ts";
import { PolicyFields } from "../policy-fields.tsx";
import { RehearsalResult, useRehearsal } from "../rehearsal.tsx";
import { type Draft, draftOf, keepDraft, TEXTS } from "./drafts.ts";
import { FaultList } from "./fault-list.tsx";
import { offsetOf } from "./indent.ts";
import { apply, type Fault, RegoEditor } from "./rego-editor.tsx";
import { useCheck } from "./use-check.ts";

/** Bytes of UTF-8, as the contract has it. */
const MOST = 256 * 1024;

export function WritePolicy(props: {
  /** The one that is edited; null for a new one. */
  policy: OwnPolicyView | null;
  /** Source of Countersign's own. */
  shipped: string;
  onClose: () => void;
}): ReactNode {
  const { policy, shipped, onClose } = props;
  const bridge = useBridge();
  const [draft, setDraft] = useState<Draft>(() => draftOf(policy));
  const [tried, setTried] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [note, setNote] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const w = words.rego;
  const { text, name, mode } = draft;
  const check = useCheck(text);
  const replaces = policy === null ? {} : { replaces: policy.id };
  const rehearsal = useRehearsal(
    tried === text ? { type: "install-policy", mode, rego: text, ...replaces } : null,
  );

  const change = (more: Partial<Draft>): void => {
    const next = { ...draft, ...more };
    setDraft(next);
    setNote("");
    keepDraft(policy, next);
  };
  /** The whole text is exchanged as if it were typed: undo brings the old one back. */
  const replaceText = (now: string): void => {
    if (new Blob([now]).size > MOST) return setNote(w.tooLarge);
    const target = field.current;
    if (target === null) return;
    apply(target, { from: 0, to: target.value.length, text: now, start: 0, end: 0 });
    target.closest(".rego-edit")?.scrollTo(0, 0);
  };
  const goTo = ({ row, column }: Fault): void => {
    const target = field.current;
    if (target === null) return;
    const at = offsetOf(text, Math.max(1, row), column);
    target.focus();
    target.setSelectionRange(at, at);
    const line = target.parentElement?.querySelectorAll(".rego-line")[Math.max(0, row - 1)];
    line?.scrollIntoView({ block: "center", inline: "start" });
  };
  const install = async (): Promise<void> => {
    if (check.state !== "fine") return setNote(w.mend);
    if (name.trim() === "") return setNote(w.nameless);
    setBusy(true);
    setComplaint(null);
    const base64 = toBase64(new TextEncoder().encode(text));
    const source = { type: "file", origin: `${name.trim()}.rego`, base64 } as const;
    const wish = { name: name.trim(), mode, source, ...replaces };
    const reply = await bridge.call("policy.install", wish);
    setBusy(false);
    if (!reply.ok) return setComplaint(reply.error);
    keepDraft(policy, null);
    onClose();
  };
  const from = { ...TEXTS, shipped };
  const own = words.ownPolicy;
  return (
    <Modal
      title={policy === null ? w.title : w.titleOf(policy.name)}
      text={w.text}
      wide="editor"
      onClose={onClose}
    >
      <div className="dialog-body">
        <div className="rego-tools">
          <Picker
            label={w.from}
            value=""
            placeholder={w.fromNothing}
            choices={(["template", "article", "shipped"] as const).map((value) => ({
              value,
              label: w.fromChoices[value][0],
              text: w.fromChoices[value][1],
            }))}
            onChange={(value) => replaceText(from[value as keyof typeof from])}
          />
          <Button small icon={FolderOpen} onClick={() => file.current?.click()}>
            {w.open}
          </Button>
          <input
            ref={file}
            type="file"
            accept=".rego"
            aria-label={w.open}
            tabIndex={-1}
            className="visually-hidden"
            onChange={(event) => {
              const [one] = event.target.files ?? [];
              event.target.value = "";
              if (one === undefined) return;
              if (one.size > MOST) setNote(w.tooLarge);
              else void one.text().then(replaceText);
            }}
          />
          <CopyButton text={text} />
        </div>
        <RegoEditor
          value={text}
          faults={check.faults}
          field={field}
          onChange={(now) => change({ text: now })}
        />
        <FaultList check={check} onGoTo={goTo} />
        {check.compiler !== "missing" && (
          <>
            <div className="field-row rego-fields">
              <PolicyFields
                name={name}
                mode={mode}
                onName={(now) => change({ name: now })}
                onMode={(now) => change({ mode: now })}
              />
            </div>
            {tried === text && <RehearsalResult tried={rehearsal} />}
          </>
        )}
        {policy !== null && <p className="field-hint">{w.replacesNamed(policy.name)}</p>}
        {complaint !== null && <ComplaintBox complaint={complaint} />}
        <p className="field-error" role="status">
          {note}
        </p>
        {busy && <p className="field-hint">{own.form.waiting}</p>}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>{words.common.close}</Button>
        {check.compiler !== "missing" && (
          <>
            <Button
              icon={History}
              onClick={() => (check.state === "fine" ? setTried(text) : setNote(w.mend))}
            >
              {w.tryOut}
            </Button>
            <Button look="primary" busy={busy} onClick={() => void install()}>
              {policy === null ? w.install : w.update}
            </Button>
          </>
        )}
      </div>
    </Modal>
  );
}
