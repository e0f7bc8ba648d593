// What the app knows besides calls: status and lists. Asked for again whenever an event hints at a change,
// and everything after the link came back.
import type { Bridge, Link } from "../bridge.ts";
import type {
  AccountView,
  AgentView,
  AppEvent,
  AppStatus,
  CertificateView,
  Complaint,
  ConsentView,
  Grant,
  Issuer,
  LabelsView,
  LabStatus,
  Method,
  Reply,
  Rule,
  ServerView,
  Waiting,
} from "../types.ts";
import { Feed } from "./feed.ts";
import { TourState } from "./tour-state.ts";

/** What is asked for, and with which method. */
interface Parts {
  readonly status: AppStatus;
  readonly servers: readonly ServerView[];
  readonly agents: readonly AgentView[];
  readonly issuers: readonly Issuer[];
  readonly accounts: readonly AccountView[];
  readonly certificates: readonly CertificateView[];
  readonly lab: LabStatus;
  readonly rules: readonly Rule[];
  readonly grants: readonly Grant[];
  readonly labels: LabelsView;
  readonly consents: readonly ConsentView[];
  readonly waiting: Waiting;
}
export type Part = keyof Parts;

export interface AppView extends Readonly<{ [P in Part]: Parts[P] | null }> {
  readonly link: Link;
  /** Why the first status could not be had. */
  readonly complaint: Complaint | null;
}

const METHOD = {
  status: "app.status",
  servers: "servers.list",
  agents: "agents.list",
  issuers: "issuers.list",
  accounts: "accounts.list",
  certificates: "certificates.list",
  lab: "lab.status",
  rules: "rules.list",
  grants: "grants.list",
  labels: "labels.list",
  consents: "consents.list",
  waiting: "questions.waiting",
} as const satisfies Record<Part, Method>;
const PARTS = Object.keys(METHOD) as Part[];

/** Which parts an event makes stale. Counts are part of the status, so it is asked for each time. */
const STALE: Record<Extract<AppEvent, { type: "changed" }>["what"], readonly Part[]> = {
  servers: ["servers", "status", "consents"],
  apis: ["servers"],
  agents: ["agents", "status", "consents"],
  issuers: ["issuers", "consents"],
  accounts: ["accounts", "consents"],
  certificates: ["certificates", "status"],
  actors: [],
  programs: [],
  rules: ["rules"],
  policies: [],
  // Asked for where it is shown.
  learning: [],
  connections: [],
  // Asked for where they are shown.
  pins: [],
  updates: [],
  grants: ["grants"],
  labels: ["labels"],
  consents: ["consents"],
  questions: ["waiting"],
  tenants: ["servers", "agents", "issuers", "accounts", "certificates"],
  vault: ["status"],
  settings: ["status", "servers", "agents"],
  troubles: ["status"],
  lab: ["lab"],
  // Taken by the frame itself (shell/links.ts).
  link: [],
  // Whoever waits for a sign-in asks about that one.
  "sign-ins": [],
};

const COUNT_MS = 2000;

export class AppStore {
  readonly feed: Feed;
  readonly tour: TourState;
  readonly bridge: Bridge;
  #view: AppView;
  readonly #listeners = new Set<() => void>();
  #counting = false;
  /** Parts being asked for; `true` if they went stale again meanwhile. */
  readonly #asking = new Map<Part, boolean>();

  constructor(bridge: Bridge) {
    this.bridge = bridge;
    this.feed = new Feed(bridge);
    this.tour = new TourState(bridge);
    this.#view = {
      link: bridge.link(),
      status: null,
      servers: null,
      agents: null,
      issuers: null,
      accounts: null,
      certificates: null,
      lab: null,
      rules: null,
      grants: null,
      labels: null,
      consents: null,
      waiting: null,
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
    if (event.type === "calls") {
      this.feed.receive(event.rows);
      this.#countSoon();
    }
    if (event.type === "tour") this.tour.receive(event);
    if (event.type === "changed") for (const part of STALE[event.what] ?? []) this.refresh(part);
  }

  /** The status counts the calls: it is asked for again soon, and once for many of them. */
  #countSoon(): void {
    if (this.#counting) return;
    this.#counting = true;
    setTimeout(() => {
      this.#counting = false;
      this.refresh("status");
    }, COUNT_MS);
  }

  refreshAll(): void {
    for (const part of PARTS) this.refresh(part);
    void this.feed.reload();
  }

  /** After this page changed something itself: do not wait for the event. */
  refreshLists(): void {
    for (const part of ["status", "servers", "agents"] as const) this.refresh(part);
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
    // One call for any part: the map above keeps method and part together, which the type cannot see.
    const reply = (await this.bridge.call(METHOD[part], {})) as Reply<Parts[Part]>;
    if (reply.ok) this.#set({ [part]: reply.value, ...(part === "status" && { complaint: null }) });
    else if (part === "status" && this.#view.status === null) this.#set({ complaint: reply.error });
  }
}
