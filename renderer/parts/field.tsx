// A labelled field with its hint and its fault tied to it for assistive technology.
import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { words } from "../words.ts";
import { IconButton } from "./button.tsx";

/** What ties a control to its label, its hint and its error. */
export interface FieldIds {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}
interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
  readonly optional?: boolean;
  readonly children: (ids: FieldIds) => ReactNode;
}

export function Field(props: FieldProps): ReactNode {
  const id = useId();
  const error = props.error ?? null;
  const told = error !== null || props.hint !== undefined;
  return (
    <div className="field">
      <label htmlFor={id}>
        {props.label}
        {props.optional === true && <span className="field-optional">{words.common.optional}</span>}
      </label>
      {props.children({
        id,
        "aria-describedby": told ? `${id}-told` : undefined,
        "aria-invalid": error === null ? undefined : true,
      })}
      {told && (
        <p id={`${id}-told`} className={error === null ? "field-hint" : "field-error"}>
          {error ?? props.hint}
        </p>
      )}
    </div>
  );
}

/** Text that a machine reads: no spelling marks, no capitals, nothing remembered. */
const PLAIN = {
  autoComplete: "off",
  autoCapitalize: "off",
  autoCorrect: "off",
  spellCheck: false,
} as const;

export function TextInput(props: ComponentProps<"input">): ReactNode {
  return <input type="text" {...PLAIN} {...props} className={`input ${props.className ?? ""}`} />;
}

/**
 * Empties a field when it goes. Its node may live on for a while (an animation of the dialog that it stood in is enough),
 * and with it what React last saw typed there.
 */
const forgetful = (node: HTMLInputElement | HTMLTextAreaElement | null) => () => {
  if (node !== null) node.value = "";
};

/** A secret on its way in. Hidden until the person looks at it. */
export function SecretInput(props: ComponentProps<"input">): ReactNode {
  const [shown, setShown] = useState(false);
  return (
    <div className="secret-input">
      <input
        {...PLAIN}
        // A password manager would offer to keep the key: `one-time-code` is what they leave alone.
        autoComplete="one-time-code"
        {...props}
        ref={forgetful}
        type={shown ? "text" : "password"}
        className={`input mono ${props.className ?? ""}`}
      />
      <IconButton
        label={shown ? words.common.hide : words.common.show}
        icon={shown ? EyeOff : Eye}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
      />
    </div>
  );
}

export function Check(props: {
  label: string;
  hint?: string;
  error?: string | null;
  checked: boolean;
  /** A choice that costs nothing: it does not look like a warning. */
  calm?: boolean;
  onChange: (checked: boolean) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className={props.calm === true ? "check check-calm" : "check"}>
      <input
        id={id}
        type="checkbox"
        checked={props.checked}
        onChange={(event) => props.onChange(event.target.checked)}
        aria-describedby={`${id}-told`}
      />
      <div>
        <label htmlFor={id}>{props.label}</label>
        <p id={`${id}-told`} className={props.error == null ? "field-hint" : "field-error"}>
          {props.error ?? props.hint}
        </p>
      </div>
    </div>
  );
}

/** One of few, all in sight. Native radio buttons underneath: arrows move, Space picks. */
export function Segments<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; label: string }[];
  onChange: (value: V) => void;
  hideLabel?: boolean;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className="segments-set">
      <legend className={props.hideLabel === true ? "visually-hidden" : ""}>{props.label}</legend>
      <div className="segments">
        {props.options.map((option) => (
          <label key={option.value} className="segment">
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === props.value}
              onChange={() => props.onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Text of several lines that a machine reads. */
export function TextArea(props: ComponentProps<"textarea">): ReactNode {
  return (
    <textarea
      {...PLAIN}
      {...props}
      ref={forgetful}
      className={`input area mono ${props.className ?? ""}`}
    />
  );
}
