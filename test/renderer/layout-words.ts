// Says in words how a page looks other than it did.
import type { Part } from "./layout.ts";

/** CSS pixels that a part may be off: half of it the reference lost when it was rounded. */
const NEAR = 4;
/** Steps of 255 that a colour may be off in each of its channels. */
const NEAR_COLOR = 3;
/** Differences of a length that go into one sentence. */
const ALIKE = 6;

interface Change {
  readonly part: Part;
  readonly what: string;
  /** CSS pixels; null where it is no length. */
  readonly by: number | null;
}

const nameOf = ({ role, name }: Part): string => `${role} “${name}”`;

/** What is other now, one sentence each; nothing where all is as it was. */
export function differences(was: readonly Part[], is: readonly Part[]): string[] {
  const { pairs, gone, fresh } = matched(was, is);
  const said: string[] = [];
  const left = [...fresh];
  const take = (fits: (one: Loose) => boolean): Part | null => {
    const index = left.findIndex(fits);
    return index < 0 ? null : (left.splice(index, 1)[0]?.part ?? null);
  };
  for (const { part, gap } of gone) {
    if (take((one) => nameOf(one.part) === nameOf(part)) !== null) {
      said.push(`${nameOf(part)} comes at another place in the reading order`);
      continue;
    }
    const instead = take((one) => one.gap === gap && one.part.role === part.role);
    if (instead === null) said.push(`${nameOf(part)} is gone`);
    else {
      said.push(`${nameOf(part)} reads “${instead.name}” now`);
      pairs.push([part, instead]);
    }
  }
  for (const { part } of left)
    said.push(`${nameOf(part)} is new, at ${part.box.map(Math.round).join(", ")}`);
  return [...said, ...gathered(pairs.flatMap(([a, b]) => changes(a, b)))];
}

function changes(was: Part, is: Part): Change[] {
  const lengths = (
    [
      ["moved right", "moved left"],
      ["moved down", "moved up"],
      ["grew wider", "became narrower"],
      ["grew taller", "became less tall"],
    ] as const
  ).flatMap(([more, less], i): Change[] => {
    const by = Math.round((is.box[i] ?? 0) - (was.box[i] ?? 0));
    return Math.abs(by) <= NEAR
      ? []
      : [{ part: was, what: by > 0 ? more : less, by: Math.abs(by) }];
  });
  const looks = (
    [
      ["font", "font"],
      ["color", "text colour"],
      ["back", "background"],
      ["edge", "border"],
      ["state", "state"],
    ] as const
  ).flatMap(([key, word]): Change[] => {
    const [before, now] = [was[key] ?? "none", is[key] ?? "none"];
    const what = `has another ${word}: ${now}, was ${before}`;
    return isNear(before, now) ? [] : [{ part: was, what, by: null }];
  });
  return [...lengths, ...looks];
}

/** Word by word; colours as the eye sees them. */
function isNear(a: string, b: string): boolean {
  const [ours, theirs] = [a.split(" "), b.split(" ")];
  return (
    ours.length === theirs.length &&
    ours.every((word, i) => {
      const other = theirs[i] ?? "";
      if (word === other) return true;
      if (!word.startsWith("#") || word.length !== other.length) return false;
      return [1, 3, 5, 7].every((at) => {
        const [one, two] = [word, other].map((text) => Number.parseInt(text.slice(at, at + 2), 16));
        return at >= word.length || Math.abs((one ?? 0) - (two ?? 0)) <= NEAR_COLOR;
      });
    })
  );
}

/** What happened to many parts alike is said once. */
function gathered(all: readonly Change[]): string[] {
  const groups: Change[][] = [];
  for (const change of all) {
    const group = groups.find(
      ([first]) =>
        first !== undefined &&
        first.what === change.what &&
        Math.abs((first.by ?? 0) - (change.by ?? 0)) <= ALIKE,
    );
    if (group === undefined) groups.push([change]);
    else group.push(change);
  }
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const by = group.map((one) => one.by ?? 0);
    const [least, most] = [Math.min(...by), Math.max(...by)];
    const length =
      first.by === null ? "" : ` by ${least === most ? least : `${least} to ${most}`} px`;
    const others =
      group.length === 1 ? "" : `; so did ${group.length - 1} more, to ${nameOf(last.part)}`;
    return [`${nameOf(first.part)} ${first.what}${length}${others}`];
  });
}

interface Loose {
  readonly part: Part;
  /** How many matched parts come before it. */
  readonly gap: number;
}

/** The longest run of parts with the same role and name that both have in the same order, and what is left of each. */
function matched(
  was: readonly Part[],
  is: readonly Part[],
): { pairs: [Part, Part][]; gone: Loose[]; fresh: Loose[] } {
  const longest = Array.from({ length: was.length + 1 }, () =>
    Array.from({ length: is.length + 1 }, () => 0),
  );
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  const same = (a: Part | undefined, b: Part | undefined): boolean =>
    a !== undefined && b !== undefined && nameOf(a) === nameOf(b);
  for (let i = was.length - 1; i >= 0; i--) {
    for (let j = is.length - 1; j >= 0; j--) {
      const row = longest[i];
      if (row === undefined) continue;
      row[j] = same(was[i], is[j]) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: [Part, Part][] = [];
  const [gone, fresh]: [Loose[], Loose[]] = [[], []];
  for (let [i, j] = [0, 0]; i < was.length || j < is.length;) {
    const [a, b] = [was[i], is[j]];
    if (a !== undefined && b !== undefined && same(a, b)) {
      pairs.push([a, b]);
      i++;
      j++;
    } else if (b === undefined || (a !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      if (a !== undefined) gone.push({ part: a, gap: pairs.length });
      i++;
    } else {
      fresh.push({ part: b, gap: pairs.length });
      j++;
    }
  }
  return { pairs, gone, fresh };
}
