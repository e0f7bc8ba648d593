// An argument of a call stands in its own place of the request, whatever it says: looked at with a URL reader that is
// not ours to write (WHATWG), and with the decoding that servers do.
import { describe, expect, it } from "vitest";
import type { ApiOperation, ApiParameter } from "../../../electron/core/openapi/api.ts";
import { BadArgument, requestFor } from "../../../electron/core/openapi/request.ts";
import { readTree } from "../../../electron/core/pins/json-tree.ts";
import type { Pattern } from "../../../electron/core/patterns.ts";
import { fc } from "../property.ts";

const BASE = "https://api.example:8443/v1";
const NONE: Pattern = { type: "none" };
const parameter = (name: string, more: Partial<ApiParameter> = {}): ApiParameter => ({
  argument: name,
  name,
  in: "query",
  required: false,
  style: "form",
  explode: true,
  schema: {},
  ...more,
});
const inPath = (name: string, more: Partial<ApiParameter> = {}): ApiParameter =>
  parameter(name, { in: "path", required: true, style: "simple", explode: false, ...more });
const operation = (more: Partial<ApiOperation> = {}): ApiOperation => ({
  name: "op",
  method: "GET",
  path: "/items",
  title: "",
  description: "",
  deprecated: false,
  parameters: [],
  body: null,
  ...more,
});
function build(op: ApiOperation, args: object, pattern = NONE, base = BASE) {
  const tree = readTree(JSON.stringify(args));
  if (tree?.kind !== "object") throw new Error("no object");
  return requestFor(base, pattern, op, tree.members);
}
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      "/",
      ".",
      "..",
      "%",
      "2f",
      "%2F",
      "?",
      "#",
      "\\",
      ";",
      "@",
      ":",
      "a",
      "&",
      "=",
      "+",
      " ",
    ),
    maxLength: 12,
  }),
);

describe("property: no value of an argument leaves its place", () => {
  it("in a path", () => {
    const op = operation({
      path: "/items/{sku}/parts/{part}",
      parameters: [inPath("sku"), inPath("part")],
    });
    let built = 0;
    fc.assert(
      fc.property(anyText, anyText, (sku, part) => {
        let url: URL;
        try {
          url = new URL(build(op, { sku, part }).url);
        } catch (error) {
          if (!(error instanceof BadArgument)) throw error;
          return;
        }
        built++;
        expect(url.origin).toBe("https://api.example:8443");
        expect(url.search + url.hash).toBe("");
        const parts = url.pathname.split("/");
        expect([parts[1], parts[2], parts[4], parts.length]).toEqual(["v1", "items", "parts", 6]);
        expect([parts[3], parts[5]].map((p) => decodeURIComponent(p ?? ""))).toEqual([sku, part]);
        // Whoever decodes twice still sees no separator.
        const twice = decodeURIComponent(url.pathname.replaceAll(/%25(?![0-9a-f]{2})/gi, ""));
        expect(twice.split("/").length).toBe(6);
        expect(url.pathname.split("/")).not.toContain("..");
      }),
      { numRuns: 2000 },
    );
    expect(built).toBeGreaterThan(200);
  });

  it("in a query, with lists and spread objects, and comes back as it was", () => {
    const op = operation({
      parameters: [
        parameter("q"),
        parameter("tags"),
        parameter("ids", { explode: false }),
        parameter("where", { style: "deepObject" }),
        parameter("spread"),
      ],
    });
    fc.assert(
      fc.property(
        anyText,
        fc.array(anyText, { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), anyText, { maxKeys: 3 }),
        fc.dictionary(fc.stringMatching(/^[xyz&=#?]{1,6}$/), anyText, { maxKeys: 3 }),
        (q, tags, where, spread) => {
          const url = new URL(build(op, { q, tags, ids: tags, where, spread }).url);
          expect(url.pathname + url.hash).toBe("/v1/items");
          const pairs = url.search
            .slice(1)
            .split("&")
            .map((p) => p.split("="));
          const read = (name: string) =>
            pairs
              .filter(([key]) => decodeURIComponent(key ?? "") === name)
              .map(([, v]) => decodeURIComponent(v ?? ""));
          expect(read("q")).toEqual([q]);
          expect(read("tags")).toEqual(tags);
          const joined = pairs.find(([key]) => key === "ids")?.[1] ?? "";
          expect(joined.split(",").map(decodeURIComponent)).toEqual(tags);
          for (const [key, value] of Object.entries(where))
            expect(read(`where[${key}]`)).toEqual([value]);
          for (const [key, value] of Object.entries(spread)) expect(read(key)).toEqual([value]);
          expect(pairs.length).toBe(
            2 + tags.length + Object.keys(where).length + Object.keys(spread).length,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it("in a header: what could split a request goes nowhere", () => {
    const op = operation({
      parameters: [parameter("X-Page", { in: "header", style: "simple", explode: false })],
    });
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (value) => {
        const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value);
        if (plain) expect(build(op, { "X-Page": value }).headers["x-page"]).toBe(value);
        else expect(() => build(op, { "X-Page": value })).toThrow(BadArgument);
      }),
      { numRuns: 500 },
    );
  });
});

describe("what cannot be written without a doubt is refused", () => {
  const op = operation({ path: "/f/{a}{b}", parameters: [inPath("a"), inPath("b")] });
  it.each(["..", ".", "a/b", "a\\b", "%2f", "%2E%2e", "a%252fb", "", "a\0b", "a\nb"])(
    "path value %j",
    (a) => {
      const one = operation({ path: "/f/{a}", parameters: [inPath("a")] });
      expect(() => build(one, { a })).toThrow(BadArgument);
    },
  );
  it("two places that only together lead upwards", () => {
    expect(() => build(op, { a: ".", b: "." })).toThrow(/another path/);
    expect(build(op, { a: "a.", b: ".b" }).url).toBe(`${BASE}/f/a..b`);
  });
  it("an unknown argument, a missing one, a nested one", () => {
    const one = operation({ parameters: [parameter("q", { required: true }), parameter("o")] });
    expect(() => build(one, { q: "1", other: 1 })).toThrow("“other” is not known");
    expect(() => build(one, {})).toThrow("“q” is missing");
    expect(() => build(one, { q: null })).toThrow("“q” is missing");
    expect(() => build(one, { q: [[1]] })).toThrow("no plain value");
  });
  it("a spread object that stands for the key or for another parameter", () => {
    const key: Pattern = {
      type: "api-key",
      in: "query",
      name: "api_key",
      prefix: "",
      secret: "sec_12345678",
      secretAddedAt: "2026-01-01T00:00:00.000Z",
      boundTo: { origin: "https://api.example:8443", path: "/v1" },
    };
    const one = operation({ parameters: [parameter("spread"), parameter("admin")] });
    for (const name of ["API_KEY", "admin", "access_token", ""]) {
      expect(() => build(one, { spread: { [name]: "x" } }, key)).toThrow(BadArgument);
    }
    // The credential's own place is no argument.
    const named = operation({ parameters: [parameter("api_key")] });
    expect(() => build(named, { api_key: "x" }, key)).toThrow("is not known");
  });
});

it("writes the styles of OpenAPI as its specification shows them", () => {
  const color = (style: ApiParameter["style"], explode: boolean, value: unknown): string =>
    new URL(
      build(operation({ parameters: [parameter("color", { style, explode })] }), { color: value })
        .url,
    ).search;
  const list = ["blue", "black", "brown"];
  const rgb = { R: 100, G: 200, B: 150 };
  expect(color("form", true, list)).toBe("?color=blue&color=black&color=brown");
  expect(color("form", false, list)).toBe("?color=blue,black,brown");
  expect(color("form", true, rgb)).toBe("?R=100&G=200&B=150");
  expect(color("form", false, rgb)).toBe("?color=R,100,G,200,B,150");
  expect(color("spaceDelimited", false, list)).toBe("?color=blue%20black%20brown");
  expect(color("pipeDelimited", false, list)).toBe("?color=blue%7Cblack%7Cbrown");
  expect(color("deepObject", true, rgb)).toBe(
    "?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
  );
  const path = (explode: boolean, value: unknown): string =>
    build(operation({ path: "/c/{color}", parameters: [inPath("color", { explode })] }), {
      color: value,
    }).url;
  expect(path(false, list)).toBe(`${BASE}/c/blue,black,brown`);
  expect(path(false, rgb)).toBe(`${BASE}/c/R,100,G,200,B,150`);
  expect(path(true, rgb)).toBe(`${BASE}/c/R=100,G=200,B=150`);
});

it("sends a body as canonical bytes, and only what the operation knows", () => {
  const op = operation({
    method: "POST",
    body: { argument: "body", required: true, mediaType: "application/json", schema: {} },
  });
  const sent = build(op, { body: { b: 1.0, a: [true, null, "é"] } });
  expect(new TextDecoder().decode(sent.body ?? new Uint8Array())).toBe(
    '{"a":[true,null,"é"],"b":1}',
  );
  expect(sent.headers["content-type"]).toBe("application/json");
  expect(() => build(op, {})).toThrow("“body” is missing");
});
