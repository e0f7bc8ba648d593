// What surfaces are shown of updates: the source, the last look, what it found, and a download.
import type { BrokenDocument } from "../registry.ts";
import { Refusal } from "../errors.ts";
import { type Complaint, complaint } from "../sentences.ts";
import type { FoundUpdate, Updates, UpdateSource } from "./document.ts";
import { formOf, type PackageForm } from "./files.ts";
import { compareVersions } from "./manifest.ts";

/** A source as people compare it. */
export interface UpdateSourceView {
  readonly url: string;
  /** SHA-256 of the publisher's key, hex. */
  readonly fingerprint: string;
  /** An authority of the person's own is trusted for the address. */
  readonly ownAuthority: boolean;
}

/** A download, while Countersign runs. */
export type DownloadView =
  | { readonly state: "none" }
  | {
      readonly state: "running";
      readonly version: string;
      readonly received: number;
      readonly bytes: number;
    }
  | {
      readonly state: "done";
      readonly version: string;
      readonly form: PackageForm | null;
      /** Absolute. */
      readonly path: string;
    }
  | { readonly state: "failed"; readonly complaint: Complaint };

export interface UpdatesView {
  /**
   * `unknown`: it was never looked. `broken`: what was seen cannot be read, so nothing is looked for. `refused`: what was
   * found is not believed. `unreachable`: nothing was heard at the last try, and nothing newer is known.
   */
  readonly state:
    | "off"
    | "unknown"
    | "current"
    | "available"
    | "refused"
    | "unreachable"
    | "broken";
  readonly checking: boolean;
  /** The version that runs. */
  readonly running: string;
  readonly source: UpdateSourceView | null;
  /** UTC instants. */
  readonly checkedAt: string | null;
  readonly unreachableSince: string | null;
  /** A version that is newer than the one that runs. */
  readonly found: FoundUpdate | null;
  /** Why nothing is known, or why what was found is not believed. */
  readonly complaint: Complaint | null;
  readonly download: DownloadView;
}

export interface ViewFacts {
  readonly now: Updates;
  readonly broken: BrokenDocument | undefined;
  readonly running: string;
  readonly checking: boolean;
  readonly download: DownloadView;
  readonly source: (source: UpdateSource) => UpdateSourceView;
}

/** As a refusal, so that every surface says it in the same words. */
export function troubleOf({ last, source }: Updates): Refusal | null {
  if (last === null || source === null || last.reason === null) return null;
  const { reason } = last;
  return last.outcome === "refused"
    ? new Refusal("update_refused", { reason })
    : new Refusal("update_unreachable", { host: new URL(source.url).host, reason });
}

/** The document could not be read: what was seen is not known. */
export const brokenRefusal = ({ code, file, line, reason }: BrokenDocument): Refusal =>
  new Refusal(code, { file, line: line ?? "?", reason });

export function viewOf(facts: ViewFacts): UpdatesView {
  const { now, broken, running, checking, download } = facts;
  const newer = now.found !== null && compareVersions(now.found.version, running) > 0;
  const trouble = broken === undefined ? troubleOf(now) : brokenRefusal(broken);
  const stateOf = (): UpdatesView["state"] => {
    if (broken !== undefined) return "broken";
    if (now.source === null) return "off";
    if (now.last === null) return "unknown";
    if (now.last.outcome === "refused") return "refused";
    // What was believed yesterday is still newer today.
    if (newer) return "available";
    return now.last.outcome === "unreachable" ? "unreachable" : "current";
  };
  return {
    state: stateOf(),
    checking,
    running,
    source: now.source === null ? null : facts.source(now.source),
    checkedAt: now.last?.at ?? null,
    unreachableSince: now.unreachableSince,
    found: newer ? now.found : null,
    complaint: trouble === null ? null : complaint(trouble),
    download,
  };
}

/** What was downloaded, as it is shown. */
export const downloaded = (version: string, target: string, path: string): DownloadView => ({
  state: "done",
  version,
  form: formOf(target),
  path,
});
