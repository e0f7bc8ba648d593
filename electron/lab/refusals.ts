// What the practice servers refused, and why: for people to read, and for tests to name.

/** Stable: tests and the tour compare these, never the sentences. */
export type RefusalCode =
  | "no-token"
  | "token-in-query"
  | "token-twice"
  | "wrong-scheme"
  | "malformed"
  | "wrong-algorithm"
  | "unknown-key"
  | "bad-signature"
  | "unknown-crit"
  | "wrong-type"
  | "wrong-issuer"
  | "wrong-audience"
  | "expired"
  | "not-yet-valid"
  | "issued-in-future"
  | "claim-missing"
  | "inactive"
  | "unbound-token"
  | "no-certificate"
  | "untrusted-certificate"
  | "wrong-certificate"
  | "no-proof"
  | "no-nonce"
  | "wrong-proof"
  | "no-actor"
  | "actor-not-agent"
  | "scope-short"
  | "no-key"
  | "wrong-key";

export interface LabRefusal {
  /** UTC milliseconds. */
  readonly at: number;
  /** Name of the server that refused. */
  readonly server: string;
  /** HTTP status that it answered. */
  readonly status: number;
  readonly code: RefusalCode;
  /** For people; holds no token. */
  readonly reason: string;
}

const KEPT = 500;

/** Remembers the latest 500 refusals of all practice servers. */
export class Refusals {
  readonly #kept: LabRefusal[] = [];
  readonly #listeners = new Set<(refusal: LabRefusal) => void>();

  note(refusal: LabRefusal): void {
    this.#kept.push(refusal);
    if (this.#kept.length > KEPT) this.#kept.shift();
    for (const listener of this.#listeners) listener(refusal);
  }

  /** Oldest first. */
  all(): readonly LabRefusal[] {
    return [...this.#kept];
  }

  /** The latest refusal of one server, or of any. */
  last(server?: string): LabRefusal | null {
    return this.#kept.filter((r) => server === undefined || r.server === server).at(-1) ?? null;
  }

  /** @returns how to stop listening. */
  on(listener: (refusal: LabRefusal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
