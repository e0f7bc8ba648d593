// What the doctor looks at while Countersign runs.
import path from "node:path";
import type { ComposeOptions } from "./compose-types.ts";
import type { DoctorReport } from "./contract.ts";
import { asTyped } from "./core/command-line.ts";
import type { Refusal } from "./core/errors.ts";
import { locate, parseStrict } from "./core/json/document.ts";
import type { Journal } from "./core/journal.ts";
import type { Store } from "./core/registry.ts";
import { complaint } from "./core/sentences.ts";
import { documentSchemas } from "./document-schemas.ts";
import { runDoctor } from "./host/doctor/doctor.ts";
import { whoHolds } from "./host/door/holder.ts";
import { inspectSettings } from "./host/store/inspect.ts";
import { clock } from "./platform.ts";
import { remindersIn } from "./status.ts";

type Look = Parameters<typeof runDoctor>[0];

export interface DoctorParts {
  readonly options: ComposeOptions;
  readonly folder: string;
  readonly store: Store;
  readonly journal: Journal;
  /** Whether the vault can be used, found out now. */
  readonly probe: Look["vault"];
  readonly door: () => string;
  /** Why the policies in force cannot be asked. */
  readonly policyTrouble: () => Refusal | null;
  readonly atStart: Look["atStart"];
}

export const createDoctorRoom =
  ({ options, folder, store, journal, probe, door, policyTrouble, atStart }: DoctorParts) =>
  (): Promise<DoctorReport> => {
    const trouble = policyTrouble();
    return runDoctor({
      runtime: options.runtime,
      nodeVersion: process.versions.node,
      dataFolder: folder,
      broken: async () => {
        // A hand that slipped while Countersign runs shows at the next write; the doctor looks now.
        const onDisk = await inspectSettings(folder, documentSchemas, {
          parse: parseStrict,
          locate,
        });
        const also = store.broken().filter((b) => !onDisk.some((d) => d.file === b.file));
        return [...onDisk, ...also];
      },
      door: { port: Number(new URL(door()).port), ours: true, whoHolds },
      vault: probe,
      journal: { file: path.join(folder, "journal.db"), trouble: journal.trouble() },
      clock,
      atStart,
      // A journal that cannot be read is a finding of its own.
      newestCall:
        journal.trouble() === null ? (journal.search({ limit: 1 }).rows[0]?.at ?? null) : null,
      typed: asTyped,
      reminders: remindersIn(store, clock),
      removedEnvironment: options.removedEnvironment ?? [],
      away: options.shell?.settings().away,
      policyTrouble: trouble === null ? null : complaint(trouble),
    });
  };
