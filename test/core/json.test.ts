import { fc, test } from "./property.ts";
import { describe, expect, it } from "vitest";
import { locate, parseStrict, placeOf } from "../../electron/core/json/document.ts";
import { type Found, readJson, type Watch } from "../../electron/core/json/read.ts";
import { bytesOf, cpu, latin1, refusalOf } from "./bytes.ts";

const read = (text: string, maxDepth?: number) =>
  refusalOf(() => readJson(bytesOf(text), maxDepth === undefined ? {} : { maxDepth }));
const code = (text: string) => read(text)?.code ?? "accepted";

describe("the strict reader", () => {
  it("accepts what RFC 8259 allows", () => {
    const good = [
      "null", " true ", "\t\r\n0\n", "-0", "0.5", "-1.5e+10", "1E5", "0e99999", '""', '"\\u0000"', "[]", "{}",
      "[ ]", "{ }", "[1,[2,[3]],{}]", '{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '"\\ud83d\\ude00"', '"😀"',
      '"\ufeff"', '"\u007f\u0085\uffff"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '{"":1}', '{"__proto__":1,"constructor":2}',
      "9007199254740991", "-9007199254740991", "0.1", "0.30000000000000004", "1.7976931348623157e308",
      "5e-324", "4.9406564584124654e-324", "1e22", "1.00000000000000000000", "0.10000000000000001",
      "0." + "0".repeat(500), "123456789.123456",
    ]; // prettier-ignore
    for (const text of good) expect([text, code(text)]).toEqual([text, "accepted"]);
  });

  it("refuses what RFC 8259 does not allow", () => {
    const bad = [
      "", " ", "nul", "True", "NaN", "Infinity", "-", "+1", ".5", "1.", "1.e5", "01", "-01", "00", "1e", "1e+",
      "0x10", "1_000", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{,}", '{"a"}', '{"a":}',
      '{"a":1,}', '{"a" 1}', "{a:1}", "{'a':1}", '{"a":1 "b":2}', '{1:2}', '["a":1]', "[1}", '{"a":1]', '"', '"a',
      '"\\', '"\\u', '"\\u12', '"\\u12G4"', '"\\x41"', '"\\a"', '"\n"', '"\t"', '"\u0000"', '"\u001f"', "'a'",
      "null null", "{}{}", "[]1", "1 2", "// c\n1", "/*c*/1", "#\n1", "\f1", "\v1", "\u00a01", "1\u2028",
      "truefalse", "undefined", "[1]]", '{"a":1}}', "\u0000", "1\u0000",
    ]; // prettier-ignore
    for (const text of bad) {
      const got = code(text);
      const odd = /^[^\0-\x7f]/.test(text) ? "json_not_utf8" : "json_invalid"; // oxlint-disable-line no-control-regex
      expect([text, got]).toEqual([text, odd]);
    }
  });

  it("names the byte where reading stopped", () => {
    expect(read('{"a": tru}')?.facts).toEqual({ offset: 9 });
    expect(read('["ž", x]')?.facts).toEqual({ offset: 7 });
    expect(read("[1,2")?.facts).toEqual({ offset: 4 });
    expect(read('{"a":1,"b":2,"a":3}')?.facts).toEqual({ key: "a", offset: 13 });
    expect(read("[9007199254740992]")?.facts).toEqual({ offset: 1 });
  });

  it("refuses bytes that are not UTF-8, a byte order mark, and lone surrogates", () => {
    const bad: [string, number][] = [
      ["\xef\xbb\xbf1", 0], ["\xff\xfe1\x00", 0], ['"\x80"', 1], ['"\xc0\xaf"', 1], ['"\xc1\xbf"', 1], ['"\xc3"', 1],
      ['"\xe0\x9f\xbf"', 1], ['"\xed\xa0\x80"', 1], ['"\xed\xbf\xbf"', 1], ['"\xf0\x8f\xbf\xbf"', 1],
      ['"\xf4\x90\x80\x80"', 1], ['"\xf5\x80\x80\x80"', 1], ['"a\xe2\x82"', 2], ['"\xe2\x28\xa1"', 1],
      ['"\\ud800"', 1], ['"\\udc00"', 1], ['"\\ud800\\ud800"', 1], ['"\\ud800x"', 1], ['"\\ud83d\\u0041"', 1],
      ['"\\uD83D"', 1], ['{"\\ud800":1}', 2],
    ]; // prettier-ignore
    for (const [text, offset] of bad) {
      const refusal = refusalOf(() => readJson(latin1(text)));
      expect([text, refusal?.code, refusal?.facts["offset"]]).toEqual([
        text,
        "json_not_utf8",
        offset,
      ]);
    }
  });

  it("threat 12: refuses a duplicate key at any depth, after unescaping", () => {
    const bad = [
      '{"a":1,"a":1}', '{"name":1,"na\\u006de":2}', '{"na\\u006de":1,"name":2}', '[[{"x":{"y":1,"y":2}}]]',
      '{"é":1,"\\u00e9":2}', '{"😀":1,"\\ud83d\\ude00":2}', '{"":1,"":2}', '{"/":1,"\\/":2}',
      '{"__proto__":1,"__proto__":2}', '{"a":{"b":1},"c":[],"a":0}',
      `{${Array.from({ length: 40 }, (_, i) => `"k${i}":1`).join(",")},"k3":2}`,
    ]; // prettier-ignore
    for (const text of bad) expect([text, code(text)]).toEqual([text, "json_duplicate_key"]);
    // U+FEFF at the beginning of a name is part of the name.
    expect(code('{"a":1,"\ufeffa":2}')).toBe("accepted");
  });

  it("shows a duplicate key short and printable", () => {
    const name = "\\u202e\\u0000" + "x".repeat(500);
    const key = String(read(`{"${name}":1,"${name}":2}`)?.facts["key"]);
    expect(key).toHaveLength(40);
    expect(key).toMatch(/^\ufffd\ufffdx+$/);
  });

  it("threat 12: refuses numbers that common readers would change", () => {
    const bad = [
      "9007199254740992", "-9007199254740993", "123456789012345678901234567890", "1e400", "-1e400", "1e-400",
      "0.123456789012345678", "9007199254740993.0", "9007199254740993e0", "12345678901234567890e-5",
      "1.7976931348623159e308", "3e-324", "1.23456e-322", "1e99999999999999999999", `0.${"0".repeat(400)}1`,
      "9".repeat(400), "100000000000000000000",
    ]; // prettier-ignore
    for (const text of bad) {
      expect([text, code(text)]).toEqual([text, "json_lossy_number"]);
      expect([text, code(`{"a":[${text}]}`)]).toEqual([text, "json_lossy_number"]);
    }
  });

  it("threat 13: refuses nesting over the limit, and 100,000 levels without overflowing", () => {
    expect(code("[".repeat(64) + "]".repeat(64))).toBe("accepted");
    expect(read("[".repeat(65) + "]".repeat(65))?.facts).toEqual({ limit: 64, offset: 64 });
    for (const open of ["[", '{"a":', '[{"a":']) {
      expect(code(open.repeat(100_000))).toBe("json_too_deep");
    }
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(read(deep, 100_000)).toBeNull();
    expect(read(deep, 99_999)?.code).toBe("json_too_deep");
  });

  it("threat 13: stays linear on wide objects, also where the names were chosen to collide", () => {
    const widths = [
      (i: number) => `key${i}`,
      (i: number) => String(i * 1_048_576),
      (i: number) => `\\u0061${i}`,
    ];
    for (const name of widths) {
      const members = Array.from({ length: 100_000 }, (_, i) => `"${name(i)}":0`);
      const spent = cpu();
      expect(code(`{${members.join(",")}}`)).toBe("accepted");
      expect(spent()).toBeLessThan(2);
      expect(code(`{${members.join(",")},"${name(777)}":0}`)).toBe("json_duplicate_key");
    }
  });

  it("reads 1 MB of long strings at 60 MB/s or better", () => {
    const body = bytesOf(JSON.stringify(Array.from({ length: 16 }, () => "x".repeat(65_536))));
    readJson(body);
    const spent = cpu();
    for (let i = 0; i < 10; i++) readJson(body);
    expect((body.length * 10) / 1e6 / spent()).toBeGreaterThan(60);
  });
});

/** Every value of the document under one watch that wants all of it, with its path. */
function watchAll(value: unknown): Watch {
  if (Array.isArray(value)) return { items: new Map(value.map((v, i) => [i, watchAll(v)])) };
  if (typeof value === "object" && value !== null) {
    return { members: new Map(Object.entries(value).map(([k, v]) => [k, watchAll(v)])) };
  }
  return {};
}

function compare(bytes: Uint8Array, found: Found, value: unknown): void {
  const text = new TextDecoder().decode(bytes.subarray(found.start, found.end));
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toBe(text.trim());
  if (Array.isArray(value)) {
    expect(found.items.size).toBe(value.length);
    for (const [i, item] of value.entries()) compare(bytes, found.items.get(i)!, item);
  } else if (typeof value === "object" && value !== null) {
    expect([...found.members.keys()].sort()).toEqual(Object.keys(value).sort());
    for (const [k, v] of Object.entries(value)) compare(bytes, found.members.get(k)!, v);
  }
}

const sane = (value: unknown): boolean => {
  if (typeof value === "number")
    return !Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21;
  if (typeof value === "object" && value !== null) return Object.values(value).every(sane);
  return true;
};
const json = fc.jsonValue({ maxDepth: 6, stringUnit: "grapheme" }).filter(sane);

describe("properties of the strict reader", () => {
  test(
    "accepts whatever JSON.stringify writes of safe values, and its spans slice to the right text",
    [json, fc.constantFrom(undefined, 1, "\t")],
    (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const bytes = bytesOf(`  ${text}\n`);
      // Parsed again, because -0 is written as 0.
      const written = JSON.parse(text) as unknown;
      compare(bytes, readJson(bytes, { watch: watchAll(written) }), written);
      expect(parseStrict(bytes)).toEqual(written);
    },
  );

  test(
    "never accepts mutated bytes that JSON.parse refuses, and never reads them differently",
    [
      json,
      fc.array(
        fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...bytesOf('{}[]",:\\u0\n-1e.')))),
        { minLength: 1, maxLength: 4 },
      ),
    ],
    (value, edits) => {
      const bytes = bytesOf(JSON.stringify(value));
      for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
      const refusal = refusalOf(() => readJson(bytes));
      if (refusal !== null) {
        expect(refusal.code).toMatch(/^json_/);
        return;
      }
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      expect(parseStrict(bytes)).toEqual(JSON.parse(text));
    },
  );

  test(
    "accepts a decimal only if a double keeps its digits",
    [fc.stringMatching(/^-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,22})?(e[+-]?[0-9]{1,3})?$/)],
    (text) => {
      const accepted = code(text) === "accepted";
      const value = Number(text);
      const digits = (/^-?([0-9.]+)/.exec(text)?.[1] ?? "").replace(".", "").replace(/^0+/, "");
      const kept = digits.replace(/0+$/, "");
      if (!accepted)
        expect(kept.length > 15 || !Number.isSafeInteger(value) || value === 0).toBe(true);
      else if (kept !== "") {
        expect(Number.isFinite(value) && value !== 0).toBe(true);
        const again = Math.abs(value)
          .toExponential(kept.length - 1)
          .replace(".", "")
          .split("e")[0];
        expect(again).toBe(kept);
      }
    },
  );

  test(
    "finds a duplicate wherever it is put, however it is written",
    [json, fc.string({ minLength: 1, unit: "grapheme" }), fc.boolean()],
    (value, name, escaped) => {
      const plain = JSON.stringify(name);
      const other = escaped
        ? `"${Array.from({ length: name.length }, (_, i) => `\\u${name.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`
        : plain;
      const inner = JSON.stringify(value);
      expect(code(`[[{${plain}:${inner},"${name.length}-":{},${other}:0}]]`)).toBe(
        "json_duplicate_key",
      );
    },
  );
});

describe("places", () => {
  const file = bytesOf(
    '{\n  "agents": [\n    {"name": "a"},\r\n    {"name": "b"},\r    {\n      "název": 1, "name": 7\n    }\n  ]\n}\n',
  );

  it("gives line and column of a value", () => {
    expect(locate(file, ["agents", 2, "name"])).toEqual({ line: 6, column: 27 });
    expect(locate(file, ["agents", 1, "name"])).toEqual({ line: 4, column: 14 });
    expect(locate(file, [])).toEqual({ line: 1, column: 1 });
  });

  it("gives the nearest ancestor of a value that is not there", () => {
    expect(locate(file, ["agents", 2, "id"])).toEqual({ line: 5, column: 5 });
    expect(locate(file, ["agents", 9, "id"]).line).toBe(2);
    expect(locate(file, ["other"])).toEqual({ line: 1, column: 1 });
  });

  it("gives the place of the fault in a broken document", () => {
    expect(locate(bytesOf('{\n "a": 1\n "b": 2\n}'), ["b"])).toEqual({ line: 3, column: 2 });
    expect(locate(bytesOf('{"a":1,\n"a":2}'), ["a"])).toEqual({ line: 2, column: 1 });
    expect(locate(bytesOf('{"a":\n\n'), ["a"])).toEqual({ line: 3, column: 1 });
    expect(locate(bytesOf("[\n".repeat(70)), [0]).line).toBe(65);
    expect(locate(latin1('{"a":\n"\xff"}'), ["a"])).toEqual({ line: 2, column: 2 });
  });

  it("stays inside the document", () => {
    expect(placeOf(bytesOf("a\nb"), 99)).toEqual({ line: 2, column: 2 });
    expect(placeOf(new Uint8Array(), 0)).toEqual({ line: 1, column: 1 });
  });
});
