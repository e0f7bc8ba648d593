// The app window, with every door closed that it does not need.
import path from "node:path";
import {
  app,
  BrowserWindow,
  nativeTheme,
  screen,
  type Session,
  session,
  type WebContents,
} from "electron";
import { fitToDisplays, readWindowState, writeWindowState } from "./window-state.ts";

export interface WindowParts {
  readonly dataFolder: string;
  readonly preloadFolder: string;
  /** Where pages come from: `app://countersign`, or vite's server under `npm run dev`. */
  readonly pageOrigin: string;
  readonly title: string;
}

/** What every page of ours runs with. Each line is Electron's default today; none may depend on a default. */
export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  spellcheck: false,
  disableDialogs: true,
} as const;

/** Rules for every web contents there will ever be, also for one that nobody meant to make. */
export function lockDownContents(): void {
  app.on("web-contents-created", (_, contents) => {
    const deny = (event: { preventDefault(): void }): void => event.preventDefault();
    contents.on("will-navigate", deny);
    contents.on("will-redirect", deny);
    contents.on("will-frame-navigate", deny);
    contents.on("will-attach-webview", deny);
    contents.setWindowOpenHandler(() => ({ action: "deny" }));
  });
  // Never accepted, whatever the reason; certificates of servers are judged in host/, not by Chromium.
  app.on("certificate-error", (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on("select-client-certificate", (event, _contents, _url, _list, answer) => {
    event.preventDefault();
    answer();
  });
  app.on("login", (event) => event.preventDefault());
}

/** The session of our pages: in memory, no permission for anything, no download, nothing from the network. */
export function lockedSession(pageOrigin: string, partition: string): Session {
  // Without `persist:` nothing of it reaches the disk.
  const own = session.fromPartition(partition);
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.setSpellCheckerEnabled(false);
  own.on("will-download", (event) => event.preventDefault());
  own.webRequest.onBeforeRequest((details, answer) => {
    const ours = details.url.startsWith(`${pageOrigin}/`);
    // vite's hot reload speaks over a web socket of the same host; only under `npm run dev`.
    const hot =
      !pageOrigin.startsWith("app:") && details.url.startsWith(pageOrigin.replace(/^http/, "ws"));
    answer({ cancel: !ours && !hot && !isDevTools(details.url) });
  });
  return own;
}

const isDevTools = (url: string): boolean => !app.isPackaged && url.startsWith("devtools://");

/** Opens the window and loads the interface. It shows itself once there is something to see. */
export function openAppWindow(parts: WindowParts, own: Session): BrowserWindow {
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const { maximized, ...bounds } = fitToDisplays(readWindowState(parts.dataFolder), areas);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 480,
    minHeight: 400,
    show: false,
    title: parts.title,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? "#16181d" : "#fbfbfc",
    webPreferences: {
      ...WEB_PREFERENCES,
      devTools: !app.isPackaged,
      preload: path.join(parts.preloadFolder, "app.cjs"),
      session: own,
    },
  });
  // The page may not rename the window: its title says what it runs on.
  window.on("page-title-updated", (event) => event.preventDefault());
  window.once("ready-to-show", () => {
    if (maximized) window.maximize();
    window.show();
  });
  window.on("close", () => {
    writeWindowState(parts.dataFolder, {
      ...window.getNormalBounds(),
      maximized: window.isMaximized(),
    });
  });
  reloadOnceAfterCrash(window.webContents);
  const home = `${parts.pageOrigin}/index.html`;
  // about:blank needs no request, so Chromium asks nobody before it goes there: the way back is ours to take.
  window.webContents.on("did-navigate", (_, url) => {
    if (url.split("#", 1)[0] !== home) loadPage(window, home);
  });
  loadPage(window, home);
  return window;
}

/** A load that is broken off (the window closed, a reload came first) has nobody to tell. */
export function loadPage(window: BrowserWindow, url: string): void {
  window.loadURL(url).catch(() => {});
}

/** A renderer that dies is started again once a minute; one that keeps dying stays down, rather than flicker. */
function reloadOnceAfterCrash(contents: WebContents): void {
  let last = -Infinity;
  contents.on("render-process-gone", (_, details) => {
    if (details.reason === "clean-exit" || performance.now() - last < 60_000) return;
    last = performance.now();
    setImmediate(() => {
      if (!contents.isDestroyed()) contents.reload();
    });
  });
}

/** Brings a window to the person who asked for it. */
export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
