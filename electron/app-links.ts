// Links of our scheme, from wherever the system hands them over. Adding a server is put to the person first, with the
// whole address and with no as the answer of Enter and Escape; nothing is fetched or started here at all (threat 34).
import { app, type BrowserWindow, dialog } from "electron";
import { linkIn, parseDeepLink } from "./core/deep-link.ts";
import { desktopWords } from "./core/sentences/desktop.ts";
import type { DeepLink } from "./core/shell.ts";

export interface LinkParts {
  readonly window: () => BrowserWindow | null;
  readonly show: () => void;
  /** The page may take it now. */
  readonly came: () => void;
}

export interface Links {
  /** Arguments of a start, this one or a second one: hostile, and read for one link only. */
  arguments(args: readonly string[]): void;
  /** From our own menu: nobody needs to be asked. */
  go(link: DeepLink): void;
  take(): DeepLink | null;
  ready(parts: LinkParts): void;
}

export function createLinks(): Links {
  let parts: LinkParts | null = null;
  /** Came before the window was there. */
  let early: DeepLink | null = null;
  let agreed: DeepLink | null = null;
  let asking = false;

  function go(link: DeepLink): void {
    agreed = link;
    parts?.show();
    parts?.came();
  }

  async function receive(link: DeepLink | null): Promise<void> {
    if (link === null) return;
    if (parts === null) {
      early = link;
      return;
    }
    if (link.kind === "open") return go(link);
    // A page that opens many links gets one box, not many.
    if (asking) return;
    asking = true;
    try {
      parts.show();
      if (await agrees(parts.window(), link.url)) go(link);
    } finally {
      asking = false;
    }
  }

  // macOS hands links over as an event, also one that started the app.
  app.on("open-url", (event, url) => {
    event.preventDefault();
    void receive(parseDeepLink(url));
  });

  return {
    arguments: (args) => void receive(linkIn(args)),
    go,
    take() {
      const link = agreed;
      agreed = null;
      return link;
    },
    ready(now) {
      parts = now;
      const link = early;
      early = null;
      void receive(link);
    },
  };
}

async function agrees(window: BrowserWindow | null, url: string): Promise<boolean> {
  const w = desktopWords.link;
  const box = {
    type: "question" as const,
    title: w.title,
    message: w.message,
    // Not through replace's patterns: an address may hold `$&`.
    detail: w.detail.split("{url}").join(url),
    buttons: [w.cancel, w.open],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
  const { response } = window
    ? await dialog.showMessageBox(window, box)
    : await dialog.showMessageBox(box);
  return response === 1;
}
