// What is known of a tool at the moment of a call, in the form that a question shows and a decision needs.
import { currentOf, type Pin, type Standing, type Version } from "./document.ts";
import type { Flag } from "./flags.ts";

/** What a tool says of itself. Written by its server, all of it: a claim. */
export interface Claims {
  readonly title: string | null;
  readonly description: string | null;
  /** JSON text; null where it has none. */
  readonly annotations: string | null;
  readonly flags: readonly Flag[];
}

/**
 * `never-listed`: no list of this server was ever seen. `unlisted`: there are lists, and it is not in them.
 * `unavailable`: it was agreed to once, and the server's list cannot be had now.
 */
export type ToolStanding = Standing | "never-listed" | "unlisted" | "unavailable";

/** A tool that is not what was agreed to, side by side with what was. */
export interface Change {
  readonly tool: string;
  readonly standing: Standing;
  /** Null where nothing was agreed to. */
  readonly before: Version | null;
  readonly after: Version;
  readonly flags: readonly Flag[];
}

export interface Look {
  readonly standing: ToolStanding;
  /** Who said no, where it is rejected. */
  readonly by: Pin["by"];
  /** Of the definition that this call is about; null where that is not known, and where it is not agreed to. */
  readonly fingerprint: string | null;
  readonly claims: Claims | null;
  /** Where it is changed. */
  readonly change: Change | null;
}

/** Characters of one claim: what is longer is cut for showing, and says so by its length. */
const CLAIM = 16_384;

export function claimsOf(definition: string | null, flags: readonly Flag[]): Claims {
  const tool = (definition === null ? {} : JSON.parse(definition)) as Record<string, unknown>;
  const text = (value: unknown): string | null =>
    typeof value === "string" ? value.slice(0, CLAIM) : null;
  const { annotations } = tool;
  return {
    title: text(tool["title"]) ?? text((annotations as { title?: unknown } | null)?.title),
    description: text(tool["description"]),
    annotations: annotations === undefined ? null : JSON.stringify(annotations).slice(0, CLAIM),
    flags,
  };
}

export function changeOf(pin: Pin, flags: readonly Flag[]): Change | null {
  const after = currentOf(pin);
  if (after === null) return null;
  const before = pin.seen === null ? null : pin.accepted;
  return { tool: pin.name, standing: pin.standing, before, after, flags };
}
