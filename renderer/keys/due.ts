// How old a key is, and how loudly to say when it must be replaced.
import type { SecretEntry } from "../types.ts";
import { words } from "../words.ts";

const DAY = 86_400_000;

/** Whole days; null where nobody wrote down when it came. */
export function ageDays({ addedAt }: Pick<SecretEntry, "addedAt">, now: number): number | null {
  if (addedAt === null) return null;
  return Math.max(0, Math.floor((now - Date.parse(addedAt)) / DAY));
}

export interface Due {
  readonly text: string;
  /** `warn` in the last thirty days of a certificate and the last week of anything else, `bad` once it is over. */
  readonly tone: "calm" | "warn" | "bad";
}

export function dueOf(
  { dueAt, renewedBy, kind }: Pick<SecretEntry, "dueAt" | "renewedBy" | "kind">,
  now: number,
): Due {
  const w = words.keys.due;
  if (renewedBy === "countersign") return { text: w.itself, tone: "calm" };
  if (dueAt === null) return { text: w.never, tone: "calm" };
  const left = Date.parse(dueAt) - now;
  // The others go on working; they have merely been in use for too long.
  const ends = kind === "certificate-key" || kind === "client-secret";
  if (left < 0) {
    const ago = Math.floor(-left / DAY);
    return { text: ends ? w.ended(ago) : w.over(ago), tone: "bad" };
  }
  const days = Math.floor(left / DAY);
  const tone = days < (ends ? 30 : 7) ? "warn" : "calm";
  return { text: ends ? w.ends(days) : w.replace(days), tone };
}
