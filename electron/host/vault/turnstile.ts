// Lets one keychain call through at a time, and no caller wait for ever.
//
// Each call occupies a thread of libuv's pool (four by default), and one that shows a dialog stays there until
// the person answers. Were they let in side by side, four would stop every file access of the process.
import { Refusal } from "../../core/errors.ts";

export interface Turnstile {
  /** Runs whole operations one after the other. @throws Refusal `vault_slow` if its turn does not come in time */
  readonly operation: <T>(work: () => Promise<T>) => Promise<T>;
  /** One native call within an operation. Its result counts only if it comes in time. @throws Refusal `vault_slow` */
  readonly call: <T>(start: () => Promise<T>) => Promise<T>;
  /** Whether a call that was given up is still sitting in its thread. */
  readonly stuck: () => boolean;
}

/**
 * @param onLate called when a call that was given up has brought something after all: the way is free again.
 *   Not after an error, null or false: a person who dismissed the dialog must not be shown it once more.
 */
export function createTurnstile(timeoutMs: number, onLate: () => void): Turnstile {
  const slow = (): Refusal => new Refusal("vault_slow", { seconds: Math.ceil(timeoutMs / 1000) });
  let tail: Promise<void> = Promise.resolve();
  let running: Promise<void> | null = null;
  let stuck = false;

  function operation<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let dropped = false;
      const timer = setTimeout(() => {
        dropped = true;
        reject(slow());
      }, timeoutMs);
      tail = tail.then(async () => {
        // Its caller was told no: it must not happen behind the caller's back.
        if (dropped) return;
        clearTimeout(timer);
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  function call<T>(start: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let started = false;
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        // Only one that began can sit in a thread; one that still waited at the stile never begins.
        stuck ||= started;
        reject(slow());
      }, timeoutMs);
      const settle = (brought: boolean): void => {
        running = null;
        clearTimeout(timer);
        if (!late) return;
        stuck = false;
        if (brought) onLate();
      };
      const enter = async (): Promise<void> => {
        // Each waiter in turn finds the one before it running.
        for (let ahead = running; ahead !== null; ahead = running) await ahead;
        if (late) return;
        started = true;
        const native = start();
        running = native.then(
          (value) => settle(value !== null && value !== false),
          () => settle(false),
        );
        resolve(await native);
      };
      enter().catch((error: unknown) => {
        clearTimeout(timer);
        reject(error);
      });
    });
  }

  return { operation, call, stuck: () => stuck };
}
