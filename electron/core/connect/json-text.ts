// JSON with or without comments and trailing commas: edits by splicing, so that nothing else moves.
import {
  type Node,
  type ParseError,
  createScanner,
  getNodeValue,
  parseTree,
  visit,
} from "jsonc-parser";
import type { ConfigEntry } from "./assistants.ts";
import { ConfigFault, type ShownPart, type TextFormat } from "./text-format.ts";

// jsonc-parser's SyntaxKind is a const enum, which a file compiled alone cannot read.
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;
const TRIVIA = 15;
const EOF = 17;

interface Token {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
}

export const lineOf = (text: string, offset: number): number =>
  text.slice(0, offset).split("\n").length;

/** Everything between two places, trivia included. */
function tokensBetween(text: string, from: number, to: number): Token[] {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  const found: Token[] = [];
  for (;;) {
    const kind: number = scanner.scan();
    const start = scanner.getTokenOffset();
    if (kind === EOF || start >= to) return found;
    found.push({ kind, start, end: start + scanner.getTokenLength() });
  }
}

/** Null for a text with nothing in it but space and comments. @throws ConfigFault */
function rootOf(text: string): Node | null {
  if (
    tokensBetween(text, 0, text.length).every(({ kind }) => kind >= LINE_COMMENT && kind <= TRIVIA)
  ) {
    return null;
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const [first] = errors;
  if (first !== undefined || root === undefined) {
    throw new ConfigFault("it is not valid JSON", lineOf(text, first?.offset ?? 0));
  }
  if (root.type !== "object") throw new ConfigFault("it is not an object", 1);
  return root;
}

const propertiesOf = (node: Node): Node[] => node.children ?? [];
const nameOf = (property: Node): string => String(property.children?.[0]?.value);
const valueOf = (property: Node): Node => property.children?.[1] ?? property;

/** @throws ConfigFault where it stands twice: programs differ on which of them counts */
function propertyOf(text: string, node: Node, name: string): Node | null {
  const [found, second] = propertiesOf(node).filter((one) => nameOf(one) === name);
  if (second !== undefined) {
    throw new ConfigFault(`“${name.slice(0, 60)}” stands in it twice`, lineOf(text, second.offset));
  }
  return found ?? null;
}

/** The object under the key; null where there is none. @throws ConfigFault */
function serversOf(text: string, root: Node | null, key: string): Node | null {
  const property = root === null ? null : propertyOf(text, root, key);
  if (property === null) return null;
  const value = valueOf(property);
  if (value.type !== "object") {
    throw new ConfigFault(`“${key}” in it is not an object`, lineOf(text, value.offset));
  }
  return value;
}

const eolOf = (text: string): string => (/\r?\n/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n");

/** The white space with which the line of this place begins, if nothing else stands before it. */
function indentAt(text: string, offset: number): string | null {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(start, offset);
  return /^[ \t]*$/.test(before) ? before : null;
}
/** The white space with which the line of this place begins, whatever follows it. */
const lineIndent = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset))?.[0] ?? "";

/** What one step of indentation is in this file. */
function unitOf(text: string, root: Node | null): string {
  const first = root === null ? undefined : propertiesOf(root)[0];
  const indent = first === undefined ? null : indentAt(text, first.offset);
  return indent === null || indent === "" ? "  " : indent;
}

interface Style {
  readonly eol: string;
  readonly unit: string;
}
const rendered = (value: unknown, indent: string, { eol, unit }: Style): string =>
  JSON.stringify(value, null, unit).replaceAll("\n", eol + indent);

const splice = (text: string, start: number, end: number, by: string): string =>
  text.slice(0, start) + by + text.slice(end);

/** Puts a property at the end of an object. */
function insert(text: string, node: Node, name: string, value: unknown, style: Style): string {
  const close = node.offset + node.length - 1;
  const last = propertiesOf(node).at(-1);
  const outer = lineIndent(text, node.offset);
  const from = last === undefined ? node.offset + 1 : last.offset + last.length;
  const tail = tokensBetween(text, from, close);
  const key = JSON.stringify(name);
  const comma = tail.find(({ kind }) => kind === COMMA);
  const broken = tail.some(({ kind }) => kind === LINE_BREAK);
  const commented = tail.findLast(({ kind }) => kind === LINE_COMMENT || kind === BLOCK_COMMENT);

  if (last !== undefined && !broken && indentAt(text, last.offset) === null) {
    // All on one line: it stays so.
    const at = comma?.end ?? from;
    const own = ` ${key}: ${JSON.stringify(value)}`;
    return splice(text, at, at, comma === undefined ? `,${own}` : `${own},`);
  }
  const indent = (last === undefined ? null : indentAt(text, last.offset)) ?? outer + style.unit;
  const own = `${style.eol}${indent}${key}: ${rendered(value, indent, style)}`;
  if (last === undefined) {
    const at = commented?.end ?? from;
    const after = tail.some(({ kind, start }) => kind === LINE_BREAK && start >= at);
    return splice(text, at, at, own + (after ? "" : style.eol + outer));
  }
  // After what stands on the same line as the last property: a comment there is about that property.
  let at = comma?.end ?? from;
  for (const token of tail) {
    if (token.kind === LINE_BREAK) break;
    if (token.kind === LINE_COMMENT || token.kind === BLOCK_COMMENT) at = Math.max(at, token.end);
  }
  const closing = broken ? "" : style.eol + outer;
  if (comma !== undefined) return splice(text, at, at, `${own},${closing}`);
  return splice(splice(text, at, at, own + closing), from, from, ",");
}

/** Start of the white space before a place. */
function spaceBefore(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && /[ \t]/.test(text.charAt(at - 1))) at--;
  if (text.charAt(at - 1) !== "\n") return at;
  return text.charAt(at - 2) === "\r" ? at - 2 : at - 1;
}

function cut(text: string, node: Node, property: Node): string {
  const all = propertiesOf(node);
  const at = all.indexOf(property);
  const next = all[at + 1];
  const previous = all[at - 1];
  const end = property.offset + property.length;
  const limit = next?.offset ?? node.offset + node.length - 1;
  const comma = tokensBetween(text, end, limit).find(({ kind }) => kind === COMMA);
  const start = spaceBefore(text, property.offset);
  const without = splice(text, start, comma?.end ?? end, "");
  if (comma !== undefined || previous === undefined) return without;
  const before = previous.offset + previous.length;
  const spare = tokensBetween(text, before, start).find(({ kind }) => kind === COMMA);
  return spare === undefined ? without : splice(without, spare.start, spare.end, "");
}

export const jsonText: TextFormat = {
  read(text, key) {
    const root = rootOf(text);
    const servers = serversOf(text, root, key);
    const entries = new Map<string, ConfigEntry>();
    for (const property of servers === null ? [] : propertiesOf(servers)) {
      propertyOf(text, servers as Node, nameOf(property));
      const value: unknown = getNodeValue(valueOf(property));
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        entries.set(nameOf(property), value as ConfigEntry);
      } else {
        throw new ConfigFault(
          `an entry under “${key}” in it is not an object`,
          lineOf(text, property.offset),
        );
      }
    }
    return { whole: root === null ? {} : (getNodeValue(root) as unknown), entries };
  },

  set(text, key, name, entry) {
    const root = rootOf(text);
    const style: Style = { eol: eolOf(text), unit: unitOf(text, root) };
    if (root === null) {
      const lead = text === "" || text.endsWith("\n") ? text : text + style.eol;
      return `${lead}${rendered({ [key]: { [name]: entry } }, "", style)}${style.eol}`;
    }
    const servers = serversOf(text, root, key);
    if (servers === null) return insert(text, root, key, { [name]: entry }, style);
    const property = propertyOf(text, servers, name);
    if (property === null) return insert(text, servers, name, entry, style);
    const value = valueOf(property);
    const inline = !text.slice(value.offset, value.offset + value.length).includes("\n");
    const own =
      inline && indentAt(text, property.offset) === null
        ? JSON.stringify(entry)
        : rendered(entry, lineIndent(text, property.offset), style);
    return splice(text, value.offset, value.offset + value.length, own);
  },

  remove(text, key, name) {
    const servers = serversOf(text, rootOf(text), key);
    const property = servers === null ? null : propertyOf(text, servers, name);
    return servers === null || property === null ? text : cut(text, servers, property);
  },

  parts(text) {
    const parts: ShownPart[] = [];
    visit(
      text,
      {
        onLiteralValue(value: unknown, start, length) {
          if (typeof value !== "string") return;
          parts.push({ start, end: start + length, kind: "string", value });
        },
        onComment(start, length) {
          const end = start + length;
          parts.push({ start, end, kind: "comment", value: text.slice(start, end) });
        },
      },
      { allowTrailingComma: true, disallowComments: false },
    );
    return parts.sort((a, b) => a.start - b.start);
  },
};
