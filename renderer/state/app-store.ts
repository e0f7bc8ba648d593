// What the app knows besides calls: status, servers, agents. Asked for again whenever an event hints at
// a change, and everything after the link came back.
import type { Bridge, Link } from "../bridge.ts";
import type { AgentView, AppEvent, AppStatus, Complaint, ServerView } from "../types.ts";
import { Feed } from "./feed.ts";

export interface AppView {
  readonly link: Link;
  readonly status: AppStatus | null;
  /** Null until known. */
  readonly servers: readonly ServerView[] | null;
  readonly agents: readonly AgentView[] | null;
  /** Why the first status could not be had. */
  readonly complaint: Complaint | null;
}

type Part = "status" | "servers" | "agents";

/** Which parts an event makes stale. Counts are part of the status, so it is asked for each time. */
const STALE: Record<Extract<AppEvent, { type: "changed" }>["what"], readonly Part[]> = {
  servers: ["servers", "status"],
  agents: ["agents", "status"],
  tenants: ["servers", "agents"],
  vault: ["status"],
  settings: ["status", "servers", "agents"],
  troubles: ["status"],
};

export class AppStore {
  readonly feed: Feed;
  readonly bridge: Bridge;
  #view: AppView;
  readonly #listeners = new Set<() => void>();
  /** Parts being asked for; `true` if they went stale again meanwhile. */
  readonly #asking = new Map<Part, boolean>();

  constructor(bridge: Bridge) {
    this.bridge = bridge;
    this.feed = new Feed(bridge);
    this.#view = {
      link: bridge.link(),
      status: null,
      servers: null,
      agents: null,
      complaint: null,
    };
  }

  readonly view = (): AppView => this.#view;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(change: Partial<AppView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Starts listening and asks for everything. Returns the way to stop. */
  start(): () => void {
    const stopLink = this.bridge.onLink((link) => {
      this.#set({ link });
      if (link === "open") this.refreshAll();
    });
    const stopEvents = this.bridge.watch((event) => this.#receive(event));
    if (this.bridge.link() === "open") this.refreshAll();
    return () => {
      stopEvents();
      stopLink();
    };
  }

  #receive(event: AppEvent): void {
    if (event.type === "calls") this.feed.receive(event.rows);
    else for (const part of STALE[event.what] ?? []) this.refresh(part);
  }

  refreshAll(): void {
    this.refreshLists();
    void this.feed.reload();
  }

  /** After this page changed something itself: do not wait for the event. */
  refreshLists(): void {
    this.refresh("status");
    this.refresh("servers");
    this.refresh("agents");
  }

  /** Asks for one part again. Hints that come while it is being asked for lead to one more question. */
  refresh(part: Part): void {
    if (this.#asking.has(part)) {
      this.#asking.set(part, true);
      return;
    }
    this.#asking.set(part, false);
    void this.#ask(part).finally(() => {
      const again = this.#asking.get(part) === true;
      this.#asking.delete(part);
      if (again) this.refresh(part);
    });
  }

  async #ask(part: Part): Promise<void> {
    if (part === "status") {
      const reply = await this.bridge.call("app.status", {});
      if (reply.ok) this.#set({ status: reply.value, complaint: null });
      else if (this.#view.status === null) this.#set({ complaint: reply.error });
    } else if (part === "servers") {
      const reply = await this.bridge.call("servers.list", {});
      if (reply.ok) this.#set({ servers: reply.value });
    } else {
      const reply = await this.bridge.call("agents.list", {});
      if (reply.ok) this.#set({ agents: reply.value });
    }
  }
}
