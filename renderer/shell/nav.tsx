// Where one can go. A column on the left; icons in a medium window; a bar below in a narrow one.
import { Menu } from "@base-ui/react/menu";
import {
  Activity,
  Bot,
  FlaskConical,
  Fingerprint,
  KeyRound,
  LayoutDashboard,
  Ellipsis,
  type LucideIcon,
  Monitor,
  Moon,
  Scale,
  Server,
  Settings,
  Stethoscope,
  Sun,
} from "lucide-react";
import { type ReactNode, useSyncExternalStore } from "react";
import { useMedia } from "../lib/hooks.ts";
import { applyTheme, onTheme, readTheme, type ThemeChoice } from "../lib/theme.ts";
import { IconButton, Tip } from "../parts/button.tsx";
import { useApp } from "../state/context.tsx";
import { words } from "../words.ts";
import { Brand } from "./brand.tsx";
import type { ScreenName } from "./flows.ts";
import { StatusFooter } from "./status-footer.tsx";

const ITEMS: readonly { name: ScreenName; icon: LucideIcon }[] = [
  { name: "overview", icon: LayoutDashboard },
  { name: "log", icon: Activity },
  { name: "servers", icon: Server },
  { name: "agents", icon: Bot },
  { name: "identities", icon: Fingerprint },
  { name: "keys", icon: KeyRound },
  { name: "policy", icon: Scale },
  { name: "lab", icon: FlaskConical },
  { name: "doctor", icon: Stethoscope },
  { name: "settings", icon: Settings },
];
/** What has a place in the bar of a narrow window; the others are one step away. */
const IN_BAR: ReadonlySet<ScreenName> = new Set(["overview", "log", "servers", "agents", "policy"]);

export function Nav(props: { screen: ScreenName; onGo: (screen: ScreenName) => void }): ReactNode {
  const { status, servers, agents, lab } = useApp();
  const iconsOnly = useMedia("(min-width: 640px) and (max-width: 959.98px)");
  const narrow = useMedia("(max-width: 639.98px)");
  const count: Record<ScreenName, number | null> = {
    overview: null,
    log: null,
    servers: servers?.length ?? null,
    agents: agents?.length ?? null,
    identities: null,
    keys: null,
    policy: null,
    lab: null,
    doctor: null,
    settings: null,
  };
  const alarm = (status?.troubles.length ?? 0) + (status?.broken.length ?? 0) > 0;
  return (
    <header className="nav">
      <div className="nav-brand">
        <Brand />
        <span>{words.app}</span>
        <ThemeToggle />
      </div>
      <nav aria-label={words.nav.label} className="nav-items">
        {ITEMS.filter(({ name }) => !narrow || IN_BAR.has(name)).map(({ name, icon: Icon }) => {
          const item = (
            <button
              key={name}
              type="button"
              className="nav-item"
              aria-label={iconsOnly ? words.nav[name] : undefined}
              aria-current={props.screen === name ? "page" : undefined}
              onClick={() => props.onGo(name)}
            >
              <Icon size={17} strokeWidth={1.8} aria-hidden />
              <span className="nav-word">{words.nav[name]}</span>
              {name === "lab" && lab?.state === "on" && <span className="nav-on" aria-hidden />}
              {name === "doctor" && alarm && <span className="nav-alarm" aria-hidden />}
              {count[name] !== null && count[name] > 0 && (
                <span className="nav-count" aria-hidden>
                  {count[name]}
                </span>
              )}
            </button>
          );
          return iconsOnly ? (
            <Tip key={name} text={words.nav[name]} side="right">
              {item}
            </Tip>
          ) : (
            item
          );
        })}
        {narrow && <MoreScreens screen={props.screen} alarm={alarm} onGo={props.onGo} />}
      </nav>
      <StatusFooter />
    </header>
  );
}

/** The screens that have no place in the bar. */
function MoreScreens(props: {
  screen: ScreenName;
  alarm: boolean;
  onGo: (screen: ScreenName) => void;
}): ReactNode {
  const rest = ITEMS.filter(({ name }) => !IN_BAR.has(name));
  return (
    <Menu.Root>
      <Menu.Trigger
        className="nav-item"
        aria-current={rest.some(({ name }) => name === props.screen) ? "true" : undefined}
      >
        <Ellipsis size={17} strokeWidth={1.8} aria-hidden />
        <span className="nav-word">{words.nav.more}</span>
        {props.alarm && <span className="nav-alarm" aria-hidden />}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="layer" sideOffset={8} align="end">
          <Menu.Popup className="menu">
            {rest.map(({ name, icon: Icon }) => (
              <Menu.Item key={name} className="menu-item" onClick={() => props.onGo(name)}>
                <Icon size={15} aria-hidden />
                <span className="menu-text">{words.nav[name]}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };
const THEME_ICON: Record<ThemeChoice, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };

function ThemeToggle(): ReactNode {
  const choice = useSyncExternalStore(onTheme, readTheme);
  return (
    <IconButton
      className="theme-toggle"
      label={words.theme.label(choice)}
      icon={THEME_ICON[choice]}
      size={15}
      onClick={() => applyTheme(NEXT[choice])}
    />
  );
}
