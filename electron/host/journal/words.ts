// What is put into the full-text index, and how a query asks for it. Both sides must agree, so they are one file.
import { createHash } from "node:crypto";
import type { CallQuery } from "../../core/journal.ts";
import { cut } from "./rows.ts";
import type { SqlRow, SqlValue } from "./sqlite.ts";

/**
 * First character of every facet's word. The tokenizer takes it for a letter (private use, category Co), and it is
 * removed from text, so that no agent can write words that answer to a filter.
 */
const MARK = "\ue000";
const UNINDEXED = /[\0\ue000]/g;

/** Facet → its letter in the index and its column in `calls`. */
const FACETS = {
  tenant: ["t", "tenant"],
  agentId: ["a", "agent_id"],
  serverId: ["s", "server_id"],
  tool: ["l", "tool"],
  outcome: ["o", "outcome"],
  code: ["c", "code"],
  decision: ["d", "decision"],
  authMethod: ["m", "auth_method"],
  account: ["u", "account"],
  run: ["r", "run"],
} as const;
type Facet = keyof typeof FACETS;

const known = new Map<string, string>();

/**
 * The word of one facet value: a hash, because values hold characters that separate words and differ in case.
 * 96 bits: values come from agents (tool names), and two of them must not share a word.
 */
function facetWord(facet: Facet, value: string): string {
  const key = FACETS[facet][0] + value;
  let word = known.get(key);
  if (word === undefined) {
    const hash = createHash("sha256").update(value).digest("hex").slice(0, 24);
    word = MARK + FACETS[facet][0] + hash;
    if (known.size >= 4096) known.clear();
    known.set(key, word);
  }
  return word;
}

const ESCAPES = /\\(?:u([0-9a-fA-F]{4})|(.))/g;

/** JSON text with its escapes resolved: in `"one\ntwo"` the word is `two`, not `ntwo`. */
function unescaped(json: string): string {
  if (!json.includes("\\")) return json;
  return json.replace(ESCAPES, (_, hex: string | undefined, plain: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return plain === undefined || "bfnrt".includes(plain) ? " " : plain;
  });
}

/** Puts one row into an index; takes wordValues. */
export const insertWords = (index: "words" | "fresh_words"): string =>
  `INSERT INTO ${index}(rowid, agent, server, tool, method, input, code, detail, facets)
  VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const text = (value: SqlValue | undefined): string => String(value ?? "").replace(UNINDEXED, " ");

/** Values for insertWords, from a row of READ_CALL. */
export function wordValues(row: SqlRow): SqlValue[] {
  const facets = (Object.keys(FACETS) as Facet[]).flatMap((facet) => {
    const value = row[FACETS[facet][1]];
    return typeof value === "string" ? [facetWord(facet, value)] : [];
  });
  return [
    row["seq"] ?? null,
    ["agent_name", "agent_id", "agent_subject", "agent_thumbprint"]
      .map((name) => text(row[name]))
      .join(" "),
    `${text(row["server_name"])} ${text(row["server_id"])}`,
    text(row["tool"]),
    text(row["method"]),
    unescaped(String(row["input"] ?? "")).replace(UNINDEXED, " "),
    text(row["code"]),
    text(row["detail"]),
    facets.join(" "),
  ];
}

const quoted = (word: string): string => `"${word.replaceAll('"', '""')}"`;

/** The characters that FTS5's unicode61 builds words of, and marks that lean on them. */
const TAIL = /([\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*)[^\p{L}\p{N}\p{Co}]*$/u;

/**
 * One word that a person typed, as an FTS5 string: quoted, so that nothing in it is syntax. Its last part is found
 * by its beginning, except a single letter of a script with many words per letter: `s` would read half the index.
 * Null for a word without letters or digits.
 */
function typedWord(word: string): string | null {
  const tail = TAIL.exec(word)?.[1];
  if (tail === undefined) return null;
  const isShort = tail.length === 1 && tail < "\u2e80";
  return isShort ? quoted(word) : `${quoted(word)} *`;
}

/** An FTS5 expression, `everything` where the query filters by no facet and no word, `nothing` where none can match. */
export type Match =
  | { readonly kind: "everything" | "nothing" }
  | { readonly kind: "words"; readonly expression: string };

/** Reads text and facets of a query. All must hold; of several outcomes, one. */
export function matchOf(query: CallQuery): Match {
  const parts: string[] = [];
  for (const facet of Object.keys(FACETS) as Facet[]) {
    const wanted = query[facet];
    if (wanted === undefined) continue;
    const values = typeof wanted === "string" ? [wanted] : wanted;
    if (values.length === 0) return { kind: "nothing" };
    // What is stored is bounded; a value beyond the bound is asked for as it was stored.
    const words = [...new Set(values)].map((value) => quoted(facetWord(facet, cut(value, 1024))));
    parts.push(`(${words.join(" OR ")})`);
  }
  const typed = (query.text ?? "").slice(0, 1000).replace(UNINDEXED, " ").split(/\s+/u);
  const words = new Set(typed.filter((word) => word !== ""));
  const searchable = [...words].map(typedWord).filter((word) => word !== null);
  // Signs alone are in no index. They say nothing beside words, but by themselves they must not match everything.
  if (words.size > 0 && searchable.length === 0) return { kind: "nothing" };
  parts.push(...searchable);
  if (parts.length === 0) return { kind: "everything" };
  return { kind: "words", expression: parts.join(" AND ") };
}
