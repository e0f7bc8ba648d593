// The language that nobody speaks, by which screens show what of them does not come from the catalogue.
import { describe, expect, it } from "vitest";
import { localeOf, pseudo, pseudoCatalogue } from "../../renderer/lib/pseudo.ts";
import { words } from "../../renderer/words.ts";

/** Every plain text of the catalogue. */
function texts(node: unknown): string[] {
  if (typeof node === "string") return [node];
  if (typeof node !== "object" || node === null) return [];
  return Object.values(node).flatMap(texts);
}

describe("the language that nobody speaks", () => {
  it("brackets, accents and lengthens each text, also what functions make, and leaves tokens alone", () => {
    expect(pseudo("Add a server")).toMatch(/^⟦Åđđ á šéřṽéř [ón ]+⟧$/);
    const all = texts(words).filter((text) => /\p{L}{3}/u.test(text));
    expect(all.length).toBeGreaterThan(500);
    for (const text of all) {
      if (["allow", "ask", "deny"].includes(text)) continue;
      expect(pseudo(text), text).toMatch(/^⟦.*⟧$/su);
      expect(pseudo(text).length).toBeGreaterThanOrEqual(Math.floor(text.length * 1.4));
    }
    const made = pseudoCatalogue({ a: (n: number) => `${n} calls`, list: [["deny", "Denied"]] });
    expect(made.a(3)).toMatch(/^⟦3 çáłłš/);
    expect(made.list[0]).toEqual(["deny", expect.stringMatching(/^⟦/)]);
  });

  it("is there only where the page's address asks for it", () => {
    expect(["", "?", "?locale=de", "?locale=pseudo", "?locale=pseudo-rtl"].map(localeOf)).toEqual([
      "en",
      "en",
      "en",
      "pseudo",
      "pseudo-rtl",
    ]);
  });
});
