// What is asked now, and the one question that is shown. A showing begins anew whenever something about the window
// changes, so that no click that was meant for something else counts as a yes.
import type { Bridge, Link } from "../bridge.ts";
import type { Complaint, Question, ShownQuestion, Verdict } from "../types.ts";
import { type Burst, callsOf, hashOf } from "./burst-rows.ts";
import { BurstStore, type RowChoice } from "./burst-store.ts";

export interface QuestionView {
  readonly link: Link;
  readonly open: readonly Question[];
  readonly shown: ShownQuestion | null;
  /** Several calls of one agent, which are shown as a list; null where one question is shown. */
  readonly burst: Burst | null;
  /** The question that was opened out of the list. */
  readonly alone: string | null;
  /** performance.now() when an ordinary yes counts, and when one for good does. */
  readonly armed: { readonly once: number; readonly always: number };
  /** Why the last answer was not taken. */
  readonly complaint: Complaint | null;
  readonly answering: boolean;
  /** Where the person signs in, after a yes to that. */
  readonly page: string | null;
}

/** Milliseconds between two notes that the person is busy with the question. */
const HOLD_EVERY = 5000;

export class QuestionStore {
  readonly bridge: Bridge;
  #view: QuestionView;
  readonly #listeners = new Set<() => void>();
  #showing = 0;
  #shown: Promise<void> = Promise.resolve();
  #heldAt = -Infinity;
  /** The question that the person has begun with: it is not taken from under their hands. */
  #begun: string | null = null;
  #refreshing: Promise<void> | null = null;
  #stale = false;
  readonly #list: BurstStore;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
    this.#list = new BurstStore(bridge, (burst) => this.#set({ burst }));
    this.#view = {
      link: bridge.link(),
      open: [],
      shown: null,
      burst: null,
      alone: null,
      armed: { once: Infinity, always: Infinity },
      complaint: null,
      answering: false,
      page: null,
    };
  }

  readonly view = (): QuestionView => this.#view;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(change: Partial<QuestionView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }

  start(): void {
    this.bridge.onLink((link) => {
      this.#set({ link });
      if (link === "open") void this.refresh();
    });
    this.bridge.watch((event) => {
      if (event.type === "changed" && event.what === "questions") void this.refresh();
    });
    if (this.bridge.link() === "open") void this.refresh();
    for (const name of ["focus", "resize"] as const) {
      window.addEventListener(name, () => this.again());
    }
    document.addEventListener("visibilitychange", () => this.again());
  }

  /** Looks at what is open. While one look is under way, one more is enough for all that happens meanwhile. */
  refresh(): Promise<void> {
    this.#stale = true;
    this.#refreshing ??= (async () => {
      while (this.#stale) {
        this.#stale = false;
        await this.#look();
      }
      this.#refreshing = null;
    })();
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    const reply = await this.bridge.call("questions.list", {});
    if (!reply.ok) return;
    const open = reply.value;
    const { shown, alone } = this.#view;
    this.#list.update(open);
    // A row that was opened by itself, and is being shown.
    if (shown === null && open.some(({ id }) => id === alone)) return this.#set({ open });
    const same = open.find(({ id }) => id === shown?.id);
    if (same !== undefined && shown !== null) {
      // Deadline and number of calls may have changed; what is asked cannot.
      this.#set({ open, shown: { ...same, nonce: shown.nonce } });
      if (alone === null && this.#begun !== same.id && this.#list.begin(same, open)) {
        this.#set({ shown: null });
      }
      return;
    }
    this.#set({ open, shown: null, alone: null, complaint: null });
    if (this.#list.burst !== null) {
      if (alone !== null) await this.#list.showAll();
      return;
    }
    const [first] = open;
    if (first === undefined || this.#list.begin(first, open)) return;
    await this.show(first.id);
  }

  /** Calls of the agent whose question is shown, which could be shown together. */
  together(): number {
    const { shown, open, alone } = this.#view;
    if (shown === null || shown.matter.kind !== "call" || alone !== null) return 0;
    return callsOf(open, shown.matter.subject.agent.id).length;
  }

  /** The person wants the list instead of the one that they had begun with. */
  asList(): void {
    const { shown, open } = this.#view;
    if (shown !== null && this.#list.begin(shown, open)) this.#set({ shown: null });
  }

  /** Opens a row of the list by itself, with all that one question offers. */
  openAlone(id: string): void {
    this.#set({ alone: id, shown: null, complaint: null });
    void this.show(id);
  }

  backToList(): void {
    this.#set({ alone: null, shown: null, complaint: null });
    void this.#list.showAll();
  }

  async answerRows(choices: ReadonlyMap<string, RowChoice>): Promise<void> {
    await this.#list.answer(choices);
    await this.refresh();
  }

  async denyRows(pause: boolean): Promise<void> {
    await this.#list.denyAll(pause);
    await this.refresh();
  }

  /** Shows a question: an answer counts only after the dead time that begins now. */
  show(id: string): Promise<void> {
    this.#shown = this.#show(id);
    return this.#shown;
  }

  async #show(id: string): Promise<void> {
    const turn = ++this.#showing;
    // Nothing can be allowed while a new showing is being made.
    this.#set({ armed: { once: Infinity, always: Infinity } });
    const reply = await this.bridge.call("questions.show", { id });
    if (turn !== this.#showing || !reply.ok) return;
    const { deadTime } = reply.value;
    const now = performance.now();
    this.#set({
      shown: reply.value,
      armed: { once: now + deadTime.once, always: now + deadTime.always },
    });
  }

  /** The window moved, came back or changed its size: the dead time begins anew. */
  again(): void {
    const { shown, burst } = this.#view;
    if (shown !== null) void this.show(shown.id);
    else if (burst !== null) void this.#list.showAll();
  }

  /** The person is busy with the question: it waits on. */
  hold(): void {
    const { shown, burst } = this.#view;
    if (shown !== null) this.#begun = shown.id;
    const now = performance.now();
    if ((shown === null && burst === null) || now - this.#heldAt < HOLD_EVERY) return;
    this.#heldAt = now;
    if (shown === null) return this.#list.hold();
    void this.bridge.call("questions.hold", { id: shown.id, nonce: shown.nonce });
  }

  /** Asks the server of the question what it offers; the question is then shown anew. */
  async lookUp(): Promise<void> {
    const { shown } = this.#view;
    if (shown === null) return;
    this.#set({ complaint: null });
    await this.#shown;
    const nonce = this.#view.shown?.id === shown.id ? this.#view.shown.nonce : shown.nonce;
    const reply = await this.bridge.call("questions.lookUp", { id: shown.id, nonce });
    if (!reply.ok) this.#set({ complaint: reply.error });
    // Something else is asked now than before: what was shown before cannot be answered.
    else if (this.#view.shown?.id === shown.id) await this.show(shown.id);
  }

  /** Arguments as the person wants them; null: as they were. @returns why they were not taken */
  async revise(argumentsText: string | null): Promise<Complaint | null> {
    const { shown } = this.#view;
    if (shown === null) return null;
    await this.#shown;
    const nonce = this.#view.shown?.id === shown.id ? this.#view.shown.nonce : shown.nonce;
    const turn = ++this.#showing;
    this.#set({ armed: { once: Infinity, always: Infinity } });
    const reply = await this.bridge.call("questions.revise", {
      id: shown.id,
      nonce,
      argumentsText,
    });
    if (!reply.ok) {
      this.again();
      return reply.error;
    }
    if (turn !== this.#showing) return null;
    const now = performance.now();
    const { deadTime } = reply.value;
    this.#set({
      shown: reply.value,
      armed: { once: now + deadTime.once, always: now + deadTime.always },
    });
    return null;
  }

  async answer(verdict: Verdict): Promise<void> {
    const { shown, answering } = this.#view;
    if (shown === null || answering) return;
    this.#set({ answering: true, complaint: null, page: null });
    // A new showing may be under way: its nonce is the one that counts, and a no must not get lost.
    await this.#shown;
    const { id } = shown;
    // The bytes stay those that the person saw when they answered: what came since is not covered by it.
    const nonce = this.#view.shown?.id === id ? this.#view.shown.nonce : shown.nonce;
    const hash = hashOf(shown);
    const reply = await this.bridge.call("questions.answer", { id, nonce, verdict, hash });
    this.#set({ answering: false, complaint: reply.ok ? null : reply.error });
    if (reply.ok) {
      this.#set({ page: reply.value.url });
      await this.refresh();
    } else this.again();
  }
}
