// The part of the form for a server on this machine: what is started, with which arguments and variables.
import { Plus, X } from "lucide-react";
import type { ClipboardEvent, ReactNode } from "react";
import { Button, IconButton } from "../parts/button.tsx";
import { Field, SecretInput, TextInput } from "../parts/field.tsx";
import { words } from "../words.ts";
import { type EnvRow, type Faults, nextKey, splitCommand, type StdioDraft } from "./draft.ts";

export function StdioFields(props: {
  draft: StdioDraft;
  faults: Faults;
  onChange: (part: Partial<StdioDraft>) => void;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const w = words.servers.form;
  return (
    <>
      <Field label={w.command} error={faults.command} hint={w.commandHint}>
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            placeholder={w.commandPlaceholder}
            value={draft.command}
            autoFocus
            onChange={(event) => onChange({ command: event.target.value })}
            onPaste={(event) => {
              const pasted = pastedInto(event);
              const split = splitCommand({ ...draft, command: pasted });
              if (split.command === pasted) return;
              event.preventDefault();
              onChange(split);
            }}
          />
        )}
      </Field>
      <div className="list-field" role="group" aria-label={w.args}>
        <span className="list-name">{w.args}</span>
        {draft.args.map((arg, index) => (
          <div key={arg.key} className="list-row">
            <TextInput
              className="mono"
              aria-label={w.arg(index + 1)}
              value={arg.text}
              onChange={(event) =>
                onChange({
                  args: draft.args.map((a) =>
                    a.key === arg.key ? { ...a, text: event.target.value } : a,
                  ),
                })
              }
            />
            <IconButton
              label={w.removeArg(index + 1)}
              icon={X}
              onClick={() => onChange({ args: draft.args.filter((a) => a.key !== arg.key) })}
            />
          </div>
        ))}
        <Button
          small
          look="quiet"
          icon={Plus}
          onClick={() => onChange({ args: [...draft.args, { key: nextKey(), text: "" }] })}
        >
          {w.addArg}
        </Button>
      </div>
      <EnvFields rows={draft.env} fault={faults.env} onChange={(env) => onChange({ env })} />
      <Field label={w.cwd} optional>
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            placeholder={w.cwdPlaceholder}
            value={draft.cwd}
            onChange={(event) => onChange({ cwd: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

/**
 * What the field will hold. Splitting waits for a paste: done on leaving the field, the rows that appear
 * would push away the button that is being pressed.
 */
function pastedInto(event: ClipboardEvent<HTMLInputElement>): string {
  const { value, selectionStart, selectionEnd } = event.currentTarget;
  const text = event.clipboardData.getData("text");
  return value.slice(0, selectionStart ?? 0) + text + value.slice(selectionEnd ?? value.length);
}

function EnvFields(props: {
  rows: readonly EnvRow[];
  fault: string | undefined;
  onChange: (rows: EnvRow[]) => void;
}): ReactNode {
  const { rows, onChange } = props;
  const w = words.servers.form;
  const change = (key: number, part: Partial<EnvRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <div className="list-field" role="group" aria-label={w.env}>
      <span className="list-name">{w.env}</span>
      {rows.map((row, index) => {
        const Value = row.secret ? SecretInput : TextInput;
        return (
          <div key={row.key} className="list-row env-row">
            <TextInput
              className="mono env-name"
              aria-label={w.envName(index + 1)}
              placeholder={w.namePlaceholder}
              value={row.name}
              onChange={(event) => change(row.key, { name: event.target.value })}
            />
            <div className="env-value">
              <Value
                className="mono"
                aria-label={w.envValue(index + 1)}
                placeholder={w.valuePlaceholder}
                value={row.value}
                onChange={(event) => change(row.key, { value: event.target.value })}
              />
            </div>
            <label className="env-secret">
              <input
                type="checkbox"
                aria-label={w.envSecret(index + 1)}
                checked={row.secret}
                onChange={(event) => change(row.key, { secret: event.target.checked })}
              />
              <span aria-hidden>{w.secret}</span>
            </label>
            <IconButton
              label={w.removeEnv(index + 1)}
              icon={X}
              onClick={() => onChange(rows.filter((other) => other.key !== row.key))}
            />
          </div>
        );
      })}
      <Button
        small
        look="quiet"
        icon={Plus}
        onClick={() => onChange([...rows, { key: nextKey(), name: "", value: "", secret: true }])}
      >
        {w.addEnv}
      </Button>
      <p className={props.fault === undefined ? "field-hint" : "field-error"}>
        {props.fault ?? w.envHint}
      </p>
    </div>
  );
}
