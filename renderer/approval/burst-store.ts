// Keeps the list of an agent's questions: each row is shown and answered as a question of its own, with its own nonce and
// the hash of its own bytes. There is no answer for the list.
import type { Bridge } from "../bridge.ts";
import type { Question, Verdict } from "../types.ts";
import { type Burst, callsOf, grown, hashOf, isLive, looksOther, type Row } from "./burst-rows.ts";

/** Milliseconds that a yes is dead after the list changed, at least; main counts each row's own. */
const DEAD = 500;
export type RowChoice = "allow" | "deny";

export class BurstStore {
  readonly #bridge: Bridge;
  readonly #changed: (burst: Burst | null) => void;
  #burst: Burst | null = null;
  #showing = 0;
  /** A no that came while answers were on their way. */
  #after: (() => void) | null = null;

  constructor(bridge: Bridge, changed: (burst: Burst | null) => void) {
    this.#bridge = bridge;
    this.#changed = changed;
  }

  get burst(): Burst | null {
    return this.#burst;
  }

  #set(burst: Burst | null): void {
    this.#burst = burst;
    this.#changed(burst);
  }

  #change(id: string, part: Partial<Row>): void {
    if (this.#burst === null) return;
    const rows = this.#burst.rows.map((row) =>
      row.question.id === id ? { ...row, ...part } : row,
    );
    this.#set({ ...this.#burst, rows });
  }

  /** Begins a list where several calls of this question's agent wait. @returns whether it did */
  begin(first: Question, open: readonly Question[]): boolean {
    if (first.matter.kind !== "call") return false;
    const { agent } = first.matter.subject;
    const calls = callsOf(open, agent.id);
    if (calls.length < 2) return false;
    const rows = grown([], calls, Date.now());
    this.#set({ agent, rows, armed: Infinity, answering: false });
    void this.showAll();
    return true;
  }

  /** Takes in what is open now. The list ends with its last row. */
  update(open: readonly Question[]): void {
    const burst = this.#burst;
    if (burst === null) return;
    const rows = grown(burst.rows, callsOf(open, burst.agent.id), Date.now());
    if (!rows.some(isLive)) return this.#set(null);
    // At most twice for each of its rows: an agent cannot keep a yes dead for ever.
    const armed = looksOther(burst.rows, rows)
      ? Math.max(burst.armed, performance.now() + DEAD)
      : burst.armed;
    this.#set({ ...burst, rows, armed });
    const known = new Set(burst.rows.map(({ question }) => question.id));
    for (const { question } of rows) if (!known.has(question.id)) void this.#show(question.id);
  }

  async #show(id: string): Promise<void> {
    this.#change(id, { nonce: null });
    const reply = await this.#bridge.call("questions.show", { id });
    if (!reply.ok) return;
    const { nonce, ...question } = reply.value;
    this.#change(id, { nonce, question });
  }

  /** Shows every row anew: the window moved, came back or changed its size, or somebody pressed too early. */
  async showAll(): Promise<void> {
    const turn = ++this.#showing;
    if (this.#burst === null) return;
    this.#set({ ...this.#burst, armed: Infinity });
    await Promise.all(
      this.#burst.rows.filter(isLive).map(({ question }) => this.#show(question.id)),
    );
    if (this.#burst === null || turn !== this.#showing) return;
    this.#set({ ...this.#burst, armed: performance.now() + DEAD });
  }

  /** The person is busy with the list: all of it waits on. */
  hold(): void {
    for (const { question, nonce, end } of this.#burst?.rows ?? []) {
      if (end !== null || nonce === null) continue;
      void this.#bridge.call("questions.hold", { id: question.id, nonce });
    }
  }

  /** Answers the rows that were chosen, and no others. */
  async answer(choices: ReadonlyMap<string, RowChoice>): Promise<void> {
    await this.#say((row) => {
      const choice = choices.get(row.question.id);
      if (choice === undefined) return null;
      return choice === "deny"
        ? { type: "deny" }
        : { type: "allow", lifetime: "once", scope: "arguments" };
    });
  }

  /** No to every row. `pause`: and the person did not ask for any of it. */
  async denyAll(pause: boolean): Promise<void> {
    if (this.#burst?.answering === true) {
      this.#after = () => void this.denyAll(pause);
      return;
    }
    const first = this.#burst?.rows.find(isLive);
    await this.#say((row) => ({ type: pause && row === first ? "deny-and-pause" : "deny" }));
  }

  async #say(verdictFor: (row: Row) => Verdict | null): Promise<void> {
    const burst = this.#burst;
    if (burst === null || burst.answering) return;
    // Decided on the list as it is on the screen, before anything new comes in.
    const said = burst.rows
      .filter(isLive)
      .map((row) => ({ row, verdict: verdictFor(row) }))
      .filter((one): one is { row: Row; verdict: Verdict } => one.verdict !== null);
    this.#set({ ...burst, answering: true });
    let refused = false;
    await Promise.all(
      said.map(async ({ row, verdict }) => {
        const { id } = row.question;
        const nonce = await this.#nonceOf(id, verdict);
        if (nonce === null) return;
        const hash = hashOf(row.question);
        const reply = await this.#bridge.call("questions.answer", { id, nonce, verdict, hash });
        if (reply.ok) {
          this.#change(id, {
            end: verdict.type === "allow" ? "allowed" : "denied",
            complaint: null,
          });
        } else if (reply.error.code !== "question_closed") {
          refused = true;
          this.#change(id, { complaint: reply.error });
        }
      }),
    );
    this.#idle();
    if (refused) void this.showAll();
  }

  #idle(): void {
    if (this.#burst !== null) this.#set({ ...this.#burst, answering: false });
    const after = this.#after;
    this.#after = null;
    after?.();
  }

  /** A no must not get lost because a showing is under way; a yes is for the showing that was on the screen. */
  async #nonceOf(id: string, verdict: Verdict): Promise<string | null> {
    const now = (): string | null =>
      this.#burst?.rows.find(({ question }) => question.id === id)?.nonce ?? null;
    if (now() === null && verdict.type !== "allow") await this.#show(id);
    return now();
  }
}
