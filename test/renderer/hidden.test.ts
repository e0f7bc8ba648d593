import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countHidden, hiddenName, split } from "../../renderer/lib/hidden.ts";

// Any code points, lone surrogates among them; those that matter here more often than by chance.
const anyText = fc
  .array(fc.oneof(fc.nat(0x10ffff), fc.nat(0x2fff), fc.integer({ min: 0x2000, max: 0x206f })), {
    maxLength: 60,
  })
  .map((points) => String.fromCodePoint(...points));

const marks = (text: string, layout = false): string[] =>
  split(text, layout).flatMap((piece) => (piece.kind === "hidden" ? [piece.name] : []));

describe("hidden characters", () => {
  it.each([
    ["a bidirectional override", "a\u202Eb", ["RLO"]],
    ["isolates", "\u2066x\u2069", ["LRI", "PDI"]],
    ["zero-width characters", "a\u200Bb\u200Cc\uFEFF", ["ZWSP", "ZWNJ", "BOM"]],
    ["control characters", "\u0000\u001b[31m\u007f\u0085", ["NUL", "ESC", "DEL", "NEL"]],
    ["tag characters that spell a message", "\u{E0068}\u{E0069}", ["TAG h", "TAG i"]],
    ["variation selectors that carry bytes", "x\u{E0100}\u{E01EF}", ["U+E0100", "U+E01EF"]],
    ["spaces that are not a space", "a\u00a0b\u3000c\u2003", ["NBSP", "IDSP", "U+2003"]],
    ["fillers that draw nothing", "\u3164\u2800\u115f", ["FILLER", "BLANK", "U+115F"]],
    ["line and paragraph separators", "\u2028\u2029", ["LSEP", "PSEP"]],
    ["a lone surrogate", "a\ud800b", ["U+D800"]],
    ["private use characters", "\ue000", ["U+E000"]],
    ["a soft hyphen", "pay\u00adpal", ["SHY"]],
    ["a joiner between letters", "a\u200db", ["ZWJ"]],
    ["tags that are not assigned", "x\u{e0000}\u{e0080}", ["U+E0000", "U+E0080"]],
    ["selectors on what has no variants", "a\ufe0fb\ufe01\u180b", ["U+FE0F", "U+FE01", "U+180B"]],
    ["letters that are not drawn", "\u17b4\uffa0\u034f", ["U+17B4", "U+FFA0", "CGJ"]],
    ["what is no character", "\ufffe\ufff0", ["U+FFFE", "U+FFF0"]],
    ["marks that pile up", `z${"\u0301".repeat(6)}`, ["U+0301", "U+0301"]],
  ])("marks %s", (_, text, names) => {
    expect(marks(text)).toEqual(names);
  });

  it.each([
    ["plain text in many scripts", "naïve Ελλάδα мир 世界 שלום مرحبا नमस्ते 한국어"],
    ["emoji with joiners and selectors", "👩‍👩‍👧‍👦 ❤️ 👩🏽‍💻 1️⃣"],
    ["an ordinary space", "a b"],
  ])("leaves %s alone", (_, text) => {
    expect(marks(text)).toEqual([]);
  });

  it("marks line feeds and tabs, except where they lay out the text", () => {
    expect(marks("a\n\tb")).toEqual(["LF", "TAB"]);
    expect(marks("a\n\tb", true)).toEqual([]);
    expect(marks("a\r\nb", true)).toEqual(["CR"]);
  });

  it("loses and reorders nothing", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const back = split(text)
          .map((piece) =>
            piece.kind === "text"
              ? piece.text
              : String.fromCodePoint(Number.parseInt(piece.code.slice(2), 16)),
          )
          .join("");
        expect(back).toBe(text);
      }),
    );
  });

  it("lets no control or format character through as text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const piece of split(text)) {
          // A joiner inside a picture is the one exception.
          if (piece.kind === "text")
            expect(piece.text.replaceAll("\u200d", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
      }),
    );
  });

  it("gives every hidden character a name", () => {
    for (let point = 0; point < 0x20; point++) expect(hiddenName(point)).toMatch(/^[A-Z0-9]{2,3}$/);
    expect(countHidden("\u200b\u200b")).toBe(2);
  });
});
