// The first time that an agent meets a server, through the real front door: nothing goes there, and no token is asked
// for, before the person agreed that this agent may use it as it is (threats 20, 26, 35).
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { answer, asked, asking, openQuestions, pass } from "../support/asking.ts";
import { INITIALIZE, LIST, meeting, once, YES } from "../support/meeting.ts";
import { until } from "../support/processes.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const begin = (behaviour = echoServer) => meeting(closers, behaviour);

/** A server whose tools are lies and dangers, besides one that is what it says. */
const TOOLS = [
  { name: "search", description: "Finds things", annotations: { readOnlyHint: true } },
  { name: "list_notes", description: "Lists notes" },
  { name: "delete_note", annotations: { readOnlyHint: true } },
  { name: "wild*card" },
  { name: "gnp\u202Elive" },
  { name: "block_me" },
];
const toolServer: Parameters<typeof upstream>[0] = (request, response, body) => {
  if (!body.includes('"tools/list"')) return echoServer(request, response, body);
  const { id } = JSON.parse(body) as { id: number };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { tools: TOOLS } }));
};

describe("an agent that meets a server for the first time", () => {
  it("waits with all that it sends for one question; a yes lets it in, for good", async () => {
    const { house, server, id, agent, send } = await begin();
    const first = send(INITIALIZE);
    const listed = send(LIST);
    const probed = send(
      JSON.stringify({ jsonrpc: "2.0", id: 9, method: "prompts/list", params: {} }),
    );
    const question = await asked(house, "consent");
    await until(
      async () => (await openQuestions(house))[0]?.waiting === 3,
      4000,
      "three that wait",
    );
    expect(await openQuestions(house)).toHaveLength(1);
    if (question.matter.kind !== "consent") throw new Error("not a consent");
    expect(question.matter.offer).toMatchObject({
      agent: { name: "Claude Code" },
      server: { name: "crm", stage: "development", pattern: "api-key", target: server.url },
      account: null,
      before: null,
    });
    expect(JSON.stringify(question), "what it calls itself is no name of ours").not.toContain(
      "trusted",
    );
    expect(server.seen, "a byte left before the answer").toHaveLength(0);
    expect(await answer(house, question, YES)).toMatchObject({ ok: true });
    expect([(await first).status, (await listed).status]).toEqual([200, 200]);
    expect((await probed).status).toBe(200);
    expect(server.seen).toHaveLength(3);
    expect(await house.call("consents.list", {})).toMatchObject([
      { agent: agent.id, server: id, agentName: "Claude Code", holds: true, changed: [] },
    ]);
    // The use of the server is agreed to; the call is a question of its own.
    const call = send(toolCall());
    await answer(house, await asked(house, "call"), once);
    expect((await call).status).toBe(200);
    const [row] = await house.calls();
    const [consent] = await house.call("consents.list", {});
    expect(row?.permit?.consent).toEqual({ by: "person", consent: consent?.id });
  }, 30_000);

  it("is told by a no, is not asked about again at once, and nothing was sent", async () => {
    const { house, server, send } = await begin();
    const first = send(INITIALIZE);
    await answer(house, await asked(house, "consent"), { type: "deny" });
    expect(await first).toMatchObject({ code: "consent_refused", status: 403 });
    expect((await send(toolCall())).code).toBe("consent_refused");
    expect((await send(LIST)).code).toBe("consent_refused");
    expect(await openQuestions(house)).toEqual([]);
    expect(server.seen).toHaveLength(0);
    expect(await house.row("consent_refused")).toMatchObject({ outcome: "denied" });
    expect(await house.call("consents.list", {})).toEqual([]);
    // The person may want to be asked again sooner.
    const [agent] = await house.call("agents.list", {});
    await house.call("questions.resume", { agent: agent?.id ?? "" });
    const again = send(INITIALIZE);
    await asked(house, "consent");
    house.countersign.withdrawQuestions();
    expect((await again).code).toBe("question_withdrawn");
  });

  it("cannot open a stream, end a session or send a notification: these are refused, not asked about", async () => {
    const { house, server, agent, send } = await begin();
    const headers = {
      authorization: `Bearer ${agent.credential}`,
      accept: "text/event-stream",
    };
    for (const method of ["GET", "DELETE"]) {
      const reply = await ask(house.door, "/mcp/crm", { method, headers });
      expect(reply, method).toMatchObject({ status: 403, code: "consent_needed" });
    }
    const note = await send('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    expect(note.status).toBe(403);
    expect(await openQuestions(house)).toEqual([]);
    expect(server.seen).toHaveLength(0);
  });

  it("“I did not ask for this” pauses it", async () => {
    const { house, agent, send } = await begin();
    const first = send(INITIALIZE);
    await answer(house, await asked(house, "consent"), { type: "deny-and-pause" });
    expect((await first).status).not.toBe(200);
    const [view] = await house.call("agents.list", {});
    expect(view).toMatchObject({ id: agent.id, state: "paused" });
  });

  it("is let in by the curl door after the same question", async () => {
    const { house, server, agent } = await begin();
    const reply = ask(house.door, "/tools/crm/echo/invoke", {
      headers: { authorization: `Bearer ${agent.credential}` },
      body: `{"a":1}`,
    });
    const question = await asked(house, "consent");
    expect(server.seen).toHaveLength(0);
    await answer(house, question, YES);
    await answer(house, await asked(house, "call"), once);
    expect((await reply).status).toBe(200);
  }, 30_000);
});

describe("a consent", () => {
  it("is for one agent: another one is asked about by itself (confused deputy, threat 20)", async () => {
    const { house, server, send } = await begin();
    const first = send(INITIALIZE);
    await answer(house, await asked(house, "consent"), YES);
    expect((await first).status).toBe(200);
    const seen = server.seen.length;
    const other = await house.agent("Stranger");
    const replay = send(INITIALIZE, other.credential);
    const question = await asked(house, "consent");
    if (question.matter.kind !== "consent") throw new Error("not a consent");
    expect(question.matter.offer.agent.name).toBe("Stranger");
    expect(server.seen).toHaveLength(seen);
    await answer(house, question, { type: "deny" });
    expect((await replay).code).toBe("consent_refused");
  }, 30_000);

  it("ends with the address, and says what changed; pointing it back does not revive it (threat 35)", async () => {
    const { house, server, id, send } = await begin();
    const hostile = await upstream(echoServer);
    closers.push(hostile.close);
    const first = send(INITIALIZE);
    await answer(house, await asked(house, "consent"), YES);
    await first;
    const move = (url: string) =>
      house.call("servers.update", { id, http: { url, auth: { type: "none" } } });
    await move(hostile.url);
    const moved = send(INITIALIZE);
    const question = await asked(house, "consent");
    if (question.matter.kind !== "consent") throw new Error("not a consent");
    expect(question.matter.offer.before).toMatchObject({
      changed: expect.arrayContaining(["target", "pattern"]) as unknown,
      terms: { target: server.url },
    });
    await answer(house, question, { type: "deny" });
    expect((await moved).code).toBe("consent_refused");
    expect(hostile.seen, "the new address was reached").toHaveLength(0);
    await move(server.url);
    expect((await house.call("consents.list", {}))[0]).toMatchObject({ holds: false });
    expect((await send(LIST)).code).toBe("consent_refused");
  }, 30_000);

  it("is revoked at once, goes with its agent or server, and a rule does not stand in for it", async () => {
    const { house, id, agent, send } = await begin();
    const first = send(INITIALIZE);
    await answer(house, await asked(house, "consent"), YES);
    expect((await first).status).toBe(200);
    const [consent] = await house.call("consents.list", {});
    await house.call("consents.revoke", { id: consent?.id ?? "" });
    expect(await house.call("consents.list", {})).toEqual([]);
    expect(await house.reply("consents.revoke", { id: consent?.id ?? "" })).toMatchObject({
      ok: false,
      error: { code: "consent_unknown" },
    });
    const again = send(LIST);
    await answer(house, await asked(house, "consent"), YES);
    expect((await again).status).toBe(200);
    expect(await house.call("consents.list", {})).toHaveLength(1);
    await house.call("servers.remove", { id });
    await until(
      async () => (await house.call("consents.list", {})).length === 0,
      2000,
      "no consent of a server that is gone",
    );
    await house.call("agents.remove", { id: agent.id });
  }, 30_000);

  it("is not for a server that was changed while it was asked about", async () => {
    const { house, server, id, send } = await begin();
    const first = send(INITIALIZE);
    const question = await asked(house, "consent");
    await house.call("servers.update", { id, http: { url: `${server.url}/other` } });
    await answer(house, question, YES);
    expect((await first).code).toBe("call_denied");
    expect(server.seen).toHaveLength(0);
    expect(await house.call("consents.list", {})).toEqual([]);
  }, 30_000);

  it("cannot be given by the app, the command line, a wrong nonce or another kind of yes (threats 52, 53)", async () => {
    const { house, server, send } = await begin();
    const first = send(INITIALIZE);
    const question = await asked(house, "consent");
    const shown = await asking(house, "questions.show", { id: question.id });
    if (!shown.ok) throw new Error("not shown");
    const { nonce } = shown.value;
    pass(3050);
    for (const surface of ["app", "cli"] as const) {
      const forged = { id: question.id, nonce, verdict: YES };
      const reply = await house.countersign.desk.call(surface, "questions.answer", forged);
      expect(reply).toMatchObject({ ok: false, error: { code: "surface_refused" } });
    }
    const wrong = { id: question.id, nonce: "A".repeat(22), verdict: YES };
    expect(await asking(house, "questions.answer", wrong)).toMatchObject({ ok: false });
    const stray: Verdict = { ...YES, tools: [{ name: "never_shown", effect: "allow" }] };
    for (const verdict of [once, stray]) {
      expect(
        await asking(house, "questions.answer", { id: question.id, nonce, verdict }),
      ).toMatchObject({ ok: false, error: { code: "verdict_not_offered" } });
    }
    expect(server.seen).toHaveLength(0);
    await answer(house, question, { type: "deny" });
    expect((await first).code).toBe("consent_refused");
  }, 30_000);
});

describe("what is decided beforehand", () => {
  it("the person looks at the tools first; what they allow and block becomes rules with the consent, and 200 calls ask once", async () => {
    const { house, server, id, agent, send } = await begin(toolServer);
    const first = send(INITIALIZE);
    const question = await asked(house, "consent");
    if (question.matter.kind !== "consent") throw new Error("not a consent");
    expect(
      question.matter.offer.tools,
      "nothing was fetched before the person wanted it",
    ).toBeNull();
    const before = await asking(house, "questions.show", { id: question.id });
    if (!before.ok) throw new Error("not shown");
    expect(server.seen).toHaveLength(0);
    const stale = before.value.nonce;
    const found = await asking(house, "questions.lookUp", { id: question.id, nonce: stale });
    if (!found.ok || found.value.matter.kind !== "consent") throw new Error("not found");
    const tools = found.value.matter.offer.tools ?? [];
    expect(tools.map((t) => [t.name, t.saysReadOnly, t.destructive, t.plain])).toEqual([
      ["search", true, false, true],
      ["list_notes", false, false, true],
      ["delete_note", true, true, true],
      ["wild*card", false, false, false],
      ["gnp\u202Elive", false, false, true],
      ["block_me", false, false, true],
    ]);
    // Something else is shown now than before: what was shown before cannot be answered.
    const late = { id: question.id, nonce: stale, verdict: YES };
    expect(await asking(house, "questions.answer", late)).toMatchObject({
      error: { code: "verdict_refused" },
    });
    const shown = await asking(house, "questions.show", { id: question.id });
    if (!shown.ok) throw new Error("not shown");
    pass(3050);
    const say = (...choices: [string, "allow" | "ask" | "deny"][]) =>
      asking(house, "questions.answer", {
        id: question.id,
        nonce: shown.value.nonce,
        verdict: { ...YES, tools: choices.map(([name, effect]) => ({ name, effect })) },
      });
    // A hint is a claim, a pattern is no name, and what was not shown is not decided on (threat 48).
    for (const bad of ["delete_note", "wild*card", "gnp\u202Elive", "never_shown"]) {
      expect(await say([bad, "allow"]), bad).toMatchObject({
        error: { code: "verdict_not_offered" },
      });
    }
    expect(await say(["search", "allow"], ["search", "deny"])).toMatchObject({ ok: false });
    expect(
      await say(["search", "allow"], ["list_notes", "allow"], ["block_me", "deny"]),
    ).toMatchObject({ ok: true });
    expect((await first).status).toBe(200);
    expect(await house.call("rules.list", {})).toMatchObject([
      { effect: "allow", tool: "search", agent: agent.id, server: id, target: server.url },
      { effect: "allow", tool: "list_notes", agent: agent.id, server: id, target: server.url },
      { effect: "deny", tool: "block_me", agent: agent.id, server: id, target: null },
    ]);
    for (let i = 0; i < 200; i++) {
      const reply = await send(toolCall({ i }, i, i % 2 === 0 ? "search" : "list_notes"));
      expect(reply.status).toBe(200);
    }
    expect((await send(toolCall({}, 1, "block_me"))).code).toBe("policy_denied");
    expect(await openQuestions(house)).toEqual([]);
    const gone = send(toolCall({}, 2, "delete_note"));
    await answer(house, await asked(house, "call"), { type: "deny" });
    expect((await gone).code).toBe("call_refused");
    // Another agent is offered the list at once: the person lets the server be reached in this way already.
    const other = await house.agent("Second");
    const second = send(INITIALIZE, other.credential);
    const again = await asked(house, "consent");
    if (again.matter.kind !== "consent") throw new Error("not a consent");
    expect(again.matter.offer.tools).toHaveLength(TOOLS.length);
    await answer(house, again, { type: "deny" });
    await second;
  }, 60_000);

  it("says why the tools cannot be had, and can be answered all the same", async () => {
    const { house, server, send } = await begin((_, response) => {
      response.statusCode = 500;
      response.end();
    });
    const first = send(INITIALIZE);
    const question = await asked(house, "consent");
    const shown = await asking(house, "questions.show", { id: question.id });
    if (!shown.ok) throw new Error("not shown");
    const { nonce } = shown.value;
    const found = await asking(house, "questions.lookUp", { id: question.id, nonce });
    expect(found).toMatchObject({ ok: false, error: { code: "upstream_error" } });
    expect(server.seen.length).toBeGreaterThan(0);
    await answer(house, question, { type: "deny" });
    expect((await first).code).toBe("consent_refused");
  }, 30_000);
});
