// The browser form: JSON over HTTP to the origin that served this page, events as a stream of lines.
import type { Bridge, Link } from "./bridge.ts";
import { jsonLines } from "./lib/ndjson.ts";
import type { AppEvent, Complaint, Reply } from "./types.ts";
import { words } from "./words.ts";

/** What the page gives; handed in so that the transport can be driven without a page. */
export interface Surroundings {
  readonly code: string | null;
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  readonly fetch: typeof fetch;
  readonly platform: string;
  /** Where the endpoints are; empty for the page's own origin. */
  readonly base?: string;
}

const SESSION_KEY = "countersign.session";
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5000;

export function browserBridge(around: Surroundings): Bridge {
  const base = around.base ?? "";
  const listeners = new Set<(event: AppEvent) => void>();
  const linkListeners = new Set<(link: Link) => void>();
  let link: Link = "connecting";
  let code = around.code;
  let wake: (() => void) | null = null;
  let running = false;

  const setLink = (next: Link): void => {
    if (next === link) return;
    link = next;
    for (const listener of linkListeners) listener(next);
  };

  async function send(
    path: string,
    body: unknown,
    session: string | null,
  ): Promise<Reply<unknown>> {
    const response = await around.fetch(`${base}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(session === null ? {} : { authorization: `Bearer ${session}` }),
      },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
    const reply = asReply(await response.json().catch(() => undefined));
    if (reply !== null) return reply;
    return response.status === 401 ? refusal("app_session_missing") : refusal("internal");
  }

  // One exchange for all callers: the code works once.
  let exchange: Promise<string | null> | null = null;
  function session(): Promise<string | null> {
    if (code === null) return Promise.resolve(around.storage.getItem(SESSION_KEY));
    exchange ??= trade(code).finally(() => (exchange = null));
    return exchange;
  }
  async function trade(once: string): Promise<string | null> {
    const reply = await send("/session", { code: once }, null);
    code = null;
    const value = reply.ok ? (reply.value as { session?: unknown }).session : null;
    // A link opened twice in one tab: the session that it started the first time may still be good.
    if (typeof value !== "string") return around.storage.getItem(SESSION_KEY);
    around.storage.setItem(SESSION_KEY, value);
    return value;
  }

  async function call(method: string, input: unknown): Promise<Reply<unknown>> {
    try {
      const token = await session();
      const reply =
        token === null
          ? refusal("app_session_missing")
          : await send("/call", { method, input }, token);
      if (!reply.ok && reply.error.code === "app_session_missing") signOut();
      return reply;
    } catch {
      // Nothing came back. Whether the link is lost is for the event stream to say.
      return refusal("not_running");
    }
  }

  function signOut(): void {
    around.storage.removeItem(SESSION_KEY);
    setLink("signed-out");
  }

  async function listen(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (listeners.size > 0) {
      try {
        const token = await session();
        if (token === null) return signOut();
        const response = await around.fetch(`${base}/events`, {
          headers: { authorization: `Bearer ${token}` },
          cache: "no-store",
          credentials: "omit",
          redirect: "error",
        });
        if (response.status === 401) return signOut();
        if (!response.ok || response.body === null) throw new Error("no stream");
        wait = FIRST_WAIT_MS;
        setLink("open");
        for await (const event of jsonLines(response.body)) tell(event);
      } catch {
        // Lost, refused or cut: told below, tried again.
      }
      if (listeners.size === 0) return;
      setLink("lost");
      await new Promise<void>((done) => {
        wake = done;
        setTimeout(done, wait * (0.75 + Math.random() / 2));
      });
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  function tell(event: unknown): void {
    if (typeof event !== "object" || event === null || !("type" in event)) return;
    for (const listener of listeners) listener(event as AppEvent);
  }

  return {
    form: "browser",
    platform: around.platform,
    call: (method, input) => call(method, input) as Promise<Reply<never>>,
    watch(listener) {
      listeners.add(listener);
      if (!running) {
        running = true;
        void listen().finally(() => (running = false));
      }
      return () => listeners.delete(listener);
    },
    link: () => link,
    onLink(listener) {
      linkListeners.add(listener);
      return () => linkListeners.delete(listener);
    },
    retry: () => wake?.(),
  };
}

function asReply(value: unknown): Reply<unknown> | null {
  if (typeof value !== "object" || value === null || !("ok" in value)) return null;
  if (value.ok === true && "value" in value) return { ok: true, value: value.value };
  if (value.ok === false && "error" in value) return { ok: false, error: value.error as Complaint };
  return null;
}

/** A complaint about the way itself: the program could not be asked, so it could not word one. */
function refusal(code: "app_session_missing" | "not_running" | "internal"): Reply<never> {
  return { ok: false, error: { code, ...words.link.complaints[code], facts: {} } };
}
