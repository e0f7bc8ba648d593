// JSON Pointer (RFC 6901), and values in one form in which equal ones are equal texts.

/** What a pointer leads to in a value that was parsed from JSON; undefined where there is nothing. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  if (!pointer.startsWith("/")) return undefined;
  let here = value;
  for (const raw of pointer.slice(1).split("/")) {
    // RFC 6901 section 3: `~` is followed by 0 or 1.
    if (/~(?![01])/.test(raw)) return undefined;
    // Section 4: `~1` first, so that `~01` is `~1` and not `/`.
    const token = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(here)) {
      // Section 4: digits without leading zeros; `-` is the element after the last, which is none.
      if (!/^(?:0|[1-9]\d*)$/.test(token)) return undefined;
      here = (here as unknown[])[Number(token)];
    } else if (typeof here === "object" && here !== null && Object.hasOwn(here, token)) {
      here = (here as Record<string, unknown>)[token];
    } else return undefined;
  }
  return here;
}

/** A member's name as a step of a pointer. */
export const pointerStep = (name: string): string =>
  `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** JSON text without spaces, members sorted by name (UTF-16 code units): equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>;
  const members = Object.keys(record)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(record[name])}`);
  return `{${members.join(",")}}`;
}
