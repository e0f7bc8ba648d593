// The tour's diagrams as data: lanes that exist, messages that follow from each other, an end that is told to somebody.
import { describe, expect, it } from "vitest";
import { DIAGRAMS, goesPast, lanesOf } from "../../renderer/lab/diagrams.ts";
import { labDiagramWords } from "../../renderer/words/lab-diagrams.ts";
import { words } from "../../renderer/words.ts";

/** Words of a last message that say no, and those that say yes. */
const NO = new Set(["refused", "tooWeak", "toolFailed"]);
const YES = new Set(["result", "adaTokens", "accepts"]);

describe("the diagrams of the tour", () => {
  it.each(Object.entries(DIAGRAMS))("%s is drawn from lane to lane", (id, diagram) => {
    const lanes = lanesOf(diagram);
    expect(lanes.length).toBeGreaterThanOrEqual(2);
    expect(lanes.length).toBeLessThanOrEqual(5);
    for (const [from, to] of diagram.messages) {
      expect(lanes).toContain(from);
      expect(lanes).toContain(to);
    }
    const [from, to, word] = diagram.messages.at(-1) ?? ["agent", "agent", "call"];
    expect(from, "the end is told to somebody").not.toBe(to);
    expect((diagram.ends === "refused" ? NO : YES).has(word), word).toBe(true);
    expect(words.lab.tour.routes[id], "and it is told in one line, too").toBeDefined();
  });

  it("shows whom a thief passes by", () => {
    const stolen = DIAGRAMS["stolen-bearer"];
    if (stolen === undefined) throw new Error("not drawn");
    expect(goesPast(stolen)).toBe(true);
    expect(lanesOf(stolen)).toEqual(["thief", "countersign", "server"]);
  });

  it("says everything that the catalogue has words for", () => {
    const used = new Set(
      Object.values(DIAGRAMS).flatMap(({ messages }) => messages.map(([, , word]) => word)),
    );
    expect(
      Object.keys(labDiagramWords.messages).filter((word) => !used.has(word as never)),
    ).toEqual([]);
  });
});
