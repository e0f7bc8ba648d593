// What a person reads when something was entered wrongly: which field, what it must be, never the raw words of a
// library, never the input itself.
import fs from "node:fs";
import path from "node:path";
import { assert, asyncProperty, constantFrom, dictionary, oneof } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contract, type Method } from "../../electron/contract.ts";
import { Refusal, REFUSALS, type RefusalCode } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import { ask, type House, openHouse } from "../support/house.ts";

const CANARY = "canary-5d1e77a0b3c94f26";
let h: House;
beforeAll(async () => {
  h = await openHouse();
});
afterAll(() => h.close());

async function said(method: Method, input: unknown): Promise<string> {
  const reply = (await h.countersign.desk.call("app", method, input)) as {
    ok: boolean;
    error?: { code: string; sentence: string };
  };
  expect(reply.error?.code).toBe("input_invalid");
  return reply.error?.sentence ?? "";
}

const web = { kind: "http", name: "crm", url: "https://crm.example/mcp", auth: { type: "none" } };
const key = { type: "api-key", secret: "k" };
const local = { kind: "stdio", name: "files", command: "node" };
const begin = "must begin with http:// or https://";
const slug = "must be 1 to 48 of a-z, 0-9 and '-', beginning and ending with a letter or digit";

describe("a field that was filled in wrongly", () => {
  it.each<[Method, unknown, string]>([
    ["servers.add", { ...web, url: "ftp://crm.example" }, `the address ${begin}.`],
    ["servers.add", { ...web, url: CANARY }, `the address ${begin}.`],
    ["servers.add", { ...web, name: "Crm 1" }, `the name ${slug}.`],
    ["servers.add", { ...web, name: "" }, `the name ${slug}.`],
    ["servers.add", { ...web, name: undefined }, "the name is missing."],
    [
      "servers.add",
      { ...web, auth: { ...key, name: "X Key" } },
      "the name of the header or parameter must be 1 to 64 letters, digits or -_.!#$%&'*+^`|~, without spaces.",
    ],
    ["servers.add", { ...web, auth: { ...key, secret: "" } }, "the key must not be empty."],
    [
      "servers.add",
      { ...web, stage: CANARY },
      "the stage must be one of: development, staging, production.",
    ],
    [
      "servers.add",
      { ...local, secretEnv: { "1 KEY": CANARY } },
      "the list of secret variables holds a name that cannot be used.",
    ],
    ["servers.add", { ...local, command: "" }, "the command must not be empty."],
    ["agents.add", { name: "" }, "the name must not be empty."],
    ["agents.add", { name: "x".repeat(81) }, "the name may have at most 80 characters."],
    ["agents.add", { name: "a\nb" }, "the name must not hold control or invisible characters."],
    ["agents.add", { name: 7 }, "the name must be text."],
    ["agents.add", { name: "a", [CANARY]: 1 }, "it holds something that is not known here."],
    ["calls.search", { limit: 0 }, "the number of calls must be at least 1."],
    [
      "certificates.make",
      { label: "a", commonName: "a", signedBy: "itself", days: 900 },
      "the number of days must be at most 825.",
    ],
    ["vault.unlock", { passphrase: "" }, "the passphrase must not be empty."],
  ])("%s %j", async (method, input, words) => {
    expect(await said(method, input)).toBe(`The input is not valid: ${words}`);
  });

  it("whatever comes, one plain sentence comes back, and nothing of the input", async () => {
    const value = oneof(
      constantFrom(CANARY, `x-${CANARY}`, null, undefined, 7, true),
      constantFrom<unknown>([], [CANARY], { [CANARY]: CANARY }),
    );
    const names = ["kind", "name", "url", "auth", "command", "env", "secret", "id", "issuer"];
    const inputs = dictionary(constantFrom(...names), value);
    const methods = constantFrom(...(Object.keys(contract) as Method[]));
    await assert(
      asyncProperty(methods, inputs, async (method, input) => {
        const { input: schema, surfaces } = contract[method];
        if (!(surfaces as readonly string[]).includes("app")) return;
        const { error } = schema.safeParse(input);
        // What is accepted is not run: this is about words.
        if (error === undefined) return;
        const words = await said(method, input);
        expect(words).not.toContain(CANARY);
        expect(words).toMatch(/^The input is not valid: [^\n✖→]+\.$/);
      }),
      { numRuns: 400 },
    );
  });
});

describe("the door for scripts", () => {
  it.each(["[1]", '"text"', "7", "null"])(
    "%s is not called a broken JSON-RPC message",
    async (body) => {
      await h
        .call("servers.add", { ...web, kind: "http", auth: { type: "none" }, name: "crm" })
        .catch(() => undefined);
      const { credential } = await h.agent(`script ${body}`);
      const headers = { authorization: `Bearer ${credential}` };
      const reply = await ask(h.door, "/tools/crm/echo/invoke", { body, headers });
      expect([reply.status, reply.code]).toEqual([400, "arguments_invalid"]);
      expect(reply.body).not.toContain("JSON-RPC");
      expect(JSON.parse(reply.body)).toMatchObject({
        error: { advice: expect.stringContaining('{"text":"hello"}') as string },
      });
    },
  );
});

describe("the table of sentences", () => {
  const codes = Object.keys(REFUSALS) as RefusalCode[];
  it("each code has a sentence and advice, and no advice sends in a circle", () => {
    for (const code of codes) {
      // Where it depends on the case what helps, it is handed in.
      const instead = "Choose another one.";
      const { sentence, advice } = complaint(new Refusal(code, { instead }));
      expect(sentence, code).toMatch(/^[A-Z“…].*[.!…:]/s);
      expect(advice.length, code).toBeGreaterThan(10);
      if (/^(?:upstream|stdio)_/.test(code)) expect(advice, code).not.toContain("server test");
    }
  });

  it("each command that a sentence names exists", async () => {
    const { COMMANDS } = await import("../../electron/cli/commands.ts");
    const known = new Set(COMMANDS.map((c) => c.words.join(" ")));
    const files = ["electron/core/sentences.ts", "electron/host/doctor/words.ts"];
    const wrong: string[] = [];
    for (const file of files) {
      const text = fs.readFileSync(path.resolve(import.meta.dirname, "../..", file), "utf8");
      for (const [, first = "", second = ""] of text.matchAll(
        /\bcountersign ([a-z]+)(?: ([a-z-]+))?/g,
      )) {
        if (!known.has(first) && !known.has(`${first} ${second}`)) wrong.push(`${first} ${second}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
