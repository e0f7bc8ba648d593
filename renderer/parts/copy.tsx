// Copying: a button that says that it did, and text with such a button beside it.
import { Check, Copy, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { copyText } from "../lib/clipboard.ts";
import { words } from "../words.ts";
import { Button, IconButton } from "./button.tsx";

function useCopy(
  text: string,
  onCopied?: () => void,
): readonly ["idle" | "done" | "failed", () => void] {
  const [state, setState] = useState<"idle" | "done" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = setTimeout(() => setState("idle"), 1600);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    void copyText(text).then((done) => {
      setState(done ? "done" : "failed");
      if (done) onCopied?.();
    });
  };
  return [state, copy];
}

const ICON = { idle: Copy, done: Check, failed: TriangleAlert };

/** An icon that copies. `label` says what. */
export function CopyIcon(props: { text: string; label: string; onCopied?: () => void }): ReactNode {
  const [state, copy] = useCopy(props.text, props.onCopied);
  return (
    <>
      <IconButton
        className={`copy copy-${state}`}
        label={
          state === "failed"
            ? words.common.copyFailed
            : state === "done"
              ? words.common.copied
              : props.label
        }
        icon={ICON[state]}
        size={14}
        onClick={copy}
      />
      <Said state={state} />
    </>
  );
}

/** A button with a word that copies. */
export function CopyButton(props: {
  text: string;
  look?: "primary" | "plain";
  label?: string;
  /** What stands on it instead of "Copy". */
  word?: string;
  onCopied?: () => void;
}): ReactNode {
  const [state, copy] = useCopy(props.text, props.onCopied);
  return (
    <>
      <Button
        look={props.look ?? "plain"}
        icon={ICON[state]}
        onClick={copy}
        small
        // The name must hold the word that is seen, also while that is "Copied".
        aria-label={state === "idle" ? props.label : undefined}
      >
        {state === "done" ? words.common.copied : (props.word ?? words.common.copy)}
      </Button>
      <Said state={state} />
    </>
  );
}

/** Tells a screen reader what the icon shows. */
function Said(props: { state: "idle" | "done" | "failed" }): ReactNode {
  const text = { idle: "", done: words.common.copied, failed: words.common.copyFailed }[
    props.state
  ];
  return (
    <span className="visually-hidden" aria-live="polite">
      {text}
    </span>
  );
}

/** One line of machine text with a copy icon; the middle is never lost, it scrolls. */
export function CopyLine(props: { text: string; label: string; onCopied?: () => void }): ReactNode {
  return (
    <span className="copy-line">
      <code className="copy-text" title={props.text}>
        {props.text}
      </code>
      <CopyIcon {...props} />
    </span>
  );
}

/** A block of text to paste elsewhere. `label` names it. */
export function Snippet(props: { text: string; label: string; onCopied?: () => void }): ReactNode {
  return (
    <div className="snippet">
      {/* Focusable, so that a keyboard can scroll it. */}
      <pre tabIndex={0} aria-label={props.label}>
        <code>{props.text}</code>
      </pre>
      <CopyButton
        text={props.text}
        label={words.common.copyOf(props.label)}
        {...(props.onCopied === undefined ? {} : { onCopied: props.onCopied })}
      />
    </div>
  );
}
