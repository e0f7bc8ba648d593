import { PassThrough } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cell, createOutput } from "../../electron/cli/output.ts";
import { cut, jsonLine, localTime, visible, widthOf } from "../../electron/cli/text.ts";

// oxlint-disable-next-line no-control-regex -- exactly what must not be there
const MOVES = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const anything = fc.string({ unit: "binary" });

describe("text from outside", () => {
  it("is one line in which every character shows", () => {
    expect(visible("a\u001b[31mb\nc\u202ed\u{e0041}")).toBe(
      "a\\u{1b}[31mb\\nc\\u{202e}d\\u{e0041}",
    );
    fc.assert(fc.property(anything, (text) => !MOVES.test(visible(text))));
  });

  it("as JSON is one line that parses to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), anything, (value, text) => {
        const line = jsonLine({ value, text });
        expect(line.slice(0, -1)).not.toMatch(MOVES);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ value, text })));
      }),
    );
  });

  it("is cut to the columns there are", () => {
    expect(cut("abcdef", 6)).toBe("abcdef");
    expect(cut("abcdefg", 6)).toBe("abcde…");
    expect(cut("漢字漢字", 5)).toBe("漢字…");
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 20 }), (text, limit) => {
        expect(widthOf(cut(visible(text), limit))).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe("a table", () => {
  const print = async (colour: boolean): Promise<string> => {
    const stream = new PassThrough();
    const out = createOutput(stream, { json: false, colour });
    await out.table(
      ["NAME", "STATE"],
      [
        ["漢字", cell("active", "good")],
        ["a\nb", cell("x")],
      ],
    );
    return String(stream.read());
  };
  it("is aligned by columns, not by bytes", async () => {
    expect(await print(false)).toBe("NAME  STATE\n漢字  active\na\\nb  x\n");
  });
  it("has colour only where it is wanted", async () => {
    expect(await print(true)).toContain("\u001b[32mactive\u001b[0m");
  });
});

it("times are those of this machine", () => {
  const at = new Date(2026, 10, 4, 9, 5, 7);
  expect(localTime(at.getTime())).toBe("2026-11-04 09:05:07");
  expect(localTime(at.toISOString())).toBe("2026-11-04 09:05:07");
  expect(localTime(null)).toBe("never");
});
