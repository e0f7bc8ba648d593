// A server that wants something of the person through the agent (threat 49): a page is asked about before the agent hears of
// it and never fetched; a form that asks for a secret goes nowhere; everything else passes byte for byte. Both generations.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { ask, openHouse } from "../support/house.ts";
import { answer, asked, openQuestions } from "../support/asking.ts";
import { once } from "../support/meeting.ts";
import { until } from "../support/processes.ts";

const NO: Verdict = { type: "deny" };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const form = (properties: object) => ({
  message: "Fill this in",
  requestedSchema: { type: "object", properties },
});
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { elicitation: { url: {}, form: {} } },
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
};

/** A server that elicits in the middle of each call and answers once it was told, and a page that nobody may fetch. */
async function begin(modern: boolean) {
  const house = await openHouse();
  closers.push(() => house.close());
  let fetched = 0;
  const answers: { id?: unknown; result?: { action?: string } }[] = [];
  const state = { params: {} as object, text: "", json: false, raw: "" };
  let waiting: ((action: string) => void) | null = null;
  const server = http.createServer((request, response) => {
    if (request.url !== "/mcp") {
      fetched++;
      response.end("a page");
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const message = (body === "" ? {} : JSON.parse(body)) as {
        id?: unknown;
        method?: string;
        result?: { action?: string };
      };
      if (message.method === undefined) {
        answers.push(message);
        waiting?.(message.result?.action ?? "?");
        response.writeHead(202).end();
        return;
      }
      const done = (text: string): object => ({
        jsonrpc: "2.0",
        id: message.id,
        result: { content: [{ type: "text", text }] },
      });
      if (state.raw !== "") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        // In pieces that fall anywhere.
        for (let at = 0; at < state.raw.length; at += 9973) {
          response.write(state.raw.slice(at, at + 9973));
        }
        response.end();
        return;
      }
      if (modern) {
        const inputRequests = { one: { method: "elicitation/create", params: state.params } };
        const result = { resultType: "input_required", inputRequests, requestState: "sealed" };
        state.text = JSON.stringify({ jsonrpc: "2.0", id: message.id, result });
        if (state.json) {
          response.writeHead(200, { "content-type": "application/json" }).end(state.text);
        } else {
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.end(`id: 9\nevent: message\ndata: ${state.text}\n\n`);
        }
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const own = { jsonrpc: "2.0", id: "own-1", method: "elicitation/create" };
      state.text = JSON.stringify({ ...own, params: state.params });
      response.write(`: hello\n\nid: 9\ndata: ${state.text}\n\n`);
      waiting = (action) => {
        waiting = null;
        response.end(`data: ${JSON.stringify(done(`the person: ${action}`))}\n\n`);
      };
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await house.addServer(`${origin}/mcp`, "shop");
  const agent = await house.agent("Claude Code");
  const headers: Record<string, string> = {
    authorization: `Bearer ${agent.credential}`,
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": modern ? "2026-07-28" : "2025-11-25",
    ...(modern ? { "mcp-method": "tools/call", "mcp-name": "connect" } : {}),
  };
  const call = () =>
    ask(house.door, "/mcp/shop", {
      headers,
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 4,
        method: "tools/call",
        params: { name: "connect", arguments: {}, ...(modern ? { _meta: META } : {}) },
      }),
    });
  /** The agent answers the server's own request, as one that asked its person would. */
  const accept = () =>
    ask(house.door, "/mcp/shop", {
      headers,
      body: JSON.stringify({ jsonrpc: "2.0", id: "own-1", result: { action: "accept" } }),
    });
  const page = {
    mode: "url",
    url: `${origin}/sign-in?a=1`,
    message: "Sign in",
    elicitationId: "e",
  };
  return { house, state, answers, call, accept, page, origin, fetched: () => fetched };
}

describe.each([
  ["legacy", false, false],
  ["modern, in an event stream", true, false],
  ["modern, in JSON", true, true],
] as const)("a page that a server wants opened (%s)", (_name, modern, json) => {
  it("is shown whole and asked about first; a no is told to both, and nothing is fetched", async () => {
    const { house, state, answers, call, page, fetched } = await begin(modern);
    state.params = page;
    state.json = json;
    const sent = call();
    const question = await asked(house, "page");
    expect(question.matter).toMatchObject({
      agent: { name: "Claude Code" },
      server: { name: "shop" },
      tool: "connect",
      url: page.url,
      message: "Sign in",
    });
    await answer(house, question, NO);
    const got = await sent;
    expect(got.body).not.toContain("/sign-in");
    expect(got.body).toContain("does not want to open the page");
    if (modern) expect(got.body).toContain('"elicitation_denied"');
    else {
      expect(got.body).toContain("the person: cancel");
      expect(answers).toEqual([{ jsonrpc: "2.0", id: "own-1", result: { action: "cancel" } }]);
    }
    expect(fetched()).toBe(0);
  }, 15_000);

  it("goes on byte for byte after a yes", async () => {
    const { house, state, call, accept, page, fetched } = await begin(modern);
    state.params = page;
    state.json = json;
    const sent = call();
    const question = await asked(house, "page");
    expect(await answer(house, question, once, 600), "three seconds").toMatchObject({ ok: false });
    expect(await answer(house, question, once)).toMatchObject({ ok: true });
    if (!modern) {
      await until(async () => (await openQuestions(house)).length === 0, 2000, "the answer");
      await accept();
    }
    const got = await sent;
    expect(got.body).toContain(json ? state.text : `data: ${state.text}\n\n`);
    expect(fetched()).toBe(0);
  }, 15_000);
});

describe.each([
  ["legacy", false],
  ["modern", true],
] as const)("a form (%s)", (_name, modern) => {
  it("that asks for a secret goes nowhere, unasked, in words", async () => {
    const { house, state, answers, call } = await begin(modern);
    state.params = form({ user: { type: "string" }, value: { type: "string", title: "API key" } });
    const got = await call();
    expect(got.body).toContain("its form asks for a secret, in the field “value”");
    expect(got.body).not.toContain("requestedSchema");
    expect(await openQuestions(house)).toEqual([]);
    if (modern) expect(got.body).toContain('"elicitation_refused"');
    else expect(answers.map(({ result }) => result?.action)).toEqual(["cancel"]);
  });

  it("that asks for nothing secret passes byte for byte", async () => {
    const { state, call, accept } = await begin(modern);
    state.params = form({ branch: { type: "string" }, postalCode: { type: "string" } });
    const sent = call();
    if (!modern) {
      await until(() => state.text !== "", 3000, "the form");
      await accept();
    }
    expect((await sent).body).toContain(`data: ${state.text}\n\n`);
  });
});

describe("what is no page", () => {
  it.each([
    "javascript:alert(1)",
    "file:///etc/passwd",
    "none",
    `https://a.example/${"x".repeat(9000)}`,
  ])("%s is refused unasked", async (url) => {
    const { house, state, call } = await begin(true);
    state.params = { mode: "url", url, message: "Open", elicitationId: "e" };
    expect((await call()).body).toContain('"elicitation_refused"');
    expect(await openQuestions(house)).toEqual([]);
  });

  it.each([
    ["a line feed", "\n"],
    ["both", "\r\n"],
    ["a carriage return", "\r"],
  ])("what is long and nothing of the kind passes byte for byte, with %s", async (_n, eol) => {
    const { call, state } = await begin(true);
    const text = "x".repeat(700 * 1024);
    const long = JSON.stringify({ jsonrpc: "2.0", id: 4, result: { content: [], text } });
    const half = long.length / 2;
    state.raw = `id: 1${eol}data: ${long.slice(0, half)}${eol}data: ${long.slice(half)}${eol}${eol}: end${eol}${eol}`;
    expect((await call()).body === state.raw, "byte for byte").toBe(true);
  });

  it("a message that is too long to be held breaks off before its end", async () => {
    const { house, state, call, page } = await begin(false);
    state.params = { ...page, padding: "y".repeat(400 * 1024) };
    const got = await call().catch((error: unknown) => String(error));
    // An agent that sees an event without its end has seen none (HTML standard, 9.2.6).
    const body = typeof got === "string" ? "" : got.body;
    expect(
      body
        .split("\n\n")
        .some(
          (event) =>
            /^data: .*elicitation\/create.*\}$/m.test(event) && !event.includes("broken-off"),
        ),
    ).toBe(false);
    expect(await openQuestions(house)).toEqual([]);
  });
});
