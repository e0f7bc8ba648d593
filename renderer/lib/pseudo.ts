// A language that nobody speaks: every sentence of the catalogue in brackets, accented and two fifths longer, so that a
// screen shows at once which of its words come from the catalogue and what a longer language would break. For tests: the
// page's address asks for it (`?locale=pseudo`, `?locale=pseudo-rtl` from right to left), and no page that ships has one.

export type Locale = "en" | "pseudo" | "pseudo-rtl";

/** @param search of the page's address */
export function localeOf(search: string): Locale {
  const wanted = new URLSearchParams(search).get("locale");
  return wanted === "pseudo" || wanted === "pseudo-rtl" ? wanted : "en";
}

const PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ODD = "áƀçđéƒğĥíĵķłɱñóþǫřšţúṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ";
const letters = new Map(Array.from(PLAIN, (letter, i) => [letter, Array.from(ODD)[i] ?? letter]));
/** Tokens of the contract that stand in the catalogue: what they are is told by other words of it. */
const TOKENS = new Set(["allow", "ask", "deny"]);

export function pseudo(text: string): string {
  if (TOKENS.has(text) || !/\p{L}/u.test(text)) return text;
  const odd = Array.from(text, (letter) => letters.get(letter) ?? letter).join("");
  // Words, not one long one: a longer sentence may be broken, a longer word may not.
  const more = Math.ceil(text.length * 0.4);
  const padding = "ón "
    .repeat(Math.ceil(more / 3))
    .slice(0, more)
    .trim();
  return `⟦${odd} ${padding}⟧`;
}

/** The same catalogue with all of its texts changed, also those that functions make. */
export function pseudoCatalogue<T>(node: T): T {
  if (typeof node === "string") return pseudo(node) as T;
  if (typeof node === "function") {
    const make = node as unknown as (...args: unknown[]) => unknown;
    return ((...args: unknown[]) => pseudoCatalogue(make(...args))) as T;
  }
  if (Array.isArray(node)) return node.map((one: unknown) => pseudoCatalogue(one)) as T;
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, pseudoCatalogue(value as unknown)]),
  ) as T;
}
