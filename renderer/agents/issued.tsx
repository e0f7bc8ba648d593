// The one moment in which a credential can be seen. It cannot be left by accident.
import { Tabs } from "@base-ui/react/tabs";
import { KeyRound } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { digestOf } from "../lib/digest.ts";
import { CopyButton, Snippet } from "../parts/copy.tsx";
import { useBridge } from "../state/context.tsx";
import { Confirm, Modal } from "../parts/dialog.tsx";
import type { Issued } from "../types.ts";
import { words } from "../words.ts";

export function IssuedDialog(props: { issued: Issued; onClose: () => void }): ReactNode {
  const { agent, credential, snippets } = props.issued;
  const { written = [] } = props.issued;
  // What is in its file already need not be copied.
  const [copied, setCopied] = useState(written.length > 0);
  const [leaving, setLeaving] = useState(false);
  const w = words.agents.issued;
  const bridge = useBridge();
  /** Seconds until it is taken off the clipboard again. */
  const [stays, setStays] = useState<number | null>(null);
  const onCopied = (text: string): void => {
    setCopied(true);
    void digestOf(text)
      .then((sha256) => bridge.call("shell.forgetCopied", { sha256 }))
      .then((reply) => {
        if (reply.ok) setStays(reply.value.seconds);
      });
  };
  return (
    <Modal title={w.title(agent.name)} onClose={() => {}} dismissable={false} wide>
      <div className="dialog-body">
        <div className="once">
          <p className="once-told">
            <KeyRound size={16} aria-hidden />
            <span>
              <strong>{w.once}.</strong> {w.onceText}
            </span>
          </p>
          {written.length > 0 && (
            <p className="once-written">
              {words.connect.writtenInto} <code>{written.join(", ")}</code>
            </p>
          )}
          <div className="once-line">
            <code aria-label={w.credential}>{credential}</code>
            <CopyButton
              look="primary"
              text={credential}
              label={w.copyCredential}
              onCopied={() => onCopied(credential)}
            />
          </div>
        </div>
        {stays !== null && (
          <p className="faint" role="status">
            {w.clipboard(stays)}
          </p>
        )}
        {snippets.length > 0 && (
          <Tabs.Root defaultValue={snippets[0]?.id} className="tabs">
            <h3>{w.snippets}</h3>
            <Tabs.List className="tabs-list">
              {snippets.map((snippet) => (
                <Tabs.Tab key={snippet.id} value={snippet.id} className="tab">
                  {snippet.title}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {snippets.map((snippet) => (
              <Tabs.Panel key={snippet.id} value={snippet.id} className="tab-panel">
                <p className="tab-where">
                  {w.where} <code>{snippet.where}</code>
                </p>
                <Snippet
                  text={snippet.text}
                  label={snippet.title}
                  onCopied={() => onCopied(snippet.text)}
                />
              </Tabs.Panel>
            ))}
          </Tabs.Root>
        )}
      </div>
      <div className="dialog-foot">
        <Button look="primary" onClick={() => (copied ? props.onClose() : setLeaving(true))}>
          {w.stored}
        </Button>
      </div>
      {leaving && (
        <Confirm
          title={w.confirmTitle}
          text={w.confirmText}
          action={w.confirmAction}
          cancel={w.confirmBack}
          onClose={() => setLeaving(false)}
          run={() => {
            props.onClose();
            return Promise.resolve({ ok: true, value: null });
          }}
        />
      )}
    </Modal>
  );
}
