// This installation and how it looks: where things lie, what keeps the keys, and whose work ships along.
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { fullTime } from "../lib/format.ts";
import { applyTheme, onTheme, readTheme } from "../lib/theme.ts";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { Check, Segments } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Screen } from "../parts/screen.tsx";
import { useFlows } from "../shell/flows.ts";
import { vaultText } from "../shell/status-footer.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import type { AppStatus, Complaint, ShellSettings } from "../types.ts";
import { words } from "../words.ts";
import { Licences } from "./licences.tsx";
import { Section } from "./section.tsx";
import { Updates } from "./updates.tsx";

const THEMES = ["system", "light", "dark"] as const;

export function SettingsScreen(): ReactNode {
  const { status } = useApp();
  const { go } = useFlows();
  const theme = useSyncExternalStore(onTheme, readTheme);
  const w = words.settings;
  return (
    <Screen title={w.title} text={w.subtitle}>
      <div className="settings">
        <Section title={w.look}>
          <Segments
            label={w.theme}
            value={theme}
            options={THEMES.map((value) => ({ value, label: w.themes[value] }))}
            onChange={applyTheme}
          />
        </Section>
        <StartAtLogin />
        {status !== null && <Installation status={status} />}
        <Updates />
        {status !== null && <Secrets status={status} />}
        <Section title={w.privacy}>
          <dl className="item-facts">
            <div>
              <dt>{w.telemetry}</dt>
              <dd>
                <strong>{w.telemetryNone}</strong>
              </dd>
            </div>
          </dl>
          <p className="settings-text">{w.telemetryText}</p>
        </Section>
        <Section
          title={w.doctor}
          actions={
            <Button small onClick={() => go("doctor")}>
              {words.banners.openDoctor}
            </Button>
          }
        >
          <p className="settings-text">{w.doctorText}</p>
        </Section>
        <Section title={w.licences}>
          <Licences />
        </Section>
      </div>
    </Screen>
  );
}

/** Only where there is a desktop app that could be started. */
function StartAtLogin(): ReactNode {
  const bridge = useBridge();
  const [settings, setSettings] = useState<ShellSettings | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  useEffect(() => {
    void bridge.call("shell.settings", {}).then((reply) => {
      if (reply.ok) setSettings(reply.value);
    });
  }, [bridge]);
  const w = words.settings;
  if (settings === null || settings.startAtLogin.unavailable === "not-desktop") return null;
  const { on, unavailable } = settings.startAtLogin;
  const set = (wanted: boolean): void => {
    void bridge.call("shell.setStartAtLogin", { on: wanted }).then((reply) => {
      setComplaint(reply.ok ? null : reply.error);
      if (reply.ok) setSettings(reply.value);
    });
  };
  return (
    <Section title={w.start}>
      {unavailable === null ? (
        <Check calm label={w.startAtLogin} hint={w.startAtLoginHint} checked={on} onChange={set} />
      ) : (
        <p className="settings-text">{w.startUnavailable}</p>
      )}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </Section>
  );
}

function Installation(props: { status: AppStatus }): ReactNode {
  const { version, runtime, door, dataFolder, startedAt } = props.status;
  const w = words.settings;
  return (
    <Section title={w.installation}>
      <dl className="item-facts">
        <div>
          <dt>{w.version}</dt>
          <dd>{version}</dd>
        </div>
        <div>
          <dt>{w.runtime}</dt>
          <dd>
            {w.runtimeName[runtime.kind]} {runtime.version}
          </dd>
        </div>
        <div>
          <dt>{w.door}</dt>
          <dd>
            <CopyLine text={door} label={words.status.copyDoor} />
          </dd>
        </div>
        <div>
          <dt>{w.dataFolder}</dt>
          <dd>
            <CopyLine text={dataFolder} label={words.common.copyOf(w.dataFolder)} />
          </dd>
        </div>
        <div>
          <dt>{w.started}</dt>
          <dd>{fullTime(Date.parse(startedAt))}</dd>
        </div>
      </dl>
    </Section>
  );
}

function Secrets(props: { status: AppStatus }): ReactNode {
  const { vault } = props.status;
  const store = useStore();
  const { go } = useFlows();
  const w = words.settings;
  const lock = (): void => {
    void store.bridge.call("vault.lock", {}).then(() => store.refresh("status"));
  };
  return (
    <Section
      title={w.secrets}
      actions={
        <Button small onClick={() => go("keys")}>
          {w.showKeys}
        </Button>
      }
    >
      <dl className="item-facts">
        <div>
          <dt>{w.kept}</dt>
          <dd>
            {vaultText(vault)}
            {/* Only a sealed file can be closed by us: the keychain is the system's. */}
            {vault.kind === "file" && vault.state === "ready" && (
              <Button small onClick={lock}>
                {w.lock}
              </Button>
            )}
          </dd>
        </div>
      </dl>
      <p className="settings-text">{w.keptHint[vault.kind ?? "none"]}</p>
    </Section>
  );
}
