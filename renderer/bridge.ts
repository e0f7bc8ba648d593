// The one way out of this page, and the one file that touches `window`. Two transports behind one
// interface: the preload's functions in the desktop window, HTTP to our own origin in a browser.
import { browserBridge } from "./transport.ts";
import type { AppEvent, InputOf, Method, OutputOf, Reply } from "./types.ts";

/**
 * `open`: calls and events work. `connecting`: not yet known. `lost`: Countersign does not answer.
 * `signed-out`: it answers, but this page holds no valid session; only a fresh link helps.
 */
export type Link = "connecting" | "open" | "lost" | "signed-out";

export interface Bridge {
  readonly form: "desktop" | "browser";
  readonly platform: string;
  /** Never rejects: whatever goes wrong is a Reply with a code. */
  call<M extends Method>(method: M, input: InputOf<M>): Promise<Reply<OutputOf<M>>>;
  /** Events in order. After the link comes back everything has to be asked for again. */
  watch(listener: (event: AppEvent) => void): () => void;
  link(): Link;
  onLink(listener: (link: Link) => void): () => void;
  /** Tries at once to reach a lost Countersign. */
  retry(): void;
}

/** What the preload puts on `window`. It carries data only: no event object, no channel names. */
export interface Preload {
  call(method: string, input: unknown): Promise<Reply<unknown>>;
  /** Each event as JSON text. */
  watch(listener: (text: string) => void): () => void;
  readonly platform: string;
}

declare global {
  interface Window {
    readonly countersign?: Preload;
  }
}

/** The bridge of the form that this page runs in. Call it once. */
export function makeBridge(): Bridge {
  const preload = window.countersign;
  if (preload !== undefined) return desktopBridge(preload);
  return browserBridge({
    code: takeCode(window.location, window.history),
    storage: window.sessionStorage,
    fetch: window.fetch.bind(window),
    platform: window.navigator.platform,
  });
}

/**
 * Reads the one-time code and clears it from the address at once: what stays in the address bar ends up
 * in bookmarks, screenshots and the session history.
 */
function takeCode(location: Location, history: History): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (location.hash !== "") history.replaceState(null, "", location.pathname);
  return code;
}

function desktopBridge(preload: Preload): Bridge {
  // Heard and read once, however many parts of the page listen.
  const listeners = new Set<(event: AppEvent) => void>();
  preload.watch((text) => {
    const event = JSON.parse(text) as AppEvent;
    for (const listener of listeners) listener(event);
  });
  return {
    form: "desktop",
    platform: preload.platform,
    call: (method, input) => preload.call(method, input) as Promise<Reply<never>>,
    watch(listener) {
      // A function of its own for each time: the same listener may be given twice.
      const one = (event: AppEvent): void => listener(event);
      listeners.add(one);
      return () => void listeners.delete(one);
    },
    // The main process lives as long as its window: there is no link to lose.
    link: () => "open",
    onLink: () => () => {},
    retry: () => {},
  };
}
