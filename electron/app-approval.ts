// The window that asks: made by the main process alone, there only while something is asked, on top, and without
// taking the keyboard from whoever is typing. Gone in any way, it means no.
import path from "node:path";
import { BrowserWindow, powerMonitor, screen, type Session } from "electron";
import type { Countersign } from "./compose-types.ts";
import type { Reply, Waiting } from "./contract.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { loadPage, WEB_PREFERENCES } from "./windows.ts";

export interface ApprovalParts {
  readonly countersign: Countersign;
  readonly preloadFolder: string;
  /** Where its page comes from: `app://approval`, or vite's server under `npm run dev`. */
  readonly pageOrigin: string;
  readonly session: Session;
}

const SIZE = { width: 560, height: 680 };

/** Keeps the window in step with the questions until the program ends. @returns the window there is now */
export function setupApproval(parts: ApprovalParts): () => BrowserWindow | null {
  const { countersign } = parts;
  let window: BrowserWindow | null = null;

  const settle = oneAtATime(async () => {
    const reply = (await countersign.desk.call(
      "approval",
      "questions.waiting",
      {},
    )) as Reply<Waiting>;
    const wanted = reply.ok && reply.value.questions > 0;
    if (wanted && window === null) window = open();
    else if (!wanted && window !== null) close();
  });

  function close(): void {
    const old = window;
    // First, so that its end is not taken for a person who closed it.
    window = null;
    old?.destroy();
  }

  function open(): BrowserWindow {
    const area = screen.getPrimaryDisplay().workArea;
    const made = new BrowserWindow({
      ...SIZE,
      // Where the eye is, and never where the pointer happens to rest.
      x: area.x + Math.max(0, area.width - SIZE.width - 24),
      y: area.y + 24,
      minWidth: 420,
      minHeight: 420,
      show: false,
      alwaysOnTop: true,
      fullscreenable: false,
      minimizable: false,
      title: "Countersign asks",
      autoHideMenuBar: true,
      webPreferences: {
        ...WEB_PREFERENCES,
        devTools: false,
        // Its countdown runs on while something else is in front.
        backgroundThrottling: false,
        preload: path.join(parts.preloadFolder, "approval.cjs"),
        session: parts.session,
      },
    });
    // No screenshot and no screen sharing shows what is asked (macOS, Windows; Linux has no such thing).
    made.setContentProtection(true);
    made.setMenu(null);
    made.on("page-title-updated", (event) => event.preventDefault());
    // Shown without focus: what is being typed elsewhere must not end up in an answer.
    made.once("ready-to-show", () => made.showInactive());
    const gone = (): void => {
      if (window !== made) return;
      window = null;
      countersign.withdrawQuestions();
    };
    made.on("closed", gone);
    made.webContents.on("render-process-gone", () => {
      gone();
      if (!made.isDestroyed()) made.destroy();
    });
    loadPage(made, `${parts.pageOrigin}/approval.html`);
    return made;
  }

  countersign.desk.watch((event) => {
    if (event.type === "changed" && event.what === "questions") void settle();
  });
  countersign.onQuestions(() => {
    window?.show();
    window?.focus();
    return { where: "window", url: null };
  });
  // Nobody may answer for a person who is away. On Linux Electron tells of sleep only; for locks see app-shell.ts.
  for (const event of ["lock-screen", "suspend", "user-did-resign-active"] as const) {
    powerMonitor.on(event as "suspend", () => countersign.lockPerson());
  }
  void settle();
  return () => window;
}
