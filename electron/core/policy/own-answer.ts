// What a policy that others wrote says. Two forms are read: sets of rule ids under `deny`, `ask` and `allow`, and the
// form of the five patterns' article, where `allow` (and `deny`) is true, false or nothing.
import type { Says } from "./judge.ts";

const EFFECTS = ["deny", "ask", "allow"] as const;
const NOT_ALLOWED: Says = { deny: ["not-allowed"], ask: [], allow: [] };
const MOST = 1000;
/** UTF-16 units of one id: a policy may give a whole sentence as its reason. */
const LONGEST = 96;

/** An id as it may be written down and shown; null where it is none. */
function idOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const clean = value.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ").trim();
  return clean === "" ? null : clean.slice(0, LONGEST);
}

/** True stands for a rule of the effect's own name; null where the value is of neither form. */
function idsOf(effect: string, value: unknown): string[] | null {
  if (value === undefined || value === false) return [];
  if (value === true) return [effect];
  if (!Array.isArray(value) || value.length > MOST) return null;
  const ids = value.map(idOf);
  return ids.every((id) => id !== null) ? ids : null;
}

/**
 * Reads the answer of a policy of the person's own. `true`: allowed. `false`, or no answer: denied. An object needs at
 * least one of deny, ask, allow; other members are the policy's own and are passed over. Where `allow` is no set and not
 * true, and nothing else was said, it is denied, as the article's policy means it; where it is a set, nothing said
 * means ask.
 * @returns null where it cannot be read, which denies
 */
export function readOwn(answer: unknown): Says | null {
  if (answer === undefined || answer === false) return NOT_ALLOWED;
  if (answer === true) return { deny: [], ask: [], allow: ["allow"] };
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return null;
  const given = answer as Readonly<Record<string, unknown>>;
  if (!EFFECTS.some((effect) => Object.hasOwn(given, effect))) return null;
  const [deny, ask, allow] = EFFECTS.map((effect) =>
    idsOf(effect, Object.hasOwn(given, effect) ? given[effect] : undefined),
  );
  if (!deny || !ask || !allow) return null;
  const hasSets = EFFECTS.some((effect) => Array.isArray(given[effect]));
  if (!hasSets && deny.length + ask.length + allow.length === 0) return NOT_ALLOWED;
  return { deny, ask, allow };
}
