// What the schemas of a tool must not hold: a reference that would be fetched, and a header that no client may send.

type Json = unknown;
const isObject = (value: Json): value is Readonly<Record<string, Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Members whose values are data and not schemas: a `$ref` in them is a text like any other. */
const DATA = new Set(["const", "enum", "default", "examples", "example"]);

/**
 * References that lead out of the schema: to anything but a place in it (`#…`) or an anchor. The specification forbids
 * to follow them by network; a validator that does would call whoever the server names (threat 14).
 */
export function outsideRefs(schema: Json, depth = 0): readonly string[] {
  if (depth > 128) return ["deeper than anybody reads"];
  if (Array.isArray(schema)) return schema.flatMap((one) => outsideRefs(one, depth + 1));
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    if (
      (name === "$ref" || name === "$dynamicRef" || name === "$recursiveRef") &&
      typeof value === "string"
    ) {
      return leadsOut(value) ? [value] : [];
    }
    // A property may be called `$ref` or `default`: below `properties`, names are nobody's keyword.
    if (
      name === "properties" ||
      name === "patternProperties" ||
      name === "$defs" ||
      name === "definitions"
    ) {
      return isObject(value)
        ? Object.values(value).flatMap((one) => outsideRefs(one, depth + 1))
        : [];
    }
    return DATA.has(name) ? [] : outsideRefs(value, depth + 1);
  });
}

/** A scheme (`https:`, `file:`), a host (`//x`), or their beginnings behind white space. */
const leadsOut = (ref: string): boolean =>
  /^[\s\p{Cc}]*(?:[a-z][a-z0-9+.-]*:|[\\/]{2})/iu.test(ref);

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;

/**
 * Why the `x-mcp-header` names of an input schema cannot be used (SEP-2243): clients must drop such a tool.
 * @returns null where all of them are fine
 */
export function badHeader(schema: Json): string | null {
  const seen = new Set<string>();
  function walk(
    value: Json,
    reachable: boolean,
    isProperty: boolean,
    depth: number,
  ): string | null {
    if (depth > 128) return "deeper than anybody reads";
    if (Array.isArray(value)) {
      return first(value, (one) => walk(one, false, false, depth + 1));
    }
    if (!isObject(value)) return null;
    if (Object.hasOwn(value, "x-mcp-header")) {
      const name = value["x-mcp-header"];
      if (!reachable || !isProperty) return "it stands where no argument is";
      if (typeof name !== "string" || !TOKEN.test(name)) return "it is no name of a header";
      if (!["string", "integer", "boolean"].includes(String(value["type"]))) {
        return "its argument is no plain value";
      }
      if ("$ref" in value) return "its argument is a reference";
      const lower = name.toLowerCase();
      if (seen.has(lower)) return "it stands twice";
      seen.add(lower);
    }
    return first(Object.entries(value), ([name, inner]) => {
      if (DATA.has(name)) return null;
      if (name === "properties" && isObject(inner)) {
        return first(Object.values(inner), (one) => walk(one, reachable, true, depth + 1));
      }
      return walk(inner, false, false, depth + 1);
    });
  }
  return walk(schema, true, false, 0);
}

function first<T>(list: readonly T[], find: (one: T) => string | null): string | null {
  for (const one of list) {
    const found = find(one);
    if (found !== null) return found;
  }
  return null;
}
