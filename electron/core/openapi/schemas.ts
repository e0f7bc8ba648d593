// Schemas of a document (OpenAPI 3.0's dialect, or JSON Schema 2020-12 in 3.1) as plain, small JSON Schema for a tool:
// references are written out, what validators could act upon (`$id`, `$ref`, `$dynamicRef`, …) is left behind.
import { follow } from "./refs.ts";
import { isPlain, NotOffered, own, type Plain, words } from "./refuse.ts";

const MOST_DEPTH = 14;
/** Schemas of one operation, references written out. */
const MOST_SCHEMAS = 1500;
const MOST_ENUM = 200;
const MOST_PROPERTIES = 250;
const MOST_TEXT = 400;
const MOST_PATTERN = 200;

const TYPES = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
const NUMBERS = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const INNER = ["items", "additionalProperties", "not"];

/** Where what was left out stood. */
const ANYTHING = { description: "(not described any further)" };

/** Writes the schemas of one operation; what is too much becomes "anything". */
export class SchemaWriter {
  readonly #root: unknown;
  #left = MOST_SCHEMAS;
  constructor(root: unknown) {
    this.#root = root;
  }

  /** @throws NotOffered where a reference leads out of the document or nowhere */
  write(schema: unknown): Plain {
    const written = this.#write(schema, [], 0);
    return isPlain(written) ? written : {};
  }

  #write(schema: unknown, open: readonly string[], depth: number): unknown {
    if (typeof schema === "boolean") return schema;
    if (!isPlain(schema)) return {};
    if (this.#left-- <= 0 || depth > MOST_DEPTH) return ANYTHING;
    const { value, via } = follow(this.#root, schema);
    if (via.some((ref) => open.includes(ref))) return { description: "(the same again)" };
    if (!isPlain(value)) return typeof value === "boolean" ? value : {};
    const inside = via.length === 0 ? open : [...open, ...via];
    const out: [string, unknown][] = [...scalars(value)];
    for (const name of INNER) {
      const inner = own(value, name);
      if (inner !== undefined) out.push([name, this.#write(inner, inside, depth + 1)]);
    }
    for (const name of LISTS) {
      const list = own(value, name);
      if (!Array.isArray(list) || list.length === 0) continue;
      out.push([name, list.slice(0, 50).map((one) => this.#write(one, inside, depth + 1))]);
    }
    const properties = own(value, "properties");
    if (isPlain(properties)) out.push(...this.#properties(value, properties, inside, depth));
    // OpenAPI 3.1 lets a description stand beside a reference.
    const beside = via.length === 0 ? "" : words(own(schema, "description"), MOST_TEXT);
    if (beside !== "") out.push(["description", beside]);
    return Object.fromEntries(out);
  }

  #properties(
    schema: Plain,
    properties: Plain,
    open: readonly string[],
    depth: number,
  ): [string, unknown][] {
    const kept: [string, unknown][] = [];
    for (const [name, inner] of Object.entries(properties).slice(0, MOST_PROPERTIES)) {
      if (name.length > 200 || /[\p{C}]/u.test(name)) {
        throw new NotOffered("a name in its schema holds characters that cannot be seen");
      }
      // What only the server writes is nothing that a call could say.
      if (isPlain(inner) && own(inner, "readOnly") === true) continue;
      kept.push([name, this.#write(inner, open, depth + 1)]);
    }
    const there = new Set(kept.map(([name]) => name));
    const required = own(schema, "required");
    const wanted = Array.isArray(required)
      ? [...new Set(required)].filter((one) => typeof one === "string" && there.has(one))
      : [];
    return [
      ["properties", Object.fromEntries(kept)],
      ...(wanted.length > 0 ? [["required", wanted] as [string, unknown]] : []),
    ];
  }
}

function scalars(schema: Plain): [string, unknown][] {
  const out: [string, unknown][] = [];
  const type = typeOf(schema);
  if (type !== undefined) out.push(["type", type]);
  for (const [name, most] of [
    ["title", 120],
    ["description", MOST_TEXT],
    ["format", 40],
  ] as const) {
    const text = words(own(schema, name), most);
    if (text !== "") out.push([name, text]);
  }
  for (const name of NUMBERS) {
    const value = own(schema, name);
    if (typeof value === "number" && isExact(value)) out.push([name, value]);
  }
  // OpenAPI 3.0: a switch beside the bound (JSON Schema draft 5).
  for (const [name, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    const value = own(schema, bound);
    if (own(schema, name) === true && typeof value === "number" && isExact(value))
      out.push([name, value]);
  }
  if (own(schema, "uniqueItems") === true) out.push(["uniqueItems", true]);
  const pattern = own(schema, "pattern");
  if (typeof pattern === "string" && isPattern(pattern)) out.push(["pattern", pattern]);
  const choices = own(schema, "enum");
  if (Array.isArray(choices) && choices.length > 0) {
    // A list that nobody reads to its end says what it is instead.
    if (choices.length <= MOST_ENUM && choices.every(isSmall)) out.push(["enum", choices]);
    else out.push(["description", `One of ${choices.length} values of the API.`]);
  }
  for (const name of ["const", "default"]) {
    const value = own(schema, name);
    if (value !== undefined && isSmall(value)) out.push([name, value]);
  }
  return out;
}

function typeOf(schema: Plain): unknown {
  const type = own(schema, "type");
  const all = (Array.isArray(type) ? type : [type]).filter(
    (one): one is string => typeof one === "string" && TYPES.has(one),
  );
  // OpenAPI 3.0: `nullable` beside the type.
  if (all.length > 0 && own(schema, "nullable") === true) all.push("null");
  const different = [...new Set(all)];
  return different.length > 1 ? different : different[0];
}

/** Plain values, and lists and objects of such: what every reader gives back as it was. */
const isSmall = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.values(value).every(isScalar) && JSON.stringify(value).length <= 1000
    : isScalar(value);

const isScalar = (value: unknown): boolean =>
  typeof value === "number"
    ? isExact(value)
    : typeof value === "string"
      ? value.length <= 1000 && !/\p{Surrogate}/u.test(value)
      : typeof value === "boolean" || value === null;

/** A bound that no double holds (`9223372036854775807`) would say something else than the document. */
const isExact = (value: number): boolean =>
  Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** One that the agent's own reader can compile (ECMA-262, as JSON Schema 2020-12 has it). */
function isPattern(pattern: string): boolean {
  if (pattern.length > MOST_PATTERN) return false;
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
