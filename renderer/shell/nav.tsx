// Where one can go. A column on the left; icons in a medium window; a bar below in a narrow one.
import {
  Activity,
  Bot,
  FlaskConical,
  KeyRound,
  LayoutDashboard,
  type LucideIcon,
  Monitor,
  Moon,
  Scale,
  Server,
  Stethoscope,
  Sun,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useMedia } from "../lib/hooks.ts";
import { applyTheme, readTheme, type ThemeChoice } from "../lib/theme.ts";
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
  { name: "identities", icon: KeyRound },
  { name: "policy", icon: Scale },
  { name: "lab", icon: FlaskConical },
  { name: "doctor", icon: Stethoscope },
];

export function Nav(props: { screen: ScreenName; onGo: (screen: ScreenName) => void }): ReactNode {
  const { status, servers, agents, lab } = useApp();
  const iconsOnly = useMedia("(min-width: 640px) and (max-width: 959.98px)");
  const count: Record<ScreenName, number | null> = {
    overview: null,
    log: null,
    servers: servers?.length ?? null,
    agents: agents?.length ?? null,
    identities: null,
    policy: null,
    lab: null,
    doctor: null,
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
        {ITEMS.map(({ name, icon: Icon }) => {
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
      </nav>
      <StatusFooter />
    </header>
  );
}

const NEXT: Record<ThemeChoice, ThemeChoice> = { system: "light", light: "dark", dark: "system" };
const THEME_ICON: Record<ThemeChoice, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };

function ThemeToggle(): ReactNode {
  const [choice, setChoice] = useState(readTheme);
  return (
    <IconButton
      className="theme-toggle"
      label={words.theme.label(choice)}
      icon={THEME_ICON[choice]}
      size={15}
      onClick={() => {
        applyTheme(NEXT[choice]);
        setChoice(NEXT[choice]);
      }}
    />
  );
}
