// Path templates: `/items/{sku}/parts/{part}`. What is fixed in them is what a person agreed to.

const PLACE = /\{([^{}/]+)\}/g;
/** RFC 3986 section 3.3, with braces for the places. */
const PATH = /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@{}[\]]|%[0-9A-Fa-f]{2})*)+$/;

/** The names of its places, in order. */
export const placesOf = (path: string): string[] =>
  [...path.matchAll(PLACE)].map(([, name]) => name ?? "");

/** Why a template cannot be used; null where it can. */
export function pathProblem(path: string): string | null {
  const places = placesOf(path);
  const bare = path.replaceAll(PLACE, "x");
  if (places.some((name) => name.length > 128 || /\p{C}/u.test(name))) {
    return "a place in its path has a name that cannot be shown";
  }
  if (new Set(places).size < places.length) return "its path names a place twice";
  if (!PATH.test(bare) || /[{}[\]]/.test(bare)) return "its path holds what no path can hold";
  if (bare.includes("//")) return "its path holds an empty part";
  if (/%(?:2f|5c|2e|25|00)/i.test(bare)) return "its path hides a separator";
  if (bare.split("/").some((part) => part === "." || part === ".."))
    return "its path leads upwards";
  return null;
}

/** The template with each place filled by `fill`. */
export const filled = (path: string, fill: (name: string) => string): string =>
  path.replaceAll(PLACE, (_, name: string) => fill(name));
