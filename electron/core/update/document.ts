// What is remembered about updates: where they are looked for, whom they are believed of, and how far that had come. The
// sequence of a publisher only ever rises: not even a change of the source, or turning it off, takes it back (threat 57).
import { z } from "zod";
import { instant } from "../names.ts";
import type { UpdateManifest } from "./manifest.ts";
import { readPublisherKey } from "./publisher.ts";

/** Base64 of 32 bytes, in its one form. */
const publisherKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{43}=$/)
  .refine((key) => {
    try {
      return readPublisherKey(key) === key;
    } catch {
      return false;
    }
  }, "is no Ed25519 public key");

const sourceSchema = z.strictObject({
  /** Where the manifest is; its signature is at the same address with `.sig` after it. */
  url: z.url({ protocol: /^https?$/ }).max(1024),
  key: publisherKey,
  /** Authorities for this address besides the system's own; null without. */
  trustPem: z.string().max(65_536).nullable(),
  /** When the person agreed to it. */
  since: instant,
});
export type UpdateSource = z.infer<typeof sourceSchema>;

const foundSchema = z.strictObject({
  version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/),
  publishedAt: instant,
  expiresAt: instant,
  /** The file for this installation; null where there is none. */
  file: z.strictObject({ target: z.string().max(40), bytes: z.int().min(1) }).nullable(),
});
export type FoundUpdate = z.infer<typeof foundSchema>;

/** Publishers whose sequence is remembered. Each was agreed to by the person. */
export const MOST_PUBLISHERS = 64;

export const updatesSchema = z.strictObject({
  /** Null: nothing is looked for. */
  source: sourceSchema.nullable(),
  seen: z
    .array(z.strictObject({ key: publisherKey, sequence: z.int().min(1) }))
    .max(MOST_PUBLISHERS),
  /** What the newest believed manifest said. */
  found: foundSchema.nullable(),
  last: z
    .strictObject({
      at: instant,
      outcome: z.enum(["believed", "refused", "unreachable"]),
      reason: z.string().max(200).nullable(),
    })
    .nullable(),
  unreachableSince: instant.nullable(),
});
export type Updates = z.infer<typeof updatesSchema>;

export const NO_UPDATES: Updates = {
  source: null,
  seen: [],
  found: null,
  last: null,
  unreachableSince: null,
};

/** What one look came to. */
export type Outcome =
  | {
      readonly type: "believed";
      readonly manifest: UpdateManifest;
      readonly file: FoundUpdate["file"];
    }
  | { readonly type: "refused" | "unreachable"; readonly reason: string };

/** The highest sequence that was ever believed of this publisher; 0 where none was. */
export const highestSeen = ({ seen }: Updates, key: string): number =>
  Math.max(0, ...seen.filter((one) => one.key === key).map(({ sequence }) => sequence));

/** Never lower than before. */
function raised(now: Updates, key: string, sequence: number): Updates["seen"] {
  const before = highestSeen(now, key);
  if (sequence <= before) return now.seen;
  return [...now.seen.filter((one) => one.key !== key), { key, sequence }];
}

const sameSource = (a: UpdateSource | null, b: UpdateSource): boolean =>
  a !== null && a.url === b.url && a.key === b.key && a.since === b.since;

/**
 * With what a look at `source` came to. Where the source is another one by now, only the sequence is kept of it.
 * @param at UTC instant
 */
export function noted(now: Updates, source: UpdateSource, outcome: Outcome, at: string): Updates {
  const seen =
    outcome.type === "believed"
      ? raised(now, source.key, outcome.manifest.sequence)
      : [...now.seen];
  if (!sameSource(now.source, source)) return { ...now, seen };
  if (outcome.type !== "believed") {
    const { type, reason } = outcome;
    return {
      ...now,
      last: { at, outcome: type, reason: reason.slice(0, 200) },
      unreachableSince: type === "unreachable" ? (now.unreachableSince ?? at) : null,
    };
  }
  const { version, publishedAt, expiresAt } = outcome.manifest;
  return {
    ...now,
    seen,
    found: { version, publishedAt, expiresAt, file: outcome.file },
    last: { at, outcome: "believed", reason: null },
    unreachableSince: null,
  };
}

/** With another source, or none: what was found at the one before says nothing any more, its sequence does. */
export const withSource = (now: Updates, source: UpdateSource | null): Updates => ({
  ...NO_UPDATES,
  source,
  seen: now.seen,
});

const DAY = 86_400_000;

/**
 * Milliseconds until the next look: a day after the last one, give or take two hours, so that not everybody comes at
 * once; null while nothing is looked for. A clock that was put back does not put it off. After a look that came to
 * nothing it is a quarter of that: a network comes back, and a publisher who was just replacing both files is done.
 * @param jitter in [0, 1)
 */
export function untilNextLook(now: Updates, at: number, jitter: number): number | null {
  if (now.source === null) return null;
  if (now.last === null) return 0;
  const last = Date.parse(now.last.at);
  if (last > at) return 0;
  const period = now.last.outcome === "believed" ? DAY : DAY / 4;
  return Math.max(0, last + period + (jitter - 0.5) * (period / 6) - at);
}
