// What the person allows is one string of bytes: its hash is on the screen, in the answer, on the wire and in the
// journal, whether the arguments went as the agent wrote them or as the person changed them.
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";
import { asked, asking, hashOf, pass } from "../support/asking.ts";
import { modernServer } from "../support/modern-server.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const once: Verdict = { type: "allow", lifetime: "once", scope: "arguments" };
const hash = (tool: string, args: string): string =>
  createHash("sha256").update(`${tool}\n${args}`).digest("hex");

async function begin(modern: boolean) {
  const house = await openHouse({ asks: true });
  closers.push(() => house.close());
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const real = modern ? await modernServer() : null;
  if (real !== null) closers.push(real.close);
  const server = await upstream((request, response, body) => {
    bodies.push(body);
    headers.push(request.headers);
    if (real === null) return echoServer(request, response, body);
    const given = Object.entries(request.headers).filter(
      ([name]) => !/^(?:host|connection|content-length|transfer-encoding)$/.test(name),
    );
    void fetch(real.openUrl, {
      method: request.method ?? "POST",
      headers: given as [string, string][],
      ...(body === "" ? {} : { body }),
    }).then(async (answer) => {
      const type = answer.headers.get("content-type");
      response.writeHead(answer.status, type === null ? {} : { "content-type": type });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  closers.push(server.close);
  await house.addServer(server.url);
  const agent = await house.agent("Claude Code");
  const post = (path: string, body: string, more: Record<string, string> = {}) =>
    ask(house.door, path, {
      headers: { authorization: `Bearer ${agent.credential}`, ...more },
      body,
    });
  /** The bytes of the arguments that arrived, exactly. */
  const arrived = (): string => {
    const body = bodies.find((one) => one.includes(`"tools/call"`)) ?? "";
    const at = body.indexOf(`"arguments":`) + `"arguments":`.length;
    let depth = 0;
    for (let end = at; end < body.length; end++) {
      if (body[end] === "{") depth++;
      if (body[end] === "}" && --depth === 0) return body.slice(at, end + 1);
    }
    return "";
  };
  return { house, post, bodies, headers, arrived };
}
async function shown(house: House) {
  const reply = await asking(house, "questions.show", { id: (await asked(house)).id });
  if (!reply.ok) throw new Error(reply.error.sentence);
  return reply.value;
}
const wait = (): void => pass(530);
const MODERN = "2026-07-28";
const modernCall = (args: string): string =>
  `{"jsonrpc":"2.0","id":"seven","method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"${MODERN}","io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}},"name":"echo","arguments":${args}}}`;
const MODERN_HEADERS = {
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": MODERN,
  "mcp-method": "tools/call",
  "mcp-name": "echo",
};

const WAYS = [
  {
    way: "the legacy generation",
    modern: false,
    send: (post: Post, args: string) =>
      post(
        "/mcp/crm",
        `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":${args}}}`,
      ),
  },
  {
    way: "the modern generation",
    modern: true,
    send: (post: Post, args: string) =>
      post("/mcp/crm", modernCall(args), { ...MODERN_HEADERS, "mcp-param-message": "old" }),
  },
  {
    way: "the curl door to a legacy server",
    modern: false,
    send: (post: Post, args: string) => post("/tools/crm/echo/invoke", args),
  },
  {
    way: "the curl door to a modern server",
    modern: true,
    send: (post: Post, args: string) => post("/tools/crm/echo/invoke", args),
  },
];
type Post = Awaited<ReturnType<typeof begin>>["post"];
const ARGUMENTS = `{ "message":"Zoë, as the agent wrote it" }`;
const CHANGED = `{"message": "as the person wants it, é and \\u00e9"}`;

describe.each(WAYS)("through $way", ({ modern, send }) => {
  it("the hash on the screen is that of the bytes on the wire and in the journal", async () => {
    const { house, post, arrived } = await begin(modern);
    const reply = send(post, ARGUMENTS);
    const question = await shown(house);
    if (question.matter.kind !== "call") throw new Error("not a call");
    const { argumentsHash } = question.matter.subject;
    wait();
    const { id, nonce } = question;
    await asking(house, "questions.answer", { id, nonce, verdict: once, hash: argumentsHash });
    expect((await reply).status).toBe(200);
    expect(arrived()).toBe(ARGUMENTS);
    expect(hash("echo", arrived())).toBe(argumentsHash);
    const [row] = await house.calls();
    expect(row?.permit).toMatchObject({ argumentsHash });
    expect(row?.permit?.edited).toBeUndefined();
  });

  it("and so it is after the person changed the arguments: the journal has both", async () => {
    const { house, post, arrived, bodies, headers } = await begin(modern);
    const reply = send(post, ARGUMENTS);
    const first = await shown(house);
    if (first.matter.kind !== "call") throw new Error("not a call");
    const revised = await asking(house, "questions.revise", {
      id: first.id,
      nonce: first.nonce,
      argumentsText: CHANGED,
    });
    if (!revised.ok) throw new Error(revised.error.sentence);
    const { id, nonce, revision } = revised.value;
    expect(revision?.argumentsHash).toBe(hash("echo", CHANGED));
    const say = (more: { nonce?: string; verdict?: Verdict; hash?: string | undefined } = {}) =>
      asking(house, "questions.answer", {
        id,
        nonce,
        verdict: once,
        hash: revision?.argumentsHash,
        ...more,
      });
    // The showing of before is void, and the dead time began anew.
    expect(await say({ nonce: first.nonce })).toMatchObject({ error: { code: "verdict_refused" } });
    expect(await say()).toMatchObject({ ok: false, error: { code: "verdict_too_early" } });
    wait();
    // What the agent had written is not what is on the screen any more.
    expect(await say({ hash: first.matter.subject.argumentsHash })).toMatchObject({
      error: { code: "verdict_other_bytes" },
    });
    expect(await say({ verdict: { ...once, lifetime: "1-hour" } })).toMatchObject({
      ok: false,
      error: { code: "verdict_not_offered" },
    });
    expect(await say()).toMatchObject({ ok: true });
    const { status, body } = await reply;
    expect(status).toBe(200);
    expect(body).toContain("as the person wants it");
    expect(arrived()).toBe(CHANGED);
    const at = bodies.findIndex((one) => one.includes(`"tools/call"`));
    expect(headers[at]?.["content-length"]).toBe(String(Buffer.byteLength(bodies[at] ?? "")));
    expect(headers[at]?.["mcp-param-message"], "what repeated the old ones").toBeUndefined();
    const [row] = await house.calls();
    expect(JSON.parse(row?.input ?? "")).toEqual(JSON.parse(CHANGED));
    expect(row).toMatchObject({
      outcome: "ok",
      permit: {
        edited: true,
        argumentsHash: hash("echo", arrived()),
        originalHash: first.matter.subject.argumentsHash,
        lifetime: "once",
        grant: null,
      },
    });
  });
});

describe("arguments that the person changes", () => {
  it.each([
    ["a name that comes twice", `{"a":1,"a":2}`, "json_duplicate_key"],
    ["a number that would change", `{"a":12345678901234567890}`, "json_lossy_number"],
    ["what is no JSON", `{"a":`, "json_invalid"],
    ["what is no object", `[1]`, "arguments_invalid"],
  ])("are read strictly: %s is refused, and the question stays", async (_, text, code) => {
    const { house, post, bodies } = await begin(false);
    const reply = post("/mcp/crm", toolCall({ a: 1 }));
    const { id, nonce } = await shown(house);
    const refused = await asking(house, "questions.revise", { id, nonce, argumentsText: text });
    expect(refused).toMatchObject({ ok: false, error: { code } });
    const again = await shown(house);
    expect(again.revision).toBeNull();
    await asking(house, "questions.answer", { id, nonce: again.nonce, verdict: { type: "deny" } });
    expect((await reply).code).toBe("call_refused");
    expect(bodies).toHaveLength(0);
  });

  it("can be put back, and be given to a call that had none", async () => {
    const { house, post, bodies } = await begin(false);
    const bare = `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo"}}`;
    const reply = post("/mcp/crm", bare);
    const one = await shown(house);
    const two = await asking(house, "questions.revise", {
      id: one.id,
      nonce: one.nonce,
      argumentsText: `{"x":1}`,
    });
    const three = await asking(house, "questions.revise", {
      id: one.id,
      nonce: two.ok ? two.value.nonce : "",
      argumentsText: null,
    });
    expect(three).toMatchObject({ ok: true, value: { revision: null } });
    const four = await asking(house, "questions.revise", {
      id: one.id,
      nonce: three.ok ? three.value.nonce : "",
      argumentsText: `{"x":2}`,
    });
    wait();
    if (!four.ok) throw new Error(four.error.sentence);
    const { nonce } = four.value;
    const last = { id: one.id, nonce, verdict: once, hash: hashOf(four.value) };
    await asking(house, "questions.answer", last);
    expect((await reply).status).toBe(200);
    const { id, params } = JSON.parse(bodies[0] ?? "") as { id: unknown; params: unknown };
    expect({ id, params }).toEqual({ id: 3, params: { name: "echo", arguments: { x: 2 } } });
  });
});

describe("what cannot be taken back (threat 58)", () => {
  it("is allowed with its name alone, however long one waits and however often one clicks", async () => {
    const { house, post, bodies } = await begin(false);
    const reply = post("/mcp/crm", toolCall({ id: 1 }, 1, "delete_note"));
    const one = await shown(house);
    const { id, nonce } = one;
    const bytes = hashOf(one);
    pass(3050);
    for (const typed of [undefined, "", "delete_note ", "Delete_note"]) {
      const verdict = { ...once, ...(typed === undefined ? {} : { typed }) };
      expect(
        await asking(house, "questions.answer", { id, nonce, verdict, hash: bytes }),
      ).toMatchObject({
        ok: false,
        error: { code: "verdict_not_typed" },
      });
    }
    expect(bodies).toHaveLength(0);
    const verdict = { ...once, typed: "delete_note" };
    expect(
      await asking(house, "questions.answer", { id, nonce, verdict, hash: bytes }),
    ).toMatchObject({
      ok: true,
    });
    await reply;
    expect(bodies).toHaveLength(1);
  }, 15_000);
});
