// The canonical text of a definition and its fingerprint: every way to write the same JSON gives one, and no two
// different definitions share one (RFC 8785).
import { describe, expect, it } from "vitest";
import {
  canonical,
  canonicalNumber,
  fingerprintOf,
  saysTwice,
} from "../../../electron/core/pins/canonical.ts";
import { readTree, type Tree } from "../../../electron/core/pins/json-tree.ts";
import { digest } from "../../support/ports.ts";
import { fc, test } from "../property.ts";

const read = (text: string): Tree => {
  const tree = readTree(text);
  if (tree === null) throw new Error("no JSON");
  return tree;
};
const canon = (text: string): string => canonical(read(text));

/** The same value in other bytes: members in another order, white space, escapes, other forms of numbers. */
function rewrite(value: unknown, pick: () => number): string {
  const space = (): string => ["", " ", "\n\t", "\r\n"][pick() % 4] ?? "";
  const text = (one: string): string =>
    pick() % 2 === 0
      ? JSON.stringify(one)
      : `"${Array.from({ length: one.length }, (_, i) => `\\u${one.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
  if (typeof value === "string") return text(value);
  if (typeof value === "number") {
    const forms = [
      String(value),
      value.toExponential(),
      Number.isInteger(value) ? `${value.toFixed(0)}.0` : String(value),
    ];
    const form = forms[pick() % 3] ?? "";
    return Number(form) === value && /^-?\d/.test(form) ? form : String(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((one) => space() + rewrite(one, pick) + space()).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value);
    if (pick() % 2 === 0) members.reverse();
    return `{${members.map(([n, v]) => `${space()}${text(n)}${space()}:${rewrite(v, pick)}`).join(",")}${space()}}`;
  }
  return JSON.stringify(value);
}

const json = fc.jsonValue({ maxDepth: 4 });

describe("the canonical text", () => {
  test(
    "is one for every way to write the same value",
    [json, fc.infiniteStream(fc.nat())],
    (value, picks) => {
      const pick = (): number => Number(picks.next().value);
      const plain = JSON.stringify(value);
      expect(canon(rewrite(JSON.parse(plain), pick))).toBe(canon(plain));
    },
  );

  test("reads as the same value, and is its own canonical text", [json], (value) => {
    const text = JSON.stringify(value);
    expect(JSON.parse(canon(text))).toEqual(JSON.parse(text));
    expect(canon(canon(text))).toBe(canon(text));
  });

  test("differs wherever the values differ", [json, json], (a, b) => {
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
    const same = JSON.stringify(JSON.parse(canon(x))) === JSON.stringify(JSON.parse(canon(y)));
    expect(canon(x) === canon(y)).toBe(same);
  });

  it("is that of RFC 8785, section 3.2.2 and 3.2.3", () => {
    expect(
      canon(`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}`),
    ).toBe(
      `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
    );
    expect(
      canon(`{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}`),
    ).toBe(`{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}`);
  });

  it("tells numbers apart that no double holds, and none that are one double", () => {
    expect(canonicalNumber("18446744073709551615")).not.toBe(
      canonicalNumber("18446744073709551616"),
    );
    expect(canonicalNumber("1e400")).not.toBe(canonicalNumber("1e401"));
    expect(canonicalNumber("1.0")).toBe("1");
    expect(canonicalNumber("-0.0")).toBe("0");
    expect(canonicalNumber("10e-1")).toBe("1");
    expect(canonicalNumber("9007199254740993")).not.toBe(canonicalNumber("9007199254740992"));
  });

  it("does not read what is no JSON, or deeper than anybody writes", () => {
    for (const bad of ["", "{", "[1,]", '{"a":NaN}', "'a'", "01", '"\u0001"']) {
      expect(readTree(bad), bad).toBeNull();
    }
    expect(readTree("[".repeat(200) + "]".repeat(200))).toBeNull();
    expect(saysTwice(read(`{"a":[{"b":1,"\\u0062":2}]}`))).toBe(true);
    expect(saysTwice(read(`{"a":[{"b":1},{"b":2}]}`))).toBe(false);
  });
});

describe("the fingerprint", () => {
  const definition = JSON.stringify({
    name: "pay",
    title: "Pay",
    description: "Pays an invoice – at once.",
    inputSchema: { type: "object", properties: { id: { type: "string", maxLength: 12 } } },
    outputSchema: { type: "object" },
    annotations: { readOnlyHint: false },
    icons: [{ src: "https://pay.example/i.png" }],
    _meta: { a: 1.5 },
    unknown: [true, null],
  });
  const bytes = new TextEncoder().encode(definition);

  test(
    "is another after any byte is flipped that changes what is said",
    [fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 })],
    (at, flip) => {
      const other = Uint8Array.from(bytes);
      other[at] = (other[at] ?? 0) ^ flip;
      const text = new TextDecoder().decode(other);
      const tree = readTree(text);
      // What is no JSON any more is held back as a whole.
      if (tree === null) return;
      const same =
        fingerprintOf(canonical(tree), digest) === fingerprintOf(canon(definition), digest);
      const said =
        saysTwice(tree) ||
        JSON.stringify(sorted(JSON.parse(text))) !== JSON.stringify(sorted(JSON.parse(definition)));
      expect(same).toBe(!said);
    },
    5000,
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([n, v]) => [n, sorted(v)]);
}
