// Walks the tour's ways in a language that nobody speaks: what a stop asks for by its English name is found by the same name
// in that language, or by the name itself where it is data.
import type { Locator, Page } from "playwright";
import { pseudo } from "../../renderer/lib/pseudo.ts";

const odd = (text: string): string => [...text].map((one) => ODD.get(one) ?? one).join("");
const ODD = new Map(
  [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => [
    letter,
    [...pseudo(letter)][1] ?? letter,
  ]),
);
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
const OPEN = "⟦*";
/** What follows the words of a text: padding and brackets, also of texts within texts. */
const CLOSE = "[ óɲón⟧.]*";

export function named(name: string | RegExp, exact: boolean): RegExp {
  if (typeof name === "string") {
    const either = `(?:${escaped(name)}|${OPEN}${escaped(odd(name))}${CLOSE})`;
    return new RegExp(exact ? `^${either}$` : either, exact ? "u" : "iu");
  }
  const source = name.source
    .replaceAll(/\\?[A-Za-z]/g, (one) => (one.startsWith("\\") ? one : `[${one}${odd(one)}]`))
    .replace(/^\^/, `^${OPEN}`)
    .replace(/\$$/, `${CLOSE}$`);
  return new RegExp(source, `${name.flags.replace("u", "")}u`);
}

type Options = { name?: string | RegExp; exact?: boolean; hasText?: string | RegExp } | undefined;
const translated = (options: Options): Options => {
  if (options === undefined) return undefined;
  const { name, exact = false, hasText, ...rest } = options;
  return {
    ...rest,
    ...(name !== undefined && { name: named(name, exact) }),
    ...(hasText !== undefined && { hasText: named(hasText, false) }),
  };
};
const BY_TEXT = new Set(["getByText", "getByLabel", "getByPlaceholder", "getByTitle"]);
const INNER = Symbol("inner");

/** The same page or locator, asked in English. What waits for a clock alone does not wait. */
export function inPseudo<T extends Page | Locator>(real: T): T {
  const wrap = (value: unknown): unknown =>
    typeof value === "object" && value !== null && "getByRole" in value
      ? inPseudo(value as Locator)
      : value;
  return new Proxy(real, {
    get(target, key) {
      if (key === INNER) return target;
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const given = args.map((one) => {
          const inner =
            typeof one === "object" && one !== null ? (one as { [INNER]?: unknown })[INNER] : null;
          return inner ?? one;
        });
        if (key === "waitForTimeout") return Promise.resolve();
        if (BY_TEXT.has(String(key))) {
          const exact = (given[1] as { exact?: boolean } | undefined)?.exact ?? false;
          return wrap(value.call(target, named(given[0] as string | RegExp, exact)));
        }
        if (key === "getByRole") {
          return wrap(value.call(target, given[0], translated(given[1] as Options)));
        }
        if (key === "filter") {
          const { has, ...rest } = given[0] as { has?: { [INNER]?: unknown } } & object;
          const found = has === undefined ? {} : { has: has[INNER] ?? has };
          return wrap(value.call(target, { ...translated(rest as Options), ...found }));
        }
        return wrap(value.apply(target, given) as unknown);
      };
    },
  });
}
