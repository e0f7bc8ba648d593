// What Electron 25 (Node 18) lacks and bundled libraries use. Imported first in main; on a current Electron
// every one of these exists already and nothing happens. Our own core relies on none of them.
import { webcrypto } from "node:crypto";
import { File } from "node:buffer";

/** Adds a global or a method only where there is none, as invisible to loops as the real one. */
function provide(target: object, name: string, value: unknown): void {
  if (name in target) return;
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

provide(globalThis, "crypto", webcrypto);
// oauth4webapi asks whether a key is one.
provide(globalThis, "CryptoKey", (webcrypto as { CryptoKey?: unknown }).CryptoKey);
provide(globalThis, "File", File);
provide(
  globalThis,
  "CustomEvent",
  class CustomEvent<T> extends Event {
    readonly detail: T | null;
    constructor(type: string, init: CustomEventInit<T> = {}) {
      super(type, init);
      this.detail = init.detail ?? null;
    }
  },
);

function parse(url: string | URL, base?: string | URL): URL | null {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}
provide(URL, "parse", parse);
provide(URL, "canParse", (url: string | URL, base?: string | URL) => parse(url, base) !== null);

provide(AbortSignal, "any", (signals: Iterable<AbortSignal>): AbortSignal => {
  const controller = new AbortController();
  const all = [...signals];
  const leave = () => {
    for (const signal of all) signal.removeEventListener("abort", follow);
  };
  function follow(this: AbortSignal): void {
    leave();
    controller.abort(this.reason);
  }
  for (const signal of all) {
    if (signal.aborted) {
      leave();
      controller.abort(signal.reason);
      break;
    }
    signal.addEventListener("abort", follow);
  }
  return controller.signal;
});

provide(Array.prototype, "toSorted", function toSorted<
  T,
>(this: readonly T[], compare?: (a: T, b: T) => number): T[] {
  return [...this].sort(compare);
});
provide(Array.prototype, "toReversed", function toReversed<T>(this: readonly T[]): T[] {
  return [...this].reverse();
});
