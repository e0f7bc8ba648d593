// What a server says beside its answers, and forms that ask for a secret (threat 49).
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { readServerWord } from "../../../electron/core/elicit/read.ts";
import { secretAsked } from "../../../electron/core/elicit/secrets.ts";

const read = (value: unknown) =>
  readServerWord(typeof value === "string" ? value : JSON.stringify(value), "shop");
const code = (text: string): string | null => {
  try {
    read(text);
    return null;
  } catch (error) {
    return error instanceof Refusal ? error.code : "bug";
  }
};
const PAGE = { mode: "url", url: "https://a.example/x", message: "Sign in", elicitationId: "1" };
const ask = (params: unknown) => ({
  jsonrpc: "2.0",
  id: "s-1",
  method: "elicitation/create",
  params,
});

describe("what a server says", () => {
  it("is nothing where it only speaks of it", () => {
    for (const text of [
      {
        jsonrpc: "2.0",
        id: 1,
        result: { content: [{ type: "text", text: "elicitation/create" }] },
      },
      { jsonrpc: "2.0", id: 1, result: { method: "elicitation/create", params: PAGE } },
      { jsonrpc: "2.0", method: "notifications/message", params: { data: "tools/list_changed" } },
      { jsonrpc: "2.0", id: 1, result: { resultType: "input_required", inputRequests: {} } },
    ])
      expect(read(text), JSON.stringify(text)).toBeNull();
    expect(read("no JSON with elicitation/create")).toBeNull();
  });

  it("is a page or a form, of either generation, however it is escaped", () => {
    const page = { mode: "url", url: PAGE.url, message: "Sign in" };
    expect(read(ask(PAGE))).toEqual({ kind: "elicits", id: '"s-1"', asks: [page] });
    const escaped = JSON.stringify(ask(PAGE))
      .replace("elicitation/create", "\\u0065licitation\\/create")
      .replace('"method"', '"\\u006dethod"');
    expect(read(escaped)).toEqual({ kind: "elicits", id: '"s-1"', asks: [page] });
    const schema = { type: "object", properties: { name: { type: "string", title: "Your name" } } };
    expect(read(ask({ message: "Who?", requestedSchema: schema }))).toMatchObject({
      asks: [
        {
          mode: "form",
          message: "Who?",
          fields: [{ name: "name", words: ["string", "Your name"] }],
        },
      ],
    });
    const modern = {
      jsonrpc: "2.0",
      id: 3,
      result: {
        resultType: "input_required",
        inputRequests: {
          a: { method: "elicitation/create", params: PAGE },
          b: { method: "roots/list" },
        },
        requestState: "s",
      },
    };
    expect(read(modern)).toEqual({ kind: "elicits", id: null, asks: [page] });
    expect(read({ jsonrpc: "2.0", method: "notifications/tools/list_changed" })).toEqual({
      kind: "tools-changed",
    });
  });

  it("is refused where two readers could take it for two things", () => {
    const text = JSON.stringify(ask(PAGE));
    const twice = text.replace('"url":', '"url":"https://good.example/","url":');
    const cased = text.replace('"url":', '"URL":"https://good.example/","url":');
    const method = text.replace('"method":', '"method":"ping","Method":');
    const batch = `[${text}]`;
    for (const odd of [twice, cased, method, batch, text.replace('url"', 'URL"')]) {
      expect(code(odd), odd).toBe("elicitation_unreadable");
    }
    expect(code(JSON.stringify(ask({ mode: "popup", message: "x" })))).toBe(
      "elicitation_unreadable",
    );
    expect(code(JSON.stringify(ask({ url: PAGE.url, message: "a form with a page" })))).toBe(
      "elicitation_unreadable",
    );
  });
});

describe("a form that asks for a secret", () => {
  const form = (name: string, about: object = {}, message = "Please fill in") =>
    secretAsked({
      mode: "form",
      message,
      fields: [{ name, words: Object.values(about) as string[] }],
    });
  it.each([
    ["password"],
    ["apiKey"],
    ["github_token"],
    ["key"],
    ["code"],
    ["otp"],
    ["verificationCode"],
    ["p\u0430ssword"],
    ["pass\u200bword"],
    ["\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44"],
  ])("%s", (name) => expect(form(name)).toBe(name));
  it.each([
    [{ format: "password" }],
    [{ title: "Your API key" }],
    [{ description: "The one-time code that we sent you" }],
  ])("by what is said of the field: %j", (about) => expect(form("value", about)).toBe("value"));
  it("by what is said of the form", () =>
    expect(form("value", {}, "Paste your GitHub token here")).toBe(""));
  it.each([
    ["name"],
    ["email"],
    ["postalCode"],
    ["country_code"],
    ["sort_key"],
    ["maxTokens"],
    ["pinned"],
    ["branch"],
    ["keyword"],
  ])("not %s", (name) => expect(form(name, { title: "Your choice" })).toBeNull());
});
