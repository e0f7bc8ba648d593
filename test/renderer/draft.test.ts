import { describe, expect, it } from "vitest";
import { contract } from "../../electron/contract.ts";
import { patternSchema } from "../../electron/core/servers.ts";
import { previewOf } from "../../electron/core/openapi/reading.ts";
import { withDocument } from "../../renderer/servers/api-draft.ts";
import {
  type Draft,
  EMPTY_DRAFT,
  faultsOf,
  type HttpDraft,
  nameOf,
  sendsLine,
  toInput,
} from "../../renderer/servers/draft.ts";

import { companyDocument } from "../support/company-api.ts";

const http = (part: Partial<HttpDraft>, more: Partial<Draft> = {}): Draft => ({
  ...EMPTY_DRAFT,
  ...more,
  http: { ...EMPTY_DRAFT.http, url: "https://mcp.linear.app/mcp", key: "k", ...part },
});
const BASE = "https://api.company.example/v1";
const preview = previewOf({
  text: JSON.stringify(companyDocument(BASE)),
  before: null,
});
const api = (part: Partial<HttpDraft> = {}, picked?: readonly string[]): Draft => {
  const read = withDocument({ ...EMPTY_DRAFT, kind: "openapi" }, "{}", preview);
  return {
    ...read,
    http: { ...read.http, key: "k", ...part },
    api: { ...read.api, ...(picked !== undefined && { picked: new Set(picked) }) },
  };
};
const stdio = (part: Partial<Draft["stdio"]>): Draft => ({
  ...EMPTY_DRAFT,
  kind: "stdio",
  stdio: { ...EMPTY_DRAFT.stdio, command: "node server.js", ...part },
});

describe("the add-a-server form", () => {
  it.each([
    ["bearer", http({})],
    ["x-api-key", http({ preset: "x-api-key" })],
    ["a header with a scheme", http({ preset: "header", fieldName: "X-Token", prefix: "Token" })],
    ["a query parameter", http({ preset: "query", fieldName: "api_key" })],
    ["no key", http({ pattern: "none", key: "" })],
    ["plain HTTP that was agreed to", http({ url: "http://localhost:3001/mcp", allowPlain: true })],
    ["an API as its file has it", api()],
    ["an API at another address", api({ url: "http://127.0.0.1:9/v2", allowPlain: true })],
    ["a local server", stdio({ env: [{ key: 1, name: "A", value: "b", secret: true }] })],
  ])("makes input that the contract takes: %s", (_, draft) => {
    expect(faultsOf(draft)).toEqual({});
    const parsed = contract["servers.add"].input.safeParse(toInput(draft));
    expect(parsed.error?.issues ?? []).toEqual([]);
  });

  it.each([
    ["an address that is none", http({ url: "linear" }), "url"],
    ["another scheme", http({ url: "file:///etc/passwd" }), "url"],
    [
      "a key over plain HTTP to another machine",
      http({ url: "http://mcp.example.com/mcp" }),
      "url",
    ],
    ["a key over plain HTTP here, not agreed to", http({ url: "http://127.0.0.1:1/mcp" }), "plain"],
    ["no key where one is wanted", http({ key: "" }), "key"],
    ["an API without its file", { ...EMPTY_DRAFT, kind: "openapi" as const }, "file"],
    ["an API at an address with a query", api({ url: `${BASE}?a=b` }), "url"],
    [
      "an API over plain HTTP elsewhere",
      api({ url: "http://api.example/", pattern: "none" }),
      "url",
    ],
    ["an API of which nothing is picked", api({}, []), "picked"],
    [
      "a header name with a line break",
      http({ preset: "header", fieldName: "X\r\nY" }),
      "fieldName",
    ],
    ["a name with capitals", http({}, { name: "Linear", nameTouched: true }), "name"],
    ["an open quote", stdio({ command: `node "x` }), "command"],
    ["no command", stdio({ command: " " }), "command"],
    [
      "a variable's name with a dash",
      stdio({ env: [{ key: 1, name: "A-B", value: "x", secret: false }] }),
      "env",
    ],
    [
      "the same variable twice",
      stdio({ env: [1, 2].map((key) => ({ key, name: "A", value: "x", secret: false })) }),
      "env",
    ],
    ["an empty secret", stdio({ env: [{ key: 1, name: "A", value: "", secret: true }] }), "env"],
  ])("stops at %s", (_, draft, field) => {
    expect(Object.keys(faultsOf(draft))).toContain(field);
  });

  it("puts a space after a scheme, so that the stored pattern is valid", () => {
    for (const prefix of ["Token", "Bearer ", "key=", ""]) {
      const input = toInput(http({ preset: "header", fieldName: "Authorization", prefix }));
      const auth = input.kind === "http" && input.auth.type === "api-key" ? input.auth : null;
      const shape = patternSchema.options[1].shape.prefix;
      expect(shape.safeParse(auth?.prefix).success, JSON.stringify(auth?.prefix)).toBe(true);
    }
    expect(sendsLine(http({ preset: "header", fieldName: "X-Token", prefix: "Token" }).http)).toBe(
      "X-Token: Token ••••••••",
    );
  });

  it("never sends a key with a form that asked for none", () => {
    const input = toInput(http({ pattern: "none", key: "typed before" }));
    expect(JSON.stringify(input)).not.toContain("typed before");
  });

  it("allows plain HTTP only where the box was in sight", () => {
    const input = toInput(http({ allowPlain: true }));
    expect(input.kind === "http" && input.allowPlainHttpOnLoopback).toBe(false);
  });

  it("leaves a name alone once the person wrote one", () => {
    expect(nameOf(http({}))).toBe("linear");
    expect(nameOf(http({}, { name: "mine", nameTouched: true }))).toBe("mine");
    expect(nameOf(stdio({ command: "npx -y @modelcontextprotocol/server-everything" }))).toBe(
      "everything",
    );
  });
});
