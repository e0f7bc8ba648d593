// A small menu to pick one value from, and the menu of further actions.
import { Menu } from "@base-ui/react/menu";
import { Select } from "@base-ui/react/select";
import { Check, ChevronDown, Ellipsis, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { words } from "../words.ts";

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** A second line that says what it means. */
  readonly text?: string;
}

export function Picker(props: {
  label: string;
  value: string;
  choices: readonly Choice[];
  onChange: (value: string) => void;
  className?: string;
  id?: string;
  /** Shown while nothing is chosen. */
  placeholder?: string;
  invalid?: boolean;
}): ReactNode {
  const rich = props.choices.some(({ text }) => text !== undefined);
  return (
    <Select.Root
      items={props.choices.map(({ value, label }) => ({ value, label }))}
      value={props.value === "" && props.placeholder !== undefined ? null : props.value}
      onValueChange={(value) => props.onChange(value ?? "")}
    >
      <Select.Trigger
        className={`picker ${props.className ?? ""}`}
        aria-label={props.label}
        aria-invalid={props.invalid === true || undefined}
        id={props.id}
      >
        <Select.Value className="picker-value">
          {(value: string | null) =>
            props.choices.find((choice) => choice.value === value)?.label ?? (
              <span className="faint">{props.placeholder}</span>
            )
          }
        </Select.Value>
        <Select.Icon className="picker-icon">
          <ChevronDown size={14} aria-hidden />
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner
          className="layer"
          sideOffset={4}
          align="start"
          alignItemWithTrigger={false}
        >
          <Select.Popup className={`menu${rich ? " menu-rich" : ""}`}>
            {props.choices.map(({ value, label, text }) => (
              <Select.Item key={value} value={value} label={label} className="menu-item">
                <span className="menu-text">
                  <Select.ItemText>{label}</Select.ItemText>
                  {text !== undefined && <small>{text}</small>}
                </span>
                <Select.ItemIndicator className="menu-mark">
                  <Check size={14} aria-hidden />
                </Select.ItemIndicator>
              </Select.Item>
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}

export interface Action {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly danger?: boolean;
  readonly run: () => void;
}

export function MoreMenu(props: { name: string; actions: readonly Action[] }): ReactNode {
  return (
    <Menu.Root>
      <Menu.Trigger className="icon-button" aria-label={words.common.more(props.name)}>
        <Ellipsis size={16} aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="layer" sideOffset={4} align="end">
          <Menu.Popup className="menu">
            {props.actions.map(({ label, icon: Icon, danger, run }) => (
              <Menu.Item
                key={label}
                className={`menu-item${danger === true ? " menu-danger" : ""}`}
                onClick={run}
              >
                <Icon size={15} aria-hidden />
                <span className="menu-text">{label}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
