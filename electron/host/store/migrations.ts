// From format n to n + 1, one pure function each. The present format of a document is 1 + the number of its
// steps, so a step and the number it leads to cannot disagree.
import type { DocumentName } from "../../core/registry.ts";

/** Gets the document as an older Countersign wrote it; must not change it. May throw: the file then counts as broken. */
export type Migration = (document: unknown) => unknown;
export type Migrations = Readonly<Record<DocumentName, readonly Migration[]>>;

/** The steps of this version. The first is steps[0]: from format 1 to format 2. */
export const MIGRATIONS: Migrations = {
  settings: [],
  tenants: [],
  agents: [],
  servers: [],
  apis: [],
  issuers: [],
  accounts: [],
  certificates: [],
  actors: [],
  rules: [],
  policies: [],
  learning: [],
  connections: [],
  labels: [],
  consents: [],
  programs: [],
  pins: [],
  updates: [],
};

export const presentFormat = (steps: readonly Migration[]): number => 1 + steps.length;

/** Runs the steps that lie between `from` and the present format. */
export function migrate(document: unknown, from: number, steps: readonly Migration[]): unknown {
  return steps.slice(from - 1).reduce((now, step) => step(now), document);
}
