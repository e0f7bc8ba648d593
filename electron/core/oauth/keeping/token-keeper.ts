// Keeps access tokens while they live, and sees to it that however many callers want one, the issuer is asked
// once: early, in the background, spread over time, and not at all while it makes no sense.
import type { Clock } from "../../clock.ts";
import type { LiveSecrets } from "../../credentials.ts";
import { asRefusal, Refusal } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { CheckedToken } from "../types.ts";
import { retryWait, type Sorted } from "./failures.ts";
import { type Entry, lifeOf, newEntry, type Obtain, type ObtainReason } from "./kept-token.ts";
import { createLifeClock } from "./life-clock.ts";
import { keyText, type TokenKey } from "./token-key.ts";

/** Port: one timer; returns what cancels it. It must not keep a process alive. */
export interface Timers {
  after(ms: number, run: () => void): () => void;
}

export interface TokenKeeperPorts {
  readonly clock: Clock;
  /** In [0, 1), for jitter only. */
  readonly random: () => number;
  readonly timers: Timers;
  readonly classify: (error: unknown) => Sorted;
  /** Told of every kept token, so that journal and log keep it out. */
  readonly live: LiveSecrets;
  /** Called once for an account (or a key without one) until `retry` or `forget`: negative test 103. */
  readonly askSignIn: (key: TokenKey, refusal: Refusal) => void;
  readonly log: Log;
}

export type { Obtain, ObtainReason } from "./kept-token.ts";

/** How one kept token is doing, for people. */
export interface KeptView {
  readonly key: TokenKey;
  /** `stopped`: nothing is tried until a person did something. */
  readonly state: "good" | "renewing" | "failing" | "stopped";
  /** UTC milliseconds by the wall clock; null where there is no token. */
  readonly expiresAt: number | null;
  /** Code of the last failure. */
  readonly code: Refusal["code"] | null;
}

export interface TokenKeeper {
  /**
   * A token that is good now. `signal` ends this caller's waiting (`agent_hung_up`), not the shared work.
   * @throws Refusal what `obtain` threw, to everyone who waited, and again at once while no other try makes sense
   */
  get(key: TokenKey, obtain: Obtain, signal?: AbortSignal): Promise<CheckedToken>;
  /**
   * A server answered 401 to this very token. True: get() brings another one, try once more. False: another
   * one was just minted for this reason and did no better, so the 401 stands.
   */
  invalidate(key: TokenKey, token: CheckedToken): boolean;
  /** What stood in the way is mended (signed in, configured anew, vault open): failures are forgotten. */
  retry(matches: (key: TokenKey) => boolean): void;
  /** Drops token and failure. Who waits is refused. */
  forget(key: TokenKey): void;
  /** The same for all that match; returns the tokens that were kept, for revocation (RFC 7009). */
  forgetWhere(matches: (key: TokenKey) => boolean): CheckedToken[];
  /**
   * What these tokens rest on was replaced: they go without being renewed again, and who waits for one that is under
   * way still gets it.
   */
  retireWhere(matches: (key: TokenKey) => boolean): void;
  /** The vault was locked: nothing stays. */
  forgetAll(): void;
  view(): KeptView[];
}

/** Milliseconds in which a server's 401 forces one new token for a key, not more. */
const FORCED_GAP_MS = 60_000;
/** A timer that fires later than this slept with the machine, and so did its neighbours. Milliseconds. */
const LATE_MS = 5_000;
const SPREAD_MS = 30_000;
/** setTimeout takes 31 bits; a wake-up in between costs nothing. Milliseconds. */
const LONGEST_MS = 6 * 60 * 60_000;
/** A failure that nobody came back for is forgotten after this many milliseconds. */
const FAILURE_KEPT_MS = 10 * 60_000;
const MAX_KEYS = 10_000;

const idle = (): void => undefined;

export function createTokenKeeper(ports: TokenKeeperPorts): TokenKeeper {
  const { clock, random, timers, live, log } = ports;
  const life = createLifeClock(clock);
  // Insertion order is age of last use.
  const entries = new Map<string, Entry>();
  // Outlives forget(): even then the next try waits for the one under way, because an issuer that rotates
  // refresh tokens takes two at once for theft (RFC 9700 section 4.14.2).
  const running = new Map<string, Promise<unknown>>();
  const asked = new Set<string>();
  const accountText = ({ tenant, issuer, account }: TokenKey, text: string): string =>
    account === null ? text : JSON.stringify([tenant, issuer, account]);

  function entryFor(key: TokenKey): Entry {
    const text = keyText(key);
    const known = entries.get(text);
    entries.delete(text);
    const entry = known ?? newEntry(key);
    entries.set(text, entry);
    if (known === undefined && entries.size > MAX_KEYS) {
      for (const old of entries.values()) {
        if (old.job !== null || old === entry) continue;
        drop(old, new Refusal("internal"));
        break;
      }
    }
    return entry;
  }

  function drop(entry: Entry, because: Refusal): void {
    entry.cancel();
    entry.dropped = because;
    if (entries.get(entry.text) === entry) entries.delete(entry.text);
    for (const token of [entry.token, entry.former]) if (token !== null) live.remove(token.value);
    entry.token = null;
    entry.former = null;
  }

  const serves = (entry: Entry, now: number): boolean =>
    entry.token !== null && !entry.rejected && now < entry.usableUntil;
  const blocked = (entry: Entry, now: number): boolean =>
    entry.failure !== null && now < entry.failure.until;

  function arm(entry: Entry, at: number): void {
    entry.cancel();
    entry.wakeAt = at;
    const ms = Math.min(LONGEST_MS, Math.max(0, at - life()));
    entry.cancel = ms === Infinity ? idle : timers.after(ms, () => wake(entry));
  }

  /** When to look at this entry next without being asked. */
  function plan(entry: Entry): void {
    const again = entry.failure?.until ?? 0;
    if (entry.token === null) {
      // Until told, a failure stays, and needs no timer; it goes when the table is full.
      if (again === Infinity) entry.cancel();
      else arm(entry, Math.max(again, life()) + FAILURE_KEPT_MS);
      return;
    }
    const renewal = Math.max(entry.refreshAt, again, entry.quietUntil);
    arm(entry, Math.min(entry.usableUntil, renewal));
  }

  function wake(entry: Entry): void {
    if (entry.dropped !== null || entry.job !== null) return;
    const now = life();
    if (now < entry.wakeAt) return arm(entry, entry.wakeAt);
    if (entry.token === null) return drop(entry, new Refusal("internal"));
    if (!serves(entry, now)) {
      // Expired and nobody asked: nothing to renew. After a night's sleep this is every entry, and no herd forms.
      if (!blocked(entry, now)) return drop(entry, new Refusal("internal"));
      live.remove(entry.token.value);
      entry.token = null;
      return plan(entry);
    }
    if (!entry.used || blocked(entry, now)) return arm(entry, entry.usableUntil);
    if (now - entry.wakeAt > LATE_MS) {
      return arm(entry, now + random() * Math.min(SPREAD_MS, (entry.usableUntil - now) / 2));
    }
    background(entry);
  }

  function background(entry: Entry): void {
    if (entry.job !== null || entry.obtain === null) return;
    void start(entry, entry.obtain, "early").catch(idle);
  }

  function start(entry: Entry, obtain: Obtain, reason: ObtainReason): Promise<CheckedToken> {
    entry.cancel();
    const previous = entry.token;
    const job = (running.get(entry.text) ?? Promise.resolve())
      .then(() => {
        if (entry.dropped !== null) throw entry.dropped;
        return obtain(reason, previous);
      })
      .then(
        (token) => arrived(entry, token),
        (error: unknown) => failed(entry, error, reason),
      )
      .finally(() => {
        entry.job = null;
        if (running.get(entry.text) === settled) running.delete(entry.text);
        if (entry.dropped === null) plan(entry);
      });
    entry.job = job;
    const settled = job.catch(idle);
    running.set(entry.text, settled);
    return job;
  }

  function arrived(entry: Entry, token: CheckedToken): CheckedToken {
    if (entry.dropped !== null) throw entry.dropped;
    const now = life();
    if (entry.rejected) entry.noForceBefore = now + FORCED_GAP_MS;
    if (entry.former !== null) live.remove(entry.former.value);
    entry.former = entry.token;
    entry.token = token;
    live.add(token.value);
    Object.assign(entry, lifeOf(token, now, clock.now(), random));
    entry.used = false;
    entry.rejected = false;
    entry.failure = null;
    entry.failures = 0;
    entry.quietUntil = 0;
    asked.delete(accountText(entry.key, entry.text));
    return token;
  }

  function failed(entry: Entry, error: unknown, reason: ObtainReason): never {
    if (entry.dropped !== null) throw entry.dropped;
    const refusal = asRefusal(error);
    const { retry, afterMs } = ports.classify(error);
    const wait = retryWait(++entry.failures, afterMs ?? 0, random);
    // Whoever calls may try at once; a timer may not, or it would do nothing else.
    entry.quietUntil = life() + wait;
    if (retry !== "now") {
      entry.failure = { refusal, until: retry === "later" ? entry.quietUntil : Infinity };
      log.warn("token.failed", { code: refusal.code, issuer: entry.key.issuer, reason, retry });
    }
    const whose = accountText(entry.key, entry.text);
    if (retry === "after-sign-in" && !asked.has(whose)) {
      asked.add(whose);
      ports.askSignIn(entry.key, refusal);
    }
    throw refusal;
  }

  function forgetWhere(matches: (key: TokenKey) => boolean, because: Refusal): CheckedToken[] {
    const kept: CheckedToken[] = [];
    for (const entry of entries.values()) {
      if (!matches(entry.key)) continue;
      if (entry.token !== null) kept.push(entry.token);
      asked.delete(accountText(entry.key, entry.text));
      drop(entry, because);
    }
    return kept;
  }
  const changed = (): Refusal =>
    new Refusal("call_denied", { reason: "its credential was changed while it waited" });

  async function get(
    key: TokenKey,
    obtain: Obtain,
    signal: AbortSignal | undefined,
    last: boolean,
  ): Promise<CheckedToken> {
    if (signal?.aborted === true) throw new Refusal("agent_hung_up");
    const entry = entryFor(key);
    entry.obtain = obtain;
    const now = life();
    if (entry.token !== null && serves(entry, now)) {
      entry.used = true;
      if (now >= Math.max(entry.refreshAt, entry.quietUntil) && !blocked(entry, now)) {
        background(entry);
      }
      return entry.token;
    }
    if (entry.job === null && entry.failure !== null && blocked(entry, now)) {
      throw entry.failure.refusal;
    }
    const reason = entry.rejected ? "rejected" : entry.token === null ? "first" : "expired";
    const token = await heed(entry.job ?? start(entry, obtain, reason), signal);
    // The machine may have slept between the issuer's answer and now; then what came is over already.
    const over = entry.token === token && life() >= entry.usableUntil;
    return over && !last ? get(key, obtain, signal, true) : token;
  }

  return {
    get: (key, obtain, signal) => get(key, obtain, signal, false),

    invalidate(key, token) {
      const entry = entries.get(keyText(key));
      // Compare and set: of twenty that hold the same stale token, the first one marks it.
      if (entry?.token !== token || entry.rejected) return true;
      if (life() < entry.noForceBefore) return false;
      entry.rejected = true;
      return true;
    },

    retry(matches) {
      for (const entry of entries.values()) {
        if (!matches(entry.key)) continue;
        asked.delete(accountText(entry.key, entry.text));
        entry.failure = null;
        entry.failures = 0;
        entry.quietUntil = 0;
        if (entry.job === null) plan(entry);
      }
    },

    forget(key) {
      const text = keyText(key);
      forgetWhere((other) => keyText(other) === text, changed());
    },
    forgetWhere: (matches) => forgetWhere(matches, changed()),
    retireWhere(matches) {
      for (const entry of entries.values()) {
        if (!matches(entry.key)) continue;
        if (entry.job === null) drop(entry, changed());
        else void entry.job.catch(idle).then(() => drop(entry, changed()));
      }
    },
    forgetAll: () => void forgetWhere(() => true, new Refusal("vault_locked")),

    view() {
      const now = life();
      return [...entries.values()].map((entry) => ({
        key: entry.key,
        state:
          entry.job !== null
            ? "renewing"
            : entry.failure === null
              ? "good"
              : entry.failure.until === Infinity
                ? "stopped"
                : "failing",
        expiresAt: entry.token !== null && now < entry.usableUntil ? entry.token.expiresAt : null,
        code: entry.failure?.refusal.code ?? null,
      }));
    },
  };
}

/** Waits for shared work until it or the caller's patience ends. */
function heed<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const gone = (): void => reject(new Refusal("agent_hung_up"));
    signal.addEventListener("abort", gone, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", gone));
  });
}
