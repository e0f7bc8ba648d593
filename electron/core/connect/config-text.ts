// The text of an assistant's configuration: read, and changed only where our entries stand. Whatever comes out is
// read again and compared with what was meant before anybody may write it.
import type { Assistant, ConfigEntry } from "./assistants.ts";
import { jsonText } from "./json-text.ts";
import { ConfigFault, type TextFormat } from "./text-format.ts";
import { tomlText } from "./toml-text.ts";

export { ConfigFault } from "./text-format.ts";

export const formatOf = (assistant: Assistant): TextFormat =>
  assistant.format === "toml" ? tomlText : jsonText;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Whether two parsed values are the same, whatever the order of their keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, i) => sameValue(one, b[i]));
  }
  if (a instanceof Date && b instanceof Date) return a.toJSON() === b.toJSON();
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  );
}

/** What an entry becomes: our fields in place, whatever else a person put beside them kept. */
export function merged(old: ConfigEntry | undefined, ours: ConfigEntry): ConfigEntry {
  if (old === undefined) return ours;
  const fields = Object.entries(ours).map(([key, value]) => {
    const before = old[key];
    return [key, isRecord(before) && isRecord(value) ? { ...before, ...value } : value] as const;
  });
  return { ...old, ...Object.fromEntries(fields) };
}

/** Whether everything of `ours` stands in the entry. */
export const holds = (entry: ConfigEntry, ours: ConfigEntry): boolean =>
  sameValue(merged(entry, ours), entry);

const BOM = "\u{feff}";

/**
 * The entries of a file.
 * @throws ConfigFault where it is not valid, or not shaped as this assistant's file is
 */
export function entriesIn(text: string, assistant: Assistant): ReadonlyMap<string, ConfigEntry> {
  const bare = text.startsWith(BOM) ? text.slice(1) : text;
  return formatOf(assistant).read(bare, assistant.key).entries;
}

/**
 * The text with these entries set, and those that are null taken out. Everything outside of them stays as it is,
 * byte for byte: comments, order, indentation, line ends, a byte order mark.
 * @throws ConfigFault where that cannot be done
 */
export function changed(
  text: string,
  assistant: Assistant,
  changes: ReadonlyMap<string, ConfigEntry | null>,
): string {
  const format = formatOf(assistant);
  const mark = text.startsWith(BOM) ? BOM : "";
  const before = text.slice(mark.length);
  const { whole, entries } = format.read(before, assistant.key);
  const wanted = new Map(entries);
  let now = before;
  for (const [name, entry] of changes) {
    if (entry === null) {
      if (entries.has(name)) now = format.remove(now, assistant.key, name);
      wanted.delete(name);
    } else {
      const next = merged(entries.get(name), entry);
      now = format.set(now, assistant.key, name, next);
      wanted.set(name, next);
    }
  }
  check(format, now, assistant, whole, wanted);
  return mark + now;
}

/** A fault of ours in editing must not reach the file. */
function check(
  format: TextFormat,
  text: string,
  { key }: Assistant,
  before: unknown,
  wanted: ReadonlyMap<string, ConfigEntry>,
): void {
  const after = format.read(text, key).whole;
  const rest = isRecord(before) ? before : {};
  const meant =
    key in rest || wanted.size > 0 ? { ...rest, [key]: Object.fromEntries(wanted) } : rest;
  // A last table of TOML that was taken out takes the key with it; both mean no server.
  const spare =
    isRecord(after) && !(key in after) && wanted.size === 0 ? { ...after, [key]: {} } : after;
  if (!sameValue(spare, meant) && !sameValue(after, meant)) {
    throw new ConfigFault("its layout leaves no safe place for an entry");
  }
}
