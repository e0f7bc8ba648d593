// Reads the text of an OpenAPI document, JSON or YAML, as what it is: a file from somewhere. Bounded in size, depth and
// number of values before anything looks at what it says.
import { isCollection, isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { saysTwice } from "../pins/canonical.ts";
import { readTree } from "../pins/json-tree.ts";
import { utf8Length } from "../text.ts";
import { unusable } from "./refuse.ts";

/** Bytes of UTF-8. */
export const MOST_BYTES = 4 * 1024 * 1024;
const MOST_DEPTH = 128;
/** Values that a walk over the whole document meets; what aliases repeat is met again. */
const MOST_VALUES = 400_000;
/** Nodes that aliases may stand for (a "billion laughs" needs many). */
const MOST_ALIASES = 100;

/**
 * @returns plain JSON values
 * @throws Refusal `openapi_invalid`
 */
export function parseApiText(text: string): unknown {
  if (text.length > MOST_BYTES || utf8Length(text) > MOST_BYTES) {
    throw unusable("it is larger than 4 MiB");
  }
  const bare = text.replace(/^\ufeff/, "");
  const value = /^\s*\{/.test(bare) ? readJsonText(bare) : readYamlText(bare);
  checkSize(value);
  return value;
}

function readJsonText(text: string): unknown {
  const tree = readTree(text);
  if (tree === null) {
    // YAML in flow style begins with a brace, too; a document that is neither is told about as JSON.
    throw unusable(`it is not valid JSON, or nested deeper than ${MOST_DEPTH} levels`);
  }
  if (saysTwice(tree)) throw unusable("an object in it names a member twice");
  return JSON.parse(text) as unknown;
}

function readYamlText(text: string): unknown {
  const deep = unusable(`it is not valid YAML, or nested deeper than ${MOST_DEPTH} levels`);
  if (indentedTooDeep(text)) throw deep;
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      strict: true,
      // Compares every key with every other: looked for below in linear time.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
      lineCounter,
    });
    const [fault] = document.errors;
    if (fault !== undefined) {
      throw unusable(`it is not valid YAML (line ${lineCounter.linePos(fault.pos[0]).line})`);
    }
    visit(document, {
      Map(_, map) {
        const keys = new Set<unknown>();
        for (const { key } of map.items) {
          const name = isScalar(key) ? String(key.value) : undefined;
          if (name === undefined || isCollection(key) || isMap(key)) {
            throw unusable("a name in it is not a plain text");
          }
          if (keys.has(name)) throw unusable(`an object in it names “${name.slice(0, 60)}” twice`);
          keys.add(name);
        }
      },
    });
    return document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown;
  } catch (error) {
    // A stack that ran out, an alias that leads nowhere or stands for too much.
    if (error instanceof RangeError || error instanceof ReferenceError) throw deep;
    throw error;
  }
}

/** Brackets of flow style, and dashes of block style, that open more levels than anybody writes. */
function indentedTooDeep(text: string): boolean {
  return /(?:[[{][\s]*){129}|(?:- +){129}|(?:\? +){129}/.test(text) || /^ {2048}/m.test(text);
}

/** @throws Refusal `openapi_invalid` */
function checkSize(root: unknown): void {
  let level: unknown[] = [root];
  let count = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_DEPTH) throw unusable(`it is nested deeper than ${MOST_DEPTH} levels`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      const inner = Object.values(value);
      count += inner.length;
      if (count > MOST_VALUES) throw unusable(`it holds more than ${MOST_VALUES} values`);
      for (const one of inner) next.push(one);
    }
    level = next;
  }
}
