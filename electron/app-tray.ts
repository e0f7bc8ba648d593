// The tray, the badge and the notification: that something waits, wherever the person looks. None of them can answer.
import {
  app,
  type BrowserWindow,
  Menu,
  nativeImage,
  type NativeImage,
  Notification,
  Tray,
} from "electron";
import type { Countersign } from "./compose-types.ts";
import type { AgentView } from "./core/agents.ts";
import { notificationOf, trayView, type TrayItem, type TrayView } from "./core/tray-view.ts";
import type { Reply, Waiting } from "./contract.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import asking from "./icons/asking.png?inline";
import asking2 from "./icons/asking@2x.png?inline";
import paused from "./icons/paused.png?inline";
import paused2 from "./icons/paused@2x.png?inline";
import running from "./icons/running.png?inline";
import running2 from "./icons/running@2x.png?inline";

export interface TrayParts {
  readonly countersign: Countersign;
  readonly show: () => void;
  readonly approvalWindow: () => BrowserWindow | null;
  readonly failed: (error: unknown) => void;
}

/** Also for the menu: what is paused here is let go on from here. */
export interface TrayControl {
  readonly act: (does: TrayItem["does"]) => void;
}

const ICONS = {
  asking: [asking, asking2],
  paused: [paused, paused2],
  running: [running, running2],
} as const;

function imageOf(name: TrayView["icon"]): NativeImage {
  const [one, two] = ICONS[name];
  const image = nativeImage.createFromDataURL(one);
  image.addRepresentation({ scaleFactor: 2, dataURL: two });
  return image;
}

/** Keeps them in step with agents and questions until the program ends. */
export function setupTray({ countersign, show, approvalWindow, failed }: TrayParts): TrayControl {
  const { desk } = countersign;
  const pausedHere = new Set<string>();
  // A desktop without a place for it must not keep the app from starting.
  const tray = attempt(() => new Tray(imageOf("running")), failed);
  let notification: Notification | null = null;
  let told = 0;

  async function ask<T>(method: string, input: object): Promise<T | null> {
    const reply = (await desk.call("app", method, input)) as Reply<T>;
    return reply.ok ? reply.value : null;
  }

  async function setStates(from: "active" | "paused", to: "active" | "paused"): Promise<void> {
    for (const agent of (await ask<readonly AgentView[]>("agents.list", {})) ?? []) {
      if (agent.state !== from || (to === "active" && !pausedHere.has(agent.id))) continue;
      const set = await ask("agents.setState", { id: agent.id, state: to });
      if (set === null) continue;
      if (to === "paused") pausedHere.add(agent.id);
      else pausedHere.delete(agent.id);
    }
  }

  const deeds: Record<TrayItem["does"], () => unknown> = {
    show,
    question: () => ask("questions.open", {}),
    pause: () => setStates("active", "paused"),
    resume: () => setStates("paused", "active"),
    quit: () => app.quit(),
  };
  const act = (does: TrayItem["does"]): void => {
    void Promise.resolve(deeds[does]()).then(update, failed);
  };

  function notify(questions: number): void {
    const window = approvalWindow();
    const words = notificationOf(questions, window?.isFocused() === true);
    // One at a time, for what came new; with the last question it goes.
    if (words === null || questions > told) notification?.close();
    if (words !== null && questions > told && Notification.isSupported()) {
      // No buttons and no reply: a notification can be pressed by mistake, and shows on a locked screen.
      notification = new Notification({ ...words, urgency: "critical" });
      notification.on("click", () => act("question"));
      notification.show();
    }
    told = questions;
  }

  const update = oneAtATime(async () => {
    const [agents, waiting] = await Promise.all([
      ask<readonly AgentView[]>("agents.list", {}),
      ask<Waiting>("questions.waiting", {}),
    ]);
    const questions = waiting?.questions ?? 0;
    const view = trayView({ agents: agents ?? [], questions, pausedHere });
    app.setBadgeCount(questions);
    notify(questions);
    if (tray === null || tray.isDestroyed()) return;
    tray.setImage(imageOf(view.icon));
    tray.setToolTip(view.tooltip);
    tray.setContextMenu(
      Menu.buildFromTemplate(
        view.items.map(({ does, label, enabled }) => ({ label, enabled, click: () => act(does) })),
      ),
    );
  });

  tray?.on("click", show);
  desk.watch((event) => {
    if (event.type !== "changed") return;
    if (event.what === "questions" || event.what === "agents") void update().catch(failed);
  });
  void update().catch(failed);
  return { act };
}

function attempt<T>(make: () => T, failed: (error: unknown) => void): T | null {
  try {
    return make();
  } catch (error) {
    failed(error);
    return null;
  }
}
