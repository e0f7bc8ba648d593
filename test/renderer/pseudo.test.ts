// Every screen in a language that nobody speaks, two fifths longer than English, and once more from right to left: all that
// is read comes from the catalogue, nothing is cut, and the layout turns round.
import { describe, expect, it } from "vitest";
import { pseudo, pseudoCatalogue } from "../../renderer/lib/pseudo.ts";
import { named } from "./in-pseudo.ts";
import { CATALOGUE } from "./pseudo-faults.ts";

describe("the language that nobody speaks", () => {
  it("brackets, accents and lengthens each text, also what functions make, and leaves tokens alone", () => {
    expect(pseudo("Add a server")).toMatch(/^⟦Åđđ á šéřṽéř [ón ]+⟧$/);
    for (const text of CATALOGUE) {
      if (["allow", "ask", "deny"].includes(text)) continue;
      expect(pseudo(text).length).toBeGreaterThanOrEqual(Math.floor(text.length * 1.4));
    }
    const made = pseudoCatalogue({ a: (n: number) => `${n} calls`, list: [["deny", "Denied"]] });
    expect(made.a(3)).toMatch(/^⟦3 çáłłš/);
    expect(made.list[0]?.[0]).toBe("deny");
    expect(named("calls", false).test(made.a(3))).toBe(true);
    expect(named("calls", true).test(made.a(3))).toBe(false);
    expect(named(/^\d calls$/, false).test(made.a(3))).toBe(true);
  });
});
