// A machine whose clocks, timers and sleep the test rules, and tokens to live on it.
import type { Clock } from "../../../../electron/core/clock.ts";
import type { LiveSecrets } from "../../../../electron/core/credentials.ts";
import { asRefusal, Refusal } from "../../../../electron/core/errors.ts";
import type { Log } from "../../../../electron/core/log.ts";
import { sortFailure } from "../../../../electron/core/oauth/keeping/failures.ts";
import type { TokenKey } from "../../../../electron/core/oauth/keeping/token-key.ts";
import {
  createTokenKeeper,
  type Obtain,
  type Timers,
  type TokenKeeper,
  type TokenKeeperPorts,
} from "../../../../electron/core/oauth/keeping/token-keeper.ts";
import type { CheckedToken } from "../../../../electron/core/oauth/types.ts";
import { Secret } from "../../../../electron/core/secret.ts";

export const ISSUER = "https://issuer.example";
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

interface Alarm {
  readonly at: number;
  readonly run: () => void;
  off: boolean;
}

/** Lets everything that waits on promises run. No time passes. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Machine implements Clock, Timers {
  /** What really passed, asleep or awake. */
  truth = 0;
  #wall = Date.UTC(2026, 10, 24);
  #mono = 0;
  #heap: Alarm[] = [];

  now(): number {
    return Math.floor(this.#wall);
  }
  monotonic(): number {
    return this.#mono;
  }
  get alarms(): number {
    return this.#heap.filter((a) => !a.off).length;
  }

  after(ms: number, run: () => void): () => void {
    const alarm = { at: this.#mono + ms, run, off: false };
    const heap = this.#heap;
    let i = heap.push(alarm) - 1;
    while (i > 0 && heap[(i - 1) >> 1]!.at > alarm.at) {
      heap[i] = heap[(i - 1) >> 1]!;
      i = (i - 1) >> 1;
    }
    heap[i] = alarm;
    return () => {
      alarm.off = true;
    };
  }

  #pop(): Alarm | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || top === last) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child++;
      if (heap[child]!.at >= last.at) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }

  #pass(ms: number): void {
    this.#mono += ms;
    this.#wall += ms;
    this.truth += ms;
  }

  /** Time passes, and timers fire in their order. */
  async advance(ms: number): Promise<void> {
    const end = this.#mono + ms;
    await settle();
    while (this.#heap.length > 0 && this.#heap[0]!.at <= end) {
      const alarm = this.#pop();
      if (alarm === undefined || alarm.off) continue;
      this.#pass(Math.max(0, alarm.at - this.#mono));
      alarm.run();
      await settle();
    }
    this.#pass(Math.max(0, end - this.#mono));
    await settle();
  }

  /** The lid is shut: wall time passes, the monotonic clock and the timers stand still (CLOCK_MONOTONIC, Linux). */
  sleep(ms: number): void {
    this.#wall += ms;
    this.truth += ms;
  }

  /** The lid is shut on a system whose clocks all run on (Windows): timers fire when it is opened again, late. */
  suspend(ms: number): void {
    this.#pass(ms);
  }

  /** Somebody sets the clock. No time passes. */
  setClock(byMs: number): void {
    this.#wall += byMs;
  }
}

/** A small, fast, seeded source of numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

let count = 0;
export function tokenAt(
  now: number,
  lifeMs: number,
  change: Partial<CheckedToken> = {},
): CheckedToken {
  return {
    value: new Secret(`access-token-${++count}`),
    scheme: "Bearer",
    issuer: ISSUER,
    obtainedAt: now,
    expiresAt: now + lifeMs,
    scope: ["mcp:invoke"],
    binding: { type: "none" },
    subject: null,
    audience: [],
    actors: [],
    refreshToken: null,
    idClaims: null,
    ...change,
  };
}

export const keyOf = (change: Partial<TokenKey> = {}): TokenKey => ({
  tenant: "personal",
  issuer: ISSUER,
  clientId: "countersign",
  credentialVersion: "sec_1",
  server: "srv_000000001",
  account: null,
  agent: null,
  resource: "https://notes.example/mcp",
  scope: ["mcp:invoke"],
  identity: null,
  ...change,
});

/** Counts owners of each secret, as the journal's redaction does. */
export class Owners implements LiveSecrets {
  readonly counts = new Map<string, number>();
  add(secret: Secret): void {
    this.#count(secret, 1);
  }
  remove(secret: Secret): void {
    this.#count(secret, -1);
  }
  #count(secret: Secret, by: number): void {
    const text = secret.reveal();
    const next = (this.counts.get(text) ?? 0) + by;
    if (next < 0) throw new Error("removed more often than added");
    if (next === 0) this.counts.delete(text);
    else this.counts.set(text, next);
  }
}

export const quiet: Log = { info() {}, warn() {}, error() {} };

export interface Bench {
  readonly machine: Machine;
  readonly keeper: TokenKeeper;
  readonly owners: Owners;
  readonly asked: string[];
}

export function bench(change: Partial<TokenKeeperPorts> = {}): Bench {
  const machine = new Machine();
  const owners = new Owners();
  const asked: string[] = [];
  const keeper = createTokenKeeper({
    clock: machine,
    random: seeded(7),
    timers: machine,
    classify: sortFailure,
    live: owners,
    askSignIn: (key) => asked.push(key.account ?? key.clientId),
    log: quiet,
    ...change,
  });
  return { machine, keeper, owners, asked };
}

export const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return asRefusal(error).code;
  }
  return "nothing was refused";
};

/** A promise with its handles outside. */
export function gate<T>(): {
  readonly promise: Promise<T>;
  readonly open: (value: T) => void;
  readonly fail: (error: Error) => void;
} {
  let open: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** An issuer that answers at once, and remembers what it was asked for. */
export function issuer(machine: Machine, lifeMs = HOUR) {
  const reasons: string[] = [];
  const previous: (CheckedToken | null)[] = [];
  let trouble: Refusal | null = null;
  const obtain: Obtain = async (reason, before) => {
    reasons.push(reason);
    previous.push(before);
    await Promise.resolve();
    if (trouble !== null) throw trouble;
    return tokenAt(machine.now(), lifeMs);
  };
  return {
    obtain,
    reasons,
    previous,
    fail: (refusal: Refusal | null) => {
      trouble = refusal;
    },
  };
}
export const down = (): Refusal =>
  new Refusal("issuer_unreachable", { issuer: ISSUER, reason: "refused" });
