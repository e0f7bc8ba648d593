// The settings of the data folder: four small files for people to read, kept so that no crash, full disk,
// slip of an editor or newer version can lose them.
import path from "node:path";
import type { Clock } from "../../core/clock.ts";
import { Refusal } from "../../core/errors.ts";
import type { RandomBytes } from "../../core/ids.ts";
import type { BrokenDocument, DocumentName, Documents, Store } from "../../core/registry.ts";
import type { Tenant } from "../../core/tenants.ts";
import { removeLeftovers } from "./atomic.ts";
import type { JsonReader, Schemas } from "./document.ts";
import { prepareDataFolder } from "./folder.ts";
import { MIGRATIONS, type Migrations } from "./migrations.ts";
import { stampOf } from "./disk.ts";
import { reasonOf } from "./failure.ts";
import { createShelf, type Held, type Prepared, type Shelf } from "./shelf.ts";
import { finishTogether, replaceFiles } from "./together.ts";

export interface StoreOptions {
  /** The holder of the instance lock opens the store, nobody else. */
  readonly folder: string;
  readonly schemas: Schemas;
  readonly json: JsonReader;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The tenant of a fresh installation. */
  readonly firstTenant: Pick<Tenant, "id" | "name">;
  readonly migrations?: Migrations;
  /** A listener that threw: a bug, which must not undo what is on disk already. */
  readonly report: (error: unknown) => void;
}

export interface FileStore extends Store {
  /** Reads every file again, for edits made by hand. Broken files show in broken(). */
  reload(): Promise<void>;
}

/**
 * What settings read as while their file is broken. With the place of secrets unchosen nothing is looked up
 * under this name, and a vault that is opened all the same finds no secret of another installation.
 */
const NO_SETTINGS = { installation: "settings-broken-", vault: null } as const;

/** Nothing is looked for. */
const NO_UPDATES = {
  source: null,
  seen: [],
  found: null,
  last: null,
  unreachableSince: null,
};

/**
 * Opens the store and completes a fresh folder (settings with a random installation id, the first tenant).
 * Edits made by hand while Countersign runs are taken up by the next write of that document or by reload(),
 * not by watching: editors save in steps, and a half-saved file would lock every agent out.
 * @throws Refusal `data_folder_unusable`; `settings_unwritable` where a fresh folder cannot be completed
 */
export async function openStore(options: StoreOptions): Promise<FileStore> {
  const folder = await prepareDataFolder(options.folder);
  await finishTogether(folder);
  await removeLeftovers(folder);
  const { schemas, json, clock, random, firstTenant, migrations = MIGRATIONS } = options;
  const listeners = new Set<(name: DocumentName) => void>();

  function tell(name: DocumentName): void {
    for (const listener of listeners) {
      try {
        listener(name);
      } catch (error) {
        options.report(error);
      }
    }
  }

  const shelf = <N extends DocumentName>(
    name: N,
    empty: Documents[N],
    fresh: () => Documents[N],
  ): Shelf<N> =>
    createShelf({
      name,
      folder,
      schema: schemas[name],
      steps: migrations[name],
      json,
      empty,
      fresh,
      changed: () => tell(name),
    });

  const shelves: { readonly [N in DocumentName]: Shelf<N> } = {
    settings: shelf("settings", NO_SETTINGS, () => ({
      installation: Buffer.from(random(12)).toString("base64url"),
      vault: null,
    })),
    tenants: shelf("tenants", [], () => [
      { ...firstTenant, createdAt: new Date(clock.now()).toISOString() },
    ]),
    agents: shelf("agents", [], () => []),
    servers: shelf("servers", [], () => []),
    apis: shelf("apis", [], () => []),
    issuers: shelf("issuers", [], () => []),
    accounts: shelf("accounts", [], () => []),
    certificates: shelf("certificates", [], () => []),
    actors: shelf("actors", [], () => []),
    rules: shelf("rules", [], () => []),
    policies: shelf("policies", [], () => []),
    learning: shelf("learning", { span: null, dismissed: [] }, () => ({
      span: null,
      dismissed: [],
    })),
    connections: shelf("connections", [], () => []),
    labels: shelf("labels", [], () => []),
    consents: shelf("consents", [], () => []),
    programs: shelf("programs", [], () => []),
    pins: shelf("pins", [], () => []),
    updates: shelf("updates", NO_UPDATES, () => NO_UPDATES),
  };
  const names = Object.keys(shelves) as DocumentName[];
  const at = <N extends DocumentName>(name: N): Shelf<N> => shelves[name];

  for (const name of names) await at(name).load();
  // An id that changed at every start would orphan every secret: it is on disk before it is used.
  for (const name of ["settings", "tenants"] as const) await at(name).complete();

  /** Turns are taken in one order, so that two such writes never wait for each other. */
  async function writeTogether<N extends DocumentName>(
    wanted: readonly N[],
    next: (now: Pick<Documents, N>) => Partial<Pick<Documents, N>>,
  ): Promise<void> {
    const held: Held<N>[] = [];
    try {
      for (const name of names as N[]) if (wanted.includes(name)) held.push(await at(name).hold());
      const now = Object.fromEntries(held.map((one) => [one.name, one.now]));
      const after = next(now as Pick<Documents, N>);
      const changes = held.flatMap((one): { name: N; to: Prepared }[] => {
        const value = after[one.name];
        const to = value === undefined ? null : one.prepare(value);
        return to === null ? [] : [{ name: one.name, to }];
      });
      if (changes.length === 0) return;
      const stamps = await put(changes.map(({ to }) => to));
      for (const [i, { to }] of changes.entries()) to.settle(stamps[i] ?? "");
      for (const { name } of changes) tell(name);
    } finally {
      for (const one of held) one.release();
    }
  }

  async function put(files: readonly Prepared[]): Promise<string[]> {
    try {
      await replaceFiles(folder, files);
      return await Promise.all(files.map(({ fileName }) => stampOf(path.join(folder, fileName))));
    } catch (error) {
      const file = files.map(({ fileName }) => fileName).join(", ");
      throw new Refusal("settings_unwritable", { file, reason: reasonOf(error) }, error);
    }
  }

  return {
    read: (name) => at(name).value(),
    write: (name, next) => at(name).write(next),
    writeTogether,
    broken: () =>
      names.map((name) => at(name).broken()).filter((b): b is BrokenDocument => b !== null),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async reload() {
      for (const name of names) await at(name).reload();
    },
  };
}
