// Documents from somewhere: what they offer, and what hostile ones cannot do.
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { apiSchema, toolOf } from "../../../electron/core/openapi/api.ts";
import { parseStrict } from "../../../electron/core/json/document.ts";
import { baseProblem, picked, readApi } from "../../../electron/core/openapi/document.ts";
import { bars, flagsOf } from "../../../electron/core/pins/flags.ts";
import { companyDocument } from "../../support/company-api.ts";

const BASE = "https://api.example/v1";
const withPaths = (paths: object, more: object = {}): string =>
  JSON.stringify({ openapi: "3.0.3", info: { title: "t", version: "1" }, paths, ...more });
const why = (text: string): string => {
  try {
    readApi(text);
  } catch (error) {
    if (error instanceof Refusal && error.code === "openapi_invalid")
      return String(error.facts["reason"]);
    throw error;
  }
  return "read";
};
const one = (operation: object, path = "/a", more: object = {}) =>
  readApi(withPaths({ [path]: { get: operation } }, more)).tools[0];
const notOffered = (operation: object, path = "/a", more: object = {}): string => {
  const tool = one(operation, path, more);
  return tool === undefined || tool.offered ? "offered" : tool.reason;
};

it("offers each operation of an ordinary document, reading ones preselected", () => {
  const api = readApi(JSON.stringify(companyDocument(BASE)));
  expect(api.bases).toEqual([{ url: BASE, problem: null }]);
  expect(api.auth).toEqual([{ type: "api-key", in: "header", name: "X-API-Key", prefix: "" }]);
  expect(api.tools.every(({ offered }) => offered)).toBe(true);
  const names = picked(api, null).map(({ name }) => name);
  expect(names).toContain("listItems");
  expect(names).not.toContain("addItem");
  expect(names).not.toContain("scrap");
  const add = picked(api, ["addItem"])[0];
  // The reference that leads to itself ends.
  expect(JSON.stringify(add?.body?.schema)).toContain("(the same again)");
});

it("reads the same from YAML, anchors included", () => {
  const yaml = `openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "https://{host}/v1", variables: {host: {default: shop.example}}}]
x-common: &limit {name: limit, in: query, schema: {type: integer}}
paths:
  /orders:
    get: {operationId: list orders!, deprecated: true, parameters: [*limit]}
    delete: {summary: Clears all}
`;
  const api = readApi(yaml);
  expect(api.bases[0]?.url).toBe("https://shop.example/v1");
  expect(api.tools.map((t) => t.offered && t.operation.name)).toEqual([
    "list_orders",
    "delete_orders",
  ]);
  expect(() => picked(api, null)).toThrow(Refusal);
});

it("judges by the method, whatever a description says", () => {
  const api = readApi(JSON.stringify(companyDocument(BASE)));
  const scrap = picked(api, ["scrap"])[0];
  const tool = toolOf(scrap!, { type: "none" });
  expect(tool["annotations"]).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  expect(tool["description"]).toContain("DELETE /items/{sku}");
});

describe("hostile documents", () => {
  it.each([
    ["a hundred thousand levels of JSON", "[".repeat(100_000) + "]".repeat(100_000)],
    ["the same below a brace", `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["the same of YAML", `a: ${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["the same in block style", `a:\n${"- ".repeat(100_000)}x`],
    [
      "the same line by line",
      Array.from({ length: 3000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    ],
    ["more than 4 MiB", `{"openapi":"3.0.0","x":"${"a".repeat(4 * 1024 * 1024)}"}`],
    ["names twice", '{"openapi":"3.1.0","openapi":"3.0.0","paths":{}}'],
    ["names twice in YAML", "openapi: 3.1.0\nopenapi: 3.0.0\npaths: {}"],
    ["no document", "[]"],
    ["text", "hello"],
    ["an older form", '{"swagger":"2.0","paths":{}}'],
    ["another version", '{"openapi":"4.0.0","paths":{}}'],
    ["no paths", '{"openapi":"3.1.0"}'],
    [
      "laughs",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
        .split("")
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`)
        .join("\n")}\nopenapi: 3.1.0\npaths: {}`,
    ],
    ["code", "openapi: !!js/function 'x'\npaths: {}"],
    [
      "two operations of one id",
      withPaths({ "/a": { get: { operationId: "x" } }, "/b": { get: { operationId: "x" } } }),
    ],
  ])("%s: is refused as a whole, soon", (_, text) => {
    const from = performance.now();
    expect(why(text)).not.toBe("read");
    expect(performance.now() - from).toBeLessThan(3000);
  });

  it.each([
    ["another document", { $ref: "https://evil.example/p.json" }],
    ["a file", { $ref: "file:///etc/passwd" }],
    ["nowhere", { $ref: "#/components/nothing" }],
    ["a prototype", { $ref: "#/constructor/prototype" }],
    ["itself", { $ref: "#/paths/~1a/get/parameters/0" }],
  ])("a parameter that refers to %s", (_, parameter) => {
    expect(notOffered({ parameters: [parameter] })).toMatch(/refer/);
  });
  it("a schema that refers to another document: the operation is not offered, the others are", () => {
    const schema = { type: "object", properties: { a: { $ref: "//evil.example/s" } } };
    const body = { content: { "application/json": { schema } } };
    const api = readApi(withPaths({ "/a": { post: { requestBody: body }, get: {} } }));
    expect(api.tools.map(({ offered }) => offered)).toEqual([true, false]);
  });

  it.each([
    "/a/../b",
    "/a//b",
    "/a/%2e%2e/b",
    "/a%2fb",
    "/a?x={x}",
    "/a#b",
    "/a\\b",
    "/{x",
    "/{x}/{x}",
    "/a b",
    "/a/./b",
    "/{}",
  ])("the path %s", (path) => {
    const parameters = [{ name: "x", in: "path", required: true, schema: {} }];
    expect(notOffered({ parameters: path.includes("{x}") ? parameters : [] }, path)).toMatch(
      /^its path/,
    );
  });
  it("a place without its parameter, and a parameter without its place", () => {
    expect(notOffered({}, "/a/{id}")).toMatch(/do not go together/);
    const extra = { parameters: [{ name: "id", in: "path", schema: {} }] };
    expect(notOffered(extra, "/a")).toMatch(/do not go together/);
  });

  it.each([
    "Cookie",
    "Host",
    "Connection",
    "Proxy-Authorization",
    "X-HTTP-Method-Override",
    "X-Forwarded-Host",
    "DPoP",
    "X-Original-URL",
    "Transfer-Encoding",
    "Sec-Fetch-Site",
    "Mcp-Session-Id",
    "X-Authorization",
    "a b",
    "X\r\nY",
  ])("the header %j is nobody's to set", (name) => {
    const at = (required: boolean) => ({
      parameters: [{ name, in: "header", required, schema: {} }],
    });
    expect(notOffered(at(true))).toMatch(/no agent may set|cannot be seen/);
    const tool = one(at(false));
    if (tool?.offered === true) expect(tool.operation.parameters).toEqual([]);
  });
  it("Authorization as a parameter is passed over, as OpenAPI says; cookies are not sent", () => {
    const tool = one({
      parameters: [{ name: "authorization", in: "header", required: true, schema: {} }],
    });
    expect(tool?.offered === true && tool.operation.parameters).toEqual([]);
    expect(
      notOffered({ parameters: [{ name: "sid", in: "cookie", required: true, schema: {} }] }),
    ).toMatch(/cookie/);
  });

  it("names that cannot be seen, that look alike, or that are too long", () => {
    const api = readApi(
      withPaths({
        "/a": {
          get: { operationId: "read\u202eAll" },
          post: { operationId: "read All" },
          put: { operationId: "READ_all" },
        },
        "/b": {
          get: { operationId: "x".repeat(500) },
          delete: { operationId: "../../etc\r\nX: y" },
        },
        "/c": { get: { operationId: "__proto__" }, post: { operationId: "" } },
      }),
    );
    const names = api.tools.map((t) => (t.offered ? t.operation.name : "-"));
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(names.map((n) => n.toLowerCase())).size).toBe(names.length);
    expect(notOffered({ parameters: [{ name: "a\u202eb", in: "query", schema: {} }] })).toMatch(
      /cannot be seen/,
    );
  });

  it("a huge enum, a huge schema, a schema that branches without end: bounded", () => {
    const wide = { type: "string", enum: Array.from({ length: 50_000 }, (_, i) => `v${i}`) };
    const names = "abcdefghijkl".split("");
    const schemas = Object.fromEntries(
      names.map((n, i) => [
        n,
        {
          type: "object",
          properties: Object.fromEntries(
            names.map((m) => [m, { $ref: `#/components/schemas/${names[(i + 1) % 12]}` }]),
          ),
        },
      ]),
    );
    const body = {
      content: { "application/json": { schema: { $ref: "#/components/schemas/a" } } },
    };
    const operation = { parameters: [{ name: "w", in: "query", schema: wide }], requestBody: body };
    const from = performance.now();
    const api = readApi(withPaths({ "/a": { post: operation } }, { components: { schemas } }));
    expect(performance.now() - from).toBeLessThan(2000);
    const tool = toolOf(
      picked(
        api,
        api.tools.map((t) => (t.offered ? t.operation.name : "")),
      )[0]!,
      { type: "none" },
    );
    expect(JSON.stringify(tool).length).toBeLessThan(256 * 1024);
    expect(JSON.stringify(tool)).toContain("One of 50000 values");
  });

  it("what validators act upon is left behind, and no pin bars what is made", () => {
    const schema = {
      $id: "https://evil.example/",
      $dynamicRef: "https://evil.example/#x",
      "x-mcp-header": "Authorization",
      type: "integer",
      nullable: true,
      maximum: 2 ** 63,
      exclusiveMinimum: true,
      minimum: 1,
      pattern: "(",
      default: { a: { b: 1 } },
      example: 1,
    };
    const tool = one({ parameters: [{ name: "n", in: "query", schema }] });
    if (tool?.offered !== true) throw new Error("not offered");
    expect(tool.operation.parameters[0]?.schema).toEqual({
      type: ["integer", "null"],
      exclusiveMinimum: 1,
      minimum: 1,
    });
    const made = JSON.stringify(toolOf(tool.operation, { type: "none" }));
    expect(bars(flagsOf(made, false))).toBe(false);
  });
});

it("what is kept of any document is read back by the strict reader of settings", () => {
  const api = readApi(JSON.stringify(companyDocument(BASE)));
  const kept = {
    server: "srv_12345678",
    title: api.title,
    version: api.version,
    importedAt: "2026-01-01T00:00:00.000Z",
    sha256: "0".repeat(64),
    operations: api.tools.flatMap((t) => (t.offered ? [t.operation] : [])),
  };
  const bytes = new TextEncoder().encode(JSON.stringify([kept]));
  expect(apiSchema.array().parse(parseStrict(bytes))).toEqual([kept]);
});

it.each([
  ["https://api.example/v1", null],
  ["http://127.0.0.1:8080/v1", null],
  ["http://api.example/v1", /plain http/],
  ["https://user:pw@api.example/", /user or a password/],
  ["file:///etc/passwd", /neither/],
  ["javascript:alert(1)", /neither/],
  ["/v1", /relative/],
  ["https://api.example/v1?x=1", /query/],
  ["https://api.example/v1#x", /fragment/],
  ["https://api.example/a/../b", /upwards/],
  ["https://api.example/a%2fb", /separator/],
  ["https://api.example/{version}", /not filled in/],
  ["https://api.example\\@evil.example/", /no address has/],
  ["https://api.\u202eexample/", /no address has/],
])("the base %s", (url, expected) => {
  const problem = baseProblem(url);
  if (expected === null) expect(problem).toBeNull();
  else expect(problem).toMatch(expected);
});
