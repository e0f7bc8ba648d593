// As whom Countersign speaks: people's accounts, registrations at issuers, certificates; and what happened there.
import { Tabs } from "@base-ui/react/tabs";
import { type ReactNode, useState } from "react";
import { Screen } from "../parts/screen.tsx";
import { useFlows } from "../shell/flows.ts";
import { useApp } from "../state/context.tsx";
import { words } from "../words.ts";
import { AccountsTab } from "./accounts-tab.tsx";
import { CertificatesTab } from "./certificates-tab.tsx";
import { FlowsTab } from "./flows-tab.tsx";
import { IssuersTab } from "./issuers-tab.tsx";

const TABS = ["accounts", "issuers", "certificates", "flows"] as const;
export type IdentityTab = (typeof TABS)[number];

export function IdentitiesScreen(): ReactNode {
  const { tab: asked } = useFlows();
  const { accounts, issuers, certificates } = useApp();
  const [tab, setTab] = useState<IdentityTab>(TABS.find((name) => name === asked) ?? "accounts");
  const w = words.identities;
  const count: Record<IdentityTab, number> = {
    accounts: accounts?.length ?? 0,
    issuers: issuers?.length ?? 0,
    certificates: certificates?.length ?? 0,
    flows: 0,
  };
  return (
    <Screen title={w.title} text={w.subtitle}>
      <Tabs.Root
        className="tabs screen-tabs"
        value={tab}
        onValueChange={(value) => setTab(value as IdentityTab)}
      >
        <Tabs.List className="tabs-list" aria-label={w.tabsLabel}>
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name} className="tab">
              {w.tabs[name]}
              {count[name] > 0 && <span className="tab-count">{count[name]}</span>}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="accounts" className="tab-panel">
          <AccountsTab onIssuers={() => setTab("issuers")} />
        </Tabs.Panel>
        <Tabs.Panel value="issuers" className="tab-panel">
          <IssuersTab />
        </Tabs.Panel>
        <Tabs.Panel value="certificates" className="tab-panel">
          <CertificatesTab />
        </Tabs.Panel>
        <Tabs.Panel value="flows" className="tab-panel">
          <FlowsTab />
        </Tabs.Panel>
      </Tabs.Root>
    </Screen>
  );
}
