import { describe, expect, it } from "vitest";
import { words } from "../../renderer/words.ts";

/** Every plain string of the catalogue, with where it stands. */
function strings(node: unknown, at = "words"): [string, string][] {
  if (typeof node === "string") return [[at, node]];
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => strings(value, `${at}.${key}`));
}
const ALL = strings(words);

describe("the words of the interface", () => {
  it("are trimmed, unmarked text", () => {
    expect(ALL.length).toBeGreaterThan(200);
    for (const [at, text] of ALL) {
      expect(text, at).toBe(text.trim());
      expect(text, at).not.toMatch(/[<>]|\s{2}|!/);
    }
  });
  it("keep to the house's words", () => {
    for (const [at, text] of ALL) {
      // Both OAuth and MCP claim "client", so it never stands alone; a person keeps keys in a keychain, not in
      // a vault, and signs in.
      expect(text, at).not.toMatch(/\b(client(?! (?:id|credentials)\b)|vault|log ?in to)\b/i);
    }
  });
  it("choose the right form for a count", () => {
    expect([1, 2, 1200].map((n) => words.log.newCalls(n))).toEqual([
      "1 new call",
      "2 new calls",
      "1,200 new calls",
    ]);
    expect(words.log.empty.pausedText(1)).toContain("1 call has been made");
    expect(words.doctor.found(1, 2)).toBe("1 problem and 2 warnings");
    expect(words.doctor.found(0, 1)).toBe("1 warning");
  });
});
