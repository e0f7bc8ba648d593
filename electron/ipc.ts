// The one place that touches ipcMain. Who calls is decided here, by frame, page and window; what may be
// called is decided by the contract.
import { type BrowserWindow, ipcMain, type IpcMainInvokeEvent } from "electron";
import { Refusal } from "./core/errors.ts";
import { complaint } from "./core/sentences.ts";
import type { Desk } from "./surface.ts";

const CALL = "countersign:call";
const EVENT = "countersign:event";

export interface IpcParts {
  readonly desk: Desk;
  /** The app window, if there is one now. */
  readonly appWindow: () => BrowserWindow | null;
  /** Origin of the pages that may call: `app://countersign`. */
  readonly origin: string;
}

/** Answers contract calls of the app window, and pushes events to it, until the process ends. */
export function setupIpc({ desk, appWindow, origin }: IpcParts): void {
  ipcMain.handle(CALL, (event, method: unknown, input: unknown) => {
    if (!isOurs(event, appWindow(), origin)) {
      const refusal = new Refusal("surface_refused", {
        method: typeof method === "string" ? method.slice(0, 80) : "unknown",
        surface: "another page",
      });
      return { ok: false, error: complaint(refusal) };
    }
    return desk.call("app", method, input);
  });
  desk.watch((event) => {
    const contents = appWindow()?.webContents;
    // A hint that reaches no page is lost on purpose: a page asks for the present state when it loads.
    if (contents && !contents.isDestroyed() && !contents.isCrashed()) contents.send(EVENT, event);
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
