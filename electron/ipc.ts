// The one place that touches ipcMain. Who calls is decided here, by frame, page and window; what may be
// called is decided by the contract.
import { type BrowserWindow, ipcMain, type IpcMainInvokeEvent } from "electron";
import { Refusal } from "./core/errors.ts";
import { complaint } from "./core/sentences.ts";
import { concernsQuestions, type Desk } from "./surface.ts";

/** Each window speaks on channels of its own: what one may say, the other cannot even send. */
const CHANNELS = {
  app: { call: "countersign:call", event: "countersign:event" },
  approval: { call: "countersign:question", event: "countersign:questions-changed" },
} as const;

export interface SurfaceParts {
  readonly surface: keyof typeof CHANNELS;
  readonly desk: Desk;
  /** The window of this surface, if there is one now. */
  readonly window: () => BrowserWindow | null;
  /** Origin of the pages that may call: `app://countersign`. */
  readonly origin: string;
}

/** Answers contract calls of our windows, and pushes events to them, until the process ends. */
export function setupIpc(surfaces: readonly SurfaceParts[]): void {
  for (const parts of surfaces) setupSurface(parts);
}

function setupSurface({ surface, desk, window, origin }: SurfaceParts): void {
  const channel = CHANNELS[surface];
  ipcMain.handle(channel.call, (event, method: unknown, input: unknown) => {
    if (!isOurs(event, window(), origin)) {
      const refusal = new Refusal("surface_refused", {
        method: typeof method === "string" ? method.slice(0, 80) : "unknown",
        surface: "another page",
      });
      return { ok: false, error: complaint(refusal) };
    }
    return desk.call(surface, method, input);
  });
  desk.watch((event) => {
    if (surface === "approval" && !concernsQuestions(event)) return;
    const contents = window()?.webContents;
    // A hint that reaches no page is lost on purpose: a page asks for the present state when it loads.
    if (contents && !contents.isDestroyed() && !contents.isCrashed()) {
      // As text: objects are copied property by property on their way through the context bridge, and a busy log
      // has a thousand of them a second.
      contents.send(channel.event, JSON.stringify(event));
    }
  });
}

/** The main frame of our own window, showing our own page. Anything else is refused, also what is unclear. */
function isOurs(event: IpcMainInvokeEvent, window: BrowserWindow | null, origin: string): boolean {
  const frame = event.senderFrame;
  if (window === null || window.isDestroyed() || !frame) return false;
  return (
    event.sender.id === window.webContents.id &&
    frame.parent === null &&
    frame.frameTreeNodeId === window.webContents.mainFrame.frameTreeNodeId &&
    originOf(frame.url) === origin
  );
}

/** Scheme and host. `URL.origin` says "null" for schemes that only Chromium knows as standard ones. */
export function originOf(url: string): string | null {
  try {
    const { protocol, host } = new URL(url);
    return `${protocol}//${host}`;
  } catch {
    return null;
  }
}
