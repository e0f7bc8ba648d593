// TOML, as far as tables of servers need it: our tables are replaced line by line, the rest is not touched. What
// the scanner understands of the text is checked against a real parser afterwards (config-text.ts).
import { parse } from "smol-toml";
import type { ConfigEntry } from "./assistants.ts";
import { ConfigFault, type ShownPart, type TextFormat } from "./text-format.ts";

interface Header {
  /** Where its line begins and ends, the line break included. */
  readonly start: number;
  readonly end: number;
  readonly path: readonly string[];
}
interface Statement {
  readonly start: number;
  readonly end: number;
}
interface Scan {
  readonly headers: readonly Header[];
  readonly statements: readonly Statement[];
  readonly parts: readonly ShownPart[];
}

const lineEnd = (text: string, at: number): number => {
  const found = text.indexOf("\n", at);
  return found === -1 ? text.length : found + 1;
};

/** Index after the closing quotes (TOML 1.0, section "String"). */
function stringEnd(text: string, at: number): number {
  const quote = text.charAt(at);
  const triple = quote.repeat(3);
  const long = text.startsWith(triple, at);
  let i = at + (long ? 3 : 1);
  for (; i < text.length; i++) {
    if (quote === '"' && text.charAt(i) === "\\") i++;
    else if (long) {
      if (!text.startsWith(triple, i)) continue;
      // Up to two quotes may stand right before the closing ones.
      let end = i + 3;
      while (end < i + 5 && text.charAt(end) === quote) end++;
      return end;
    } else if (text.charAt(i) === quote) return i + 1;
    else if (text.charAt(i) === "\n") return i;
  }
  return text.length;
}

/** The text of a string literal, as far as comparing it needs. */
function literal(raw: string): string {
  if (raw.startsWith("'")) return raw.replace(/^'{3}\n?|^'|'{3}$|'$/g, "");
  try {
    return JSON.parse(raw) as string;
  } catch {
    return raw;
  }
}

/** `mcp_servers."my server".env` → its parts (TOML 1.0, section "Keys"). */
function pathOf(text: string): string[] {
  const path: string[] = [];
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+/g)) {
    path.push(/^["']/.test(match[0]) ? literal(match[0]) : match[0]);
  }
  return path;
}

function scan(text: string): Scan {
  const headers: Header[] = [];
  const statements: Statement[] = [];
  const parts: ShownPart[] = [];
  let depth = 0;
  let begun: number | null = null;
  let fresh = true;
  for (let i = 0; i < text.length;) {
    const char = text.charAt(i);
    if (char === "\n") {
      if (depth === 0) {
        if (begun !== null) statements.push({ start: begun, end: i + 1 });
        begun = null;
        fresh = true;
      }
      i++;
    } else if (char === "#") {
      const end = lineEnd(text, i);
      const cut = text.slice(i, end).replace(/\r?\n$/, "").length + i;
      parts.push({ start: i, end: cut, kind: "comment", value: text.slice(i, cut) });
      i = cut;
    } else if (/\s/.test(char)) {
      i++;
    } else if (fresh && char === "[") {
      let end = i;
      while (end < text.length && !/[\n#]/.test(text.charAt(end))) {
        end = /["']/.test(text.charAt(end)) ? stringEnd(text, end) : end + 1;
      }
      const start = text.lastIndexOf("\n", i - 1) + 1;
      headers.push({ start, end: lineEnd(text, end), path: pathOf(text.slice(i, end)) });
      fresh = false;
      i = end;
    } else {
      if (fresh) begun = text.lastIndexOf("\n", i - 1) + 1;
      fresh = false;
      if (char === '"' || char === "'") {
        const end = stringEnd(text, i);
        const isKey = /^[ \t]*[=.]/.test(text.slice(end, end + 40));
        if (!isKey) {
          parts.push({ start: i, end, kind: "string", value: literal(text.slice(i, end)) });
        }
        i = end;
      } else {
        if (char === "[" || char === "{") depth++;
        if (char === "]" || char === "}") depth = Math.max(0, depth - 1);
        i++;
      }
    }
  }
  if (begun !== null) statements.push({ start: begun, end: text.length });
  return { headers, statements, parts };
}

const bare = (name: string): string =>
  /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
const eolOf = (text: string): string => (/\r?\n/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n");

function rendered(value: unknown): string {
  if (typeof value === "string") {
    // A TOML basic string has JSON's escapes, but for the control character that JSON leaves as it is.
    return JSON.stringify(value).replaceAll("\u007f", String.raw`\u007f`);
  }
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") {
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(rendered).join(", ")}]`;
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    const fields = Object.entries(value).map(([key, one]) => `${bare(key)} = ${rendered(one)}`);
    return `{ ${fields.join(", ")} }`;
  }
  throw new ConfigFault("its entry holds a value that cannot be kept");
}

/** From a table's header to its last statement; comments that follow belong to what comes next. */
function extentOf(text: string, { headers, statements }: Scan, header: Header): [number, number] {
  const next = headers.find(({ start }) => start > header.start)?.start ?? text.length;
  const last = statements.findLast(({ start, end }) => start >= header.end && end <= next);
  return [header.start, last?.end ?? header.end];
}

const within = (header: Header, key: string, name: string): boolean =>
  header.path[0] === key && header.path[1] === name;

/** @throws ConfigFault */
function parsed(text: string): Record<string, unknown> {
  try {
    return parse(text, { integersAsBigInt: "asNeeded" });
  } catch (error) {
    const line = (error as { line?: unknown }).line;
    throw new ConfigFault("it is not valid TOML", typeof line === "number" ? line : null);
  }
}

export const tomlText: TextFormat = {
  read(text, key) {
    const whole = parsed(text);
    const servers = whole[key] ?? {};
    if (typeof servers !== "object" || Array.isArray(servers)) {
      throw new ConfigFault(`“${key}” in it is not a table`);
    }
    const entries = new Map<string, ConfigEntry>();
    for (const [name, entry] of Object.entries(servers)) {
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
        throw new ConfigFault(`an entry under “${key}” in it is not a table`);
      }
      entries.set(name, entry as ConfigEntry);
    }
    return { whole, entries };
  },

  set(text, key, name, entry) {
    const eol = eolOf(text);
    const scanned = scan(text);
    const header = scanned.headers.find((one) => within(one, key, name) && one.path.length === 2);
    const line = ([field, value]: [string, unknown]): string =>
      `${bare(field)} = ${rendered(value)}${eol}`;
    if (header === undefined) {
      const end = text === "" || text.endsWith("\n") ? "" : eol;
      const gap = text.trim() === "" ? "" : eol;
      const fields = Object.entries(entry).map(line).join("");
      return `${text}${end}${gap}[${bare(key)}.${bare(name)}]${eol}${fields}`;
    }
    const [, end] = extentOf(text, scanned, header);
    const own = scanned.statements.filter((one) => one.start >= header.end && one.end <= end);
    const fields = new Map(Object.entries(entry));
    let body = "";
    let at = header.end;
    for (const statement of own) {
      const field = pathOf(/^[^=]*/.exec(text.slice(statement.start, statement.end))?.[0] ?? "")[0];
      body += text.slice(at, statement.start);
      at = statement.end;
      if (field === undefined) continue;
      const was = text.slice(statement.start, statement.end);
      const value = fields.get(field);
      fields.delete(field);
      // What only stands there as it stood stays as it was written.
      const kept = value !== undefined && unchanged(was, field, value);
      if (kept || value === undefined) body += was;
      else body += line([field, value]);
    }
    const subtables = scanned.headers.filter(
      (one) => within(one, key, name) && one.path.length > 2,
    );
    const kept = new Set(subtables.map(({ path }) => path[2] ?? ""));
    const added = [...fields].filter(([field]) => !kept.has(field) || field === "http_headers");
    const lead = header.end > 0 && !text.slice(0, header.end).endsWith("\n") ? eol : "";
    const filled = body === "" || body.endsWith("\n") ? body : body + eol;
    const whole =
      text.slice(0, header.end) + lead + added.map(line).join("") + filled + text.slice(end);
    if (!added.some(([field]) => kept.has(field))) return whole;
    return without(
      whole,
      (path) => path[0] === key && path[1] === name && path[2] === "http_headers",
    );
  },

  remove: (text, key, name) => without(text, (path) => path[0] === key && path[1] === name),

  parts: (text) => [...scan(text).parts],
};

function unchanged(statement: string, field: string, value: unknown): boolean {
  try {
    return rendered(parse(statement)[field]) === rendered(value);
  } catch {
    return false;
  }
}

/** The text without the tables that this is true of, and without the blank line before each. */
function without(text: string, goes: (path: readonly string[]) => boolean): string {
  let now = text;
  for (;;) {
    const scanned = scan(now);
    const header = scanned.headers.find(({ path }) => goes(path));
    if (header === undefined) return now;
    const [start, end] = extentOf(now, scanned, header);
    const blank = /(?:^|\n)(\r?\n)$/.exec(now.slice(0, start))?.[1] ?? "";
    now = now.slice(0, start - blank.length) + now.slice(end);
  }
}
