// How the running program is doing, in one value for every surface.
import type { ComposeOptions } from "./compose-types.ts";
import type { AppStatus } from "./contract.ts";
import type { Clock } from "./core/clock.ts";
import { Refusal } from "./core/errors.ts";
import type { Store } from "./core/registry.ts";
import { type Reminder, remindersOf } from "./core/reminders.ts";
import { complaint } from "./core/sentences.ts";
import type { VaultStatus } from "./core/vault.ts";
import type { HostJournal } from "./host/journal/open.ts";

export interface StatusFacts {
  readonly options: Pick<ComposeOptions, "runtime">;
  readonly version: string;
  readonly door: string;
  readonly dataFolder: string;
  /** UTC instant. */
  readonly startedAt: string;
  readonly store: Store;
  readonly journal: Pick<HostJournal, "trouble" | "count">;
  readonly policyTrouble: Refusal | null;
  readonly vault: VaultStatus;
  readonly clock: Clock;
}

/** What wants renewing, as the settings stand now. */
export const remindersIn = (store: Store, clock: Clock): readonly Reminder[] =>
  remindersOf(
    {
      certificates: store.read("certificates"),
      agents: store.read("agents"),
      servers: store.read("servers"),
    },
    store.read("settings").told ?? {},
    clock.now(),
  );

export function statusOf(facts: StatusFacts): AppStatus {
  const { store, journal, version, door, dataFolder, startedAt, vault } = facts;
  const broken = store.broken();
  const trouble = journal.trouble();
  return {
    version,
    runtime: facts.options.runtime,
    door,
    dataFolder,
    vault,
    broken,
    troubles: [
      ...(trouble === null ? [] : [complaint(trouble)]),
      ...(facts.policyTrouble === null ? [] : [complaint(facts.policyTrouble)]),
      ...broken.map(({ code, file, line, reason }) =>
        complaint(new Refusal(code, { file, line: line ?? "?", reason })),
      ),
    ],
    reminders: remindersIn(store, facts.clock),
    counts: {
      servers: store.read("servers").length,
      agents: store.read("agents").length,
      calls: journal.count() ?? 0,
    },
    startedAt,
  };
}
