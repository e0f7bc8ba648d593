// What becomes of a server's pins when a list of it is seen, and which of the listed tools go no further.
import type { Pin, ServerPins, Version } from "./document.ts";
import { bars, type Flag, isSevere } from "./flags.ts";

/** A listed tool with what it came to. */
export interface Candidate {
  readonly index: number;
  readonly name: string;
  readonly version: Version;
  /** Of the definition alone, and beside its neighbours. */
  readonly flags: readonly Flag[];
}

export interface Judged {
  readonly pins: ServerPins;
  readonly changed: boolean;
  readonly withhold: ReadonlySet<number>;
}

const MAX_TOOLS = 20_000;

/** @param first the person has not agreed to anything of this server yet: what they see now is what they agree to */
export function judgeList(pins: ServerPins, listed: readonly Candidate[], first: boolean): Judged {
  const withhold = new Set<number>();
  const known = new Map(pins.tools.map((pin) => [pin.name, pin]));
  let changed = false;
  for (const { index, name, version, flags } of listed) {
    const now = known.get(name);
    if (now === undefined && known.size >= MAX_TOOLS) {
      withhold.add(index);
      continue;
    }
    const next = judgeOne(now, name, version, flags, first);
    if (goesNoFurther(next, version, flags)) withhold.add(index);
    if (now !== undefined && same(now, next)) continue;
    known.set(name, next);
    changed = true;
  }
  return { pins: changed ? { ...pins, tools: [...known.values()] } : pins, changed, withhold };
}

function judgeOne(
  now: Pin | undefined,
  name: string,
  version: Version,
  flags: readonly Flag[],
  first: boolean,
): Pin {
  const accepted = now?.accepted ?? null;
  const is = (one: Version | null): boolean => one?.fingerprint === version.fingerprint;
  const seen = is(now?.seen ?? null) ? (now?.seen ?? null) : version;
  if (bars(flags)) {
    return { name, standing: "rejected", by: "countersign", accepted, seen };
  }
  if (is(accepted)) return { name, standing: "accepted", by: null, accepted, seen: null };
  if (now?.standing === "rejected" && now.by === "person") {
    return { ...now, seen };
  }
  if (accepted !== null) return { name, standing: "changed", by: null, accepted, seen };
  // A second tool of the same name in the first list is another tool: what was agreed to is the one before it.
  if (first && now === undefined) {
    return { name, standing: "accepted", by: null, accepted: version, seen: null };
  }
  return { name, standing: "new", by: null, accepted: null, seen };
}

function goesNoFurther(pin: Pin, version: Version, flags: readonly Flag[]): boolean {
  if (pin.standing === "accepted") return pin.accepted?.fingerprint !== version.fingerprint;
  return pin.standing !== "new" || isSevere(flags);
}

const same = (a: Pin, b: Pin): boolean =>
  a.standing === b.standing &&
  a.by === b.by &&
  a.accepted?.fingerprint === b.accepted?.fingerprint &&
  a.seen?.fingerprint === b.seen?.fingerprint;
