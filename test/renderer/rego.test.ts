// Rego as the editor handles it: cut into pieces, indented, and looked through for what no eye sees.
import fs from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyInput } from "../../electron/core/policy/input.ts";
import { linesOf, piecesOf } from "../../renderer/lib/rego.ts";
import {
  indent,
  newLine,
  offsetOf,
  outdent,
  type Edit,
} from "../../renderer/policy/rego/indent.ts";
import { hiddenFaults } from "../../renderer/policy/rego/use-check.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string): string => fs.readFileSync(path.join(root, file), "utf8");
const of = (source: string, kind: string): string[] =>
  piecesOf(source)
    .filter((piece) => piece.kind === kind)
    .map(({ text }) => text);

describe("Rego in pieces", () => {
  it("is the whole text, whatever it is", () => {
    const rego = fc.array(
      fc.constantFrom(
        '"',
        "`",
        "#",
        "\\",
        "\n",
        " ",
        "if",
        "1.5",
        "é",
        "\u202e",
        "😀",
        "a.b(",
        "{",
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          rego.map((parts) => parts.join("")),
          fc.string(),
        ),
        (text) => {
          expect(
            piecesOf(text)
              .map((piece) => piece.text)
              .join(""),
          ).toBe(text);
          const lines = linesOf(text).map((line) => line.map((piece) => piece.text).join(""));
          expect(lines).toEqual(text.split("\n"));
        },
      ),
    );
  });

  it("tells words, strings, comments, numbers and calls apart", () => {
    const source = `package a # if "x"
allow if {
	startswith(input.tool.name, "del\\"ete # no")
	count(input.if.x) < 200.5
	x := \`raw
if\`
}`;
    expect(of(source, "comment")).toEqual(['# if "x"']);
    expect(of(source, "string")).toEqual(['"del\\"ete # no"', "`raw\nif`"]);
    expect(of(source, "word")).toEqual(["package", "if", "input", "input"]);
    expect(of(source, "number")).toEqual(["200.5"]);
    expect(of(source, "name")).toEqual(["allow", "startswith", "count"]);
    // While it is being typed, the rest of the file does not turn into a string.
    expect(of('allow if input.x == "ab\ndeny if true', "string")).toEqual(['"ab']);
  });

  it("takes no long time over a text that nobody would write", () => {
    const begun = performance.now();
    for (const text of [
      '"'.repeat(50_000),
      "\\".repeat(50_000),
      "a".repeat(200_000),
      `1${"a".repeat(200_000)}`,
      "a.".repeat(100_000),
      '"\\'.repeat(50_000),
    ]) {
      piecesOf(text);
    }
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe("what keys do to it", () => {
  const done = (text: string, edit: Edit | null): [string, string] | null => {
    if (edit === null) return null;
    const now = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
    return [now, now.slice(edit.start, edit.end)];
  };
  it("a tab, a block further in and out again, and a line as deep as the last", () => {
    expect(done("ab", indent("ab", 1, 1))).toEqual(["a\tb", ""]);
    const block = "a {\nb\n\nc\n}";
    const further = done(block, indent(block, 4, 8));
    expect(further).toEqual(["a {\n\tb\n\n\tc\n}", "b\n\n\tc"]);
    const again = done(further?.[0] ?? "", outdent(further?.[0] ?? "", 4, 10));
    expect(again?.[0]).toBe(block);
    expect(outdent("ab", 1, 1)).toBeNull();
    expect(done("    a", outdent("    a", 5, 5))).toEqual(["a", ""]);
    expect(done("a if {", newLine("a if {", 6, 6))).toEqual(["a if {\n\t", ""]);
    expect(done("\tx", newLine("\tx", 2, 2))).toEqual(["\tx\n\t", ""]);
  });
  it("finds a place that the compiler names, by characters", () => {
    const text = 'package a\nallow if { x := "é😀", zz }\n';
    expect(text.slice(offsetOf(text, 2, 21))).toBe(", zz }\n");
    expect(offsetOf(text, 1, 0)).toBe(0);
    expect(offsetOf(text, 99, 99)).toBe(text.length);
  });
});

it("what no eye sees is a fault of its line", () => {
  expect(hiddenFaults("allow\n\tif \u202etrue\u200b\n")).toEqual([
    { row: 2, column: 5, message: expect.stringContaining("RLO") },
    { row: 2, column: 10, message: expect.stringContaining("ZWSP") },
  ]);
  for (const file of ["template", "article"]) {
    expect(hiddenFaults(read(`renderer/policy/rego/${file}.rego`)), file).toEqual([]);
  }
});

it("the template names every field that a policy is asked about, and no other", () => {
  const input = policyInput(
    { agent: {}, authMethod: "bearer" } as never,
    { kind: "stdio", command: "x", args: [] } as never,
    {
      tool: "x",
      via: "mcp",
      argumentsValue: null,
      now: 0,
      practice: false,
      callsLastHour: 0,
      account: { issuer: "i", sub: "s", tenant: "t" } as never,
      program: { path: "/x", pid: 1 } as never,
      fingerprint: null,
    },
  );
  const fields = Object.entries(input).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? Object.keys(value).map((key) => `input.${name}.${key}`)
      : [`input.${name}`],
  );
  const listed = [...read("renderer/policy/rego/template.rego").matchAll(/^#   (input\.[\w.]+)/gm)];
  expect(new Set(listed.map(([, field]) => field))).toEqual(new Set(fields));
  expect(listed).toHaveLength(fields.length);
  expect(read("renderer/policy/rego/article.rego")).toBe(
    read("test/host/policy/fixtures/article.rego"),
  );
});
