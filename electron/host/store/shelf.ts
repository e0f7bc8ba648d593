// One document: its file, its present value, and the one line of writers that take turns on it.
import path from "node:path";
import { createHash } from "node:crypto";
import { Refusal } from "../../core/errors.ts";
import type { BrokenDocument, DocumentName, Documents } from "../../core/registry.ts";
import { keepCopy, replaceFile } from "./atomic.ts";
import { ABSENT, readFile, stampOf } from "./disk.ts";
import { encode, type Fault, type JsonReader, judge, type Schema } from "./document.ts";
import { reasonOf } from "./failure.ts";
import { type Migration, presentFormat } from "./migrations.ts";
import { clashIn } from "./unique.ts";

export interface ShelfOptions<N extends DocumentName> {
  readonly name: N;
  readonly folder: string;
  readonly schema: Schema<Documents[N]>;
  readonly steps: readonly Migration[];
  readonly json: JsonReader;
  /** What a broken document reads as: lets nobody in. */
  readonly empty: Documents[N];
  /** What a missing file stands for. Given anew, so that random parts are made only when needed. */
  readonly fresh: () => Documents[N];
  readonly changed: () => void;
}

export interface Shelf<N extends DocumentName> {
  value(): Documents[N];
  broken(): BrokenDocument | null;
  /** Reads the file again. @throws never: a fault is kept and told by broken() */
  load(): Promise<void>;
  /** Writes the file where there is none yet. @throws Refusal `settings_unwritable` */
  complete(): Promise<void>;
  /** Takes up edits made by hand. @throws Refusal `settings_unwritable` */
  reload(): Promise<void>;
  write(next: (now: Documents[N]) => Documents[N]): Promise<void>;
  /** Takes the turn for a write of several documents. @throws Refusal `settings_broken`, `settings_newer` */
  hold(): Promise<Held<N>>;
}

/** A document whose other writers wait until release(). */
export interface Held<N extends DocumentName> {
  readonly name: N;
  /** As it is now, edits made by hand among it. */
  readonly now: Documents[N];
  /** The file as it is to be; null where nothing changes. @throws Refusal `internal` */
  prepare(wanted: Documents[N]): Prepared | null;
  release(): void;
}
export interface Prepared {
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** The bytes are in place: what they say is what is read from now on. */
  settle(stamp: string): void;
}

/** Handlers share one value: a slip that changed it in place would bypass the file. */
function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

const sha8 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 8);

export function createShelf<N extends DocumentName>(options: ShelfOptions<N>): Shelf<N> {
  const { name, folder, schema, steps, json } = options;
  const fileName = `${name}.json`;
  const file = path.join(folder, fileName);
  const empty = freeze(options.empty);

  let value: Documents[N] = empty;
  let fault: (Fault & { readonly keptAside: string | null }) | null = null;
  /** What the file looked like when `value` and `fault` were taken from it. */
  let stamp = "";
  let turn: Promise<void> = Promise.resolve();

  const aside = (what: string, bytes: Uint8Array): string =>
    path.join(folder, `${name}.${what}-${sha8(bytes)}.json`);

  async function put(next: Documents[N]): Promise<void> {
    try {
      await replaceFile(file, encode(name, presentFormat(steps), next));
      stamp = await stampOf(file);
    } catch (error) {
      const reason = reasonOf(error);
      throw new Refusal("settings_unwritable", { file: fileName, reason }, error);
    }
  }

  async function fail(what: Fault, bytes: Uint8Array | null): Promise<void> {
    value = empty;
    let keptAside: string | null = null;
    if (bytes !== null && what.code === "settings_broken") {
      const copy = aside("broken", bytes);
      if (await keepCopy(copy, bytes)) keptAside = copy;
    }
    fault = { ...what, keptAside };
  }

  async function load(): Promise<void> {
    let bytes: Uint8Array | null;
    try {
      ({ bytes, stamp } = await readFile(file));
    } catch (error) {
      stamp = "";
      await fail({ code: "settings_broken", line: null, reason: reasonOf(error) }, null);
      return;
    }
    if (bytes === null) {
      value = freeze(options.fresh());
      fault = null;
      return;
    }
    const judged = judge(name, bytes, schema, steps, json);
    if (judged.fault !== null) {
      await fail(judged.fault, bytes);
      return;
    }
    value = freeze(judged.value);
    fault = null;
    if (judged.format < presentFormat(steps)) await keepOld(bytes, judged.format);
  }

  /** Puts a migrated document in place, its old form beside it for the way back. Without room it waits for the next write. */
  async function keepOld(bytes: Uint8Array, format: number): Promise<void> {
    if (!(await keepCopy(aside(`format-${format}`, bytes), bytes))) return;
    await put(value).catch(() => {});
  }

  /**
   * Somebody may have edited the file meanwhile: their edit is taken up, never overwritten. A file that has
   * vanished under a good value is not an edit: the value is still here, and the write brings it back.
   */
  async function lookAgain(): Promise<void> {
    const now = await stampOf(file).catch(() => "");
    if (now === stamp && fault === null) return;
    if (now === ABSENT && fault === null) return;
    const before = value;
    await load();
    if (value !== before) options.changed();
  }

  async function ready(): Promise<void> {
    await lookAgain();
    if (fault === null) return;
    const { code, line, reason } = fault;
    throw new Refusal(code, { file: fileName, line: line ?? "?", reason });
  }

  function check(wanted: Documents[N]): Documents[N] {
    const checked = schema.safeParse(wanted);
    // A caller that let this through has a bug: the file must not become one that cannot be read back.
    if (!checked.success) throw new Refusal("internal", {}, checked.error);
    const clash = clashIn(name, checked.data);
    if (clash !== null) throw new Refusal("internal", {}, new Error(clash.reason));
    return checked.data;
  }

  async function writeNow(next: (now: Documents[N]) => Documents[N]): Promise<void> {
    await ready();
    const wanted = next(value);
    if (wanted === value) return;
    const checked = check(wanted);
    await put(checked);
    value = freeze(checked);
    options.changed();
  }

  async function hold(): Promise<Held<N>> {
    const before = turn;
    let release = (): void => undefined;
    turn = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    try {
      await ready();
    } catch (error) {
      release();
      throw error;
    }
    return {
      name,
      now: value,
      release,
      prepare(wanted) {
        if (wanted === value) return null;
        const checked = freeze(check(wanted));
        return {
          fileName,
          bytes: encode(name, presentFormat(steps), checked),
          settle(seen) {
            value = checked;
            stamp = seen;
          },
        };
      },
    };
  }

  async function complete(): Promise<void> {
    if (stamp === ABSENT && fault === null) await put(value);
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  }

  return {
    value: () => value,
    broken: () =>
      fault && {
        document: name,
        file,
        ...fault,
      },
    load,
    complete: () => inTurn(complete),
    reload: () =>
      inTurn(async () => {
        await lookAgain();
        await complete();
      }),
    write: (next) => inTurn(() => writeNow(next)),
    hold,
  };
}
