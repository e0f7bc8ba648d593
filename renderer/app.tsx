// The frame: navigation, what needs saying across all screens, and the one screen that is open.
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { DeepLink } from "../electron/core/shell.ts";
import { AddAgent } from "./agents/add-agent.tsx";
import { AgentsScreen } from "./agents/agents-screen.tsx";
import { DoctorScreen } from "./doctor/doctor-screen.tsx";
import { IdentitiesScreen } from "./identities/identities-screen.tsx";
import { KeysScreen } from "./keys/keys-screen.tsx";
import { LabScreen } from "./lab/lab-screen.tsx";
import { LogScreen } from "./log/log-screen.tsx";
import { OverviewScreen } from "./overview/overview-screen.tsx";
import { PolicyScreen } from "./policy/policy-screen.tsx";
import { AddServer } from "./servers/add-server.tsx";
import { ServersScreen } from "./servers/servers-screen.tsx";
import { SettingsScreen } from "./settings/settings-screen.tsx";
import { Banners } from "./shell/banners.tsx";
import { Connecting, SignedOut } from "./shell/full-page.tsx";
import { Announcer } from "./shell/announcer.tsx";
import { useLinks } from "./shell/links.ts";
import { type Flows, FlowsContext, type ScreenName } from "./shell/flows.ts";
import { Nav } from "./shell/nav.tsx";
import { useApp } from "./state/context.tsx";
import { VaultChoice } from "./vault/vault-choice.tsx";
import { VaultLocked } from "./vault/vault-locked.tsx";
import { words } from "./words.ts";

const SCREENS: Record<ScreenName, () => ReactNode> = {
  overview: OverviewScreen,
  log: LogScreen,
  servers: ServersScreen,
  agents: AgentsScreen,
  identities: IdentitiesScreen,
  keys: KeysScreen,
  policy: PolicyScreen,
  lab: LabScreen,
  doctor: DoctorScreen,
  settings: SettingsScreen,
};

type OpenFlow = "add-server" | "add-agent" | null;

export function App(): ReactNode {
  const { link, status } = useApp();
  const [chosen, setScreen] = useState<ScreenName | null>(null);
  const [tab, setTab] = useState<string | null>(null);
  const [flow, setFlow] = useState<OpenFlow>(null);
  /** The address that a link brought: in the form, and nowhere else. */
  const [linked, setLinked] = useState("");
  const flows = useMemo<Flows>(
    () => ({
      tab,
      go: (to, part) => {
        setTab(part ?? null);
        setScreen(to);
      },
      addServer: () => {
        setLinked("");
        setFlow("add-server");
      },
      addAgent: () => setFlow("add-agent"),
    }),
    [tab],
  );

  const openLink = useCallback((wanted: DeepLink) => {
    if (wanted.kind === "open") return setScreen(wanted.screen);
    setLinked(wanted.url);
    setFlow("add-server");
  }, []);
  useLinks(openLink);

  if (link === "signed-out") return <SignedOut />;
  if (status === null) return <Connecting />;

  // Where there is nothing to look back on, the log shows the first steps. Decided once: no screen goes away by itself.
  const screen = chosen ?? (status.counts.servers > 0 ? "overview" : "log");
  if (chosen === null) setScreen(screen);
  const Screen = SCREENS[screen];
  // Nothing that needs a key can work before the choice; the doctor can, and explains why it is needed.
  const choose = status.vault.state === "unchosen" && screen !== "doctor" && screen !== "settings";
  return (
    <FlowsContext value={flows}>
      <a className="skip" href="#content">
        {words.nav.skip}
      </a>
      <div className="app">
        <Nav screen={screen} onGo={flows.go} />
        <main id="content" className="content" tabIndex={-1}>
          <Banners all={screen !== "overview"} />
          {!choose && <VaultLocked vault={status.vault} />}
          {choose ? <VaultChoice vault={status.vault} /> : <Screen />}
        </main>
      </div>
      {flow === "add-server" && (
        <AddServer
          // Another link is another form.
          key={linked}
          url={linked}
          onClose={() => setFlow(null)}
          onAgent={() => setFlow("add-agent")}
        />
      )}
      {flow === "add-agent" && <AddAgent onClose={() => setFlow(null)} />}
      <Announcer />
    </FlowsContext>
  );
}
