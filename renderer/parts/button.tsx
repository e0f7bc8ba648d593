// Buttons. An icon alone always has a name and a tooltip.
import { Tooltip } from "@base-ui/react/tooltip";
import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

type Look = "primary" | "plain" | "quiet" | "danger";

interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: Look;
  readonly icon?: LucideIcon;
  /** Working: it keeps its place and focus, and does nothing when pressed. */
  readonly busy?: boolean;
  readonly small?: boolean;
}

export function Button(props: ButtonProps): ReactNode {
  const { look = "plain", icon: Icon, busy = false, small = false, children, ...rest } = props;
  const size = small ? 14 : 15;
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look}${small ? " button-small" : ""} ${rest.className ?? ""}`}
      aria-disabled={busy || rest["aria-disabled"]}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {busy ? (
        <LoaderCircle className="spin" size={size} aria-hidden />
      ) : (
        Icon !== undefined && <Icon size={size} aria-hidden />
      )}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly size?: number;
}

export function IconButton(props: IconButtonProps): ReactNode {
  const { label, icon: Icon, size = 16, className = "", ...rest } = props;
  return (
    <Tip text={label}>
      <button type="button" aria-label={label} {...rest} className={`icon-button ${className}`}>
        <Icon size={size} aria-hidden />
      </button>
    </Tip>
  );
}

/** A short tooltip around one focusable element. */
export function Tip(props: {
  text: string;
  side?: "top" | "right" | "bottom";
  children: React.ReactElement<Record<string, unknown>>;
}): ReactNode {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={props.children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} side={props.side ?? "top"} className="tooltip-place">
          <Tooltip.Popup className="tooltip">{props.text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
