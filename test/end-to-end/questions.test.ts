// Calls that the person is asked about, through the real front door.
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, openHouse, toolCall, upstream } from "../support/house.ts";
import { answer, asked, asking } from "../support/asking.ts";
import { until } from "../support/processes.ts";

const once: Verdict = { type: "allow", lifetime: "once", scope: "arguments" };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin() {
  const house = await openHouse({ asks: true });
  closers.push(() => house.close());
  const server = await upstream(echoServer);
  closers.push(server.close);
  await house.addServer(server.url);
  const agent = await house.agent("Claude Code");
  const send = (body: string) =>
    ask(house.door, "/mcp/crm", {
      headers: { authorization: `Bearer ${agent.credential}` },
      body,
    });
  return { house, server, agent, send };
}

/** As the page that asks does it. */

describe("a call that no rule decides", () => {
  it("waits for the person, and is sent after a yes: the bytes shown are the bytes sent, and their hash is in the journal", async () => {
    const { house, server, send } = await begin();
    const args = { query: "Jane Doe", n: 1.5 };
    const reply = send(toolCall(args, 7));
    const question = await asked(house);
    expect(server.seen, "nothing left before the answer").toHaveLength(0);
    expect(question.matter).toMatchObject({
      kind: "call",
      subject: { tool: "echo", destructive: false, argumentsText: JSON.stringify(args) },
      rules: ["built-in/nothing-said"],
    });
    expect(await answer(house, question, once, 1500)).toMatchObject({ ok: true });
    const { status, body } = await reply;
    expect(status).toBe(200);
    expect(body).toContain("Jane Doe");
    const [row] = await house.calls();
    if (question.matter.kind !== "call") throw new Error("not a call");
    expect(row).toMatchObject({
      outcome: "ok",
      decision: "allow",
      rules: ["built-in/nothing-said"],
      permit: {
        question: question.id,
        argumentsHash: question.matter.subject.argumentsHash,
        lifetime: "once",
        grant: null,
      },
    });
    expect(row?.permit?.waitedMs).toBeGreaterThan(400);
    expect(row?.doorMs, "the person's time is not the door's").toBeLessThan(1000);
  });

  it("is denied by a no, in words for the agent, with a row, and never sent", async () => {
    const { house, server, send } = await begin();
    const reply = send(toolCall());
    expect(await answer(house, await asked(house), { type: "deny" }, 0)).toMatchObject({
      ok: true,
    });
    const { code, body } = await reply;
    expect(code).toBe("call_refused");
    expect(body).toContain("said no");
    expect(server.seen).toHaveLength(0);
    const [row] = await house.calls();
    expect(row).toMatchObject({ outcome: "denied", decision: "deny", code: "call_refused" });
  });

  it("is asked about by the curl door, too", async () => {
    const { house, agent } = await begin();
    const reply = ask(house.door, "/tools/crm/echo/invoke", {
      headers: { authorization: `Bearer ${agent.credential}` },
      body: `{"a":1}`,
    });
    expect(await answer(house, await asked(house), once)).toMatchObject({ ok: true });
    expect((await reply).status).toBe(200);
  });

  it("a yes for a while is not asked again for the same bytes, and is for others", async () => {
    const { house, send } = await begin();
    const first = send(toolCall({ a: 1 }));
    const verdict: Verdict = { type: "allow", lifetime: "5-minutes", scope: "arguments" };
    await answer(house, await asked(house), verdict);
    expect((await first).status).toBe(200);
    expect((await send(toolCall({ a: 1 }, 2))).status).toBe(200);
    const [row] = await house.calls();
    const [grant] = await house.call("grants.list", {});
    expect(grant).toMatchObject({ tool: "echo", uses: 1 });
    expect(row?.permit).toMatchObject({ grant: grant?.id, question: null });
    const other = send(toolCall({ a: 2 }, 3));
    await answer(house, await asked(house), { type: "deny" }, 0);
    expect((await other).code).toBe("call_refused");
    await house.call("grants.revoke", { id: grant?.id ?? "" });
    const again = send(toolCall({ a: 1 }, 4));
    await answer(house, await asked(house), { type: "deny" }, 0);
    expect((await again).code).toBe("call_refused");
  });

  it("a yes for good is a rule, bound to the server's address; it can be removed", async () => {
    const { house, send } = await begin();
    const first = send(toolCall({ a: 1 }));
    await answer(
      house,
      await asked(house),
      { type: "allow", lifetime: "always", scope: "tool" },
      3050,
    );
    expect((await first).status).toBe(200);
    expect((await send(toolCall({ a: 2 }, 2))).status).toBe(200);
    const rule = (await house.call("rules.list", {})).find(({ tool }) => tool === "echo");
    expect(rule).toMatchObject({ effect: "allow", tool: "echo" });
    expect(rule?.target).toMatch(/^http:\/\/127\.0\.0\.1:/);
    await house.call("rules.remove", { id: rule?.id ?? "" });
    expect(await house.reply("rules.remove", { id: rule?.id ?? "" })).toMatchObject({
      ok: false,
      error: { code: "rule_unknown" },
    });
    const again = send(toolCall({ a: 3 }, 3));
    await answer(house, await asked(house), { type: "deny" }, 0);
    expect((await again).code).toBe("call_refused");
  }, 20_000);

  it("“I did not ask for this” pauses the agent", async () => {
    const { house, agent, send } = await begin();
    const reply = send(toolCall());
    await answer(house, await asked(house), { type: "deny-and-pause" }, 0);
    expect((await reply).status).not.toBe(200);
    const state = (await house.call("agents.list", {})).find(({ id }) => id === agent.id)?.state;
    expect(state).toBe("paused");
    expect((await send(toolCall())).code).toBe("agent_paused");
  });

  it("is not sent after a yes, where its server was paused, changed or removed meanwhile", async () => {
    const { house, server, send } = await begin();
    const [crm] = await house.call("servers.list", {});
    const id = crm?.id ?? "";
    const paused = send(toolCall({ n: 1 }));
    const first = await asked(house);
    await house.call("servers.setState", { id, state: "paused" });
    await answer(house, first, once);
    expect((await paused).code).toBe("call_denied");
    await house.call("servers.setState", { id, state: "active" });
    const removed = send(toolCall({ n: 2 }));
    const second = await asked(house);
    await house.call("servers.remove", { id });
    await answer(house, second, once);
    expect((await removed).code).toBe("call_denied");
    expect(server.seen).toHaveLength(0);
  });

  it("its question goes when the agent hangs up", async () => {
    const { house, agent } = await begin();
    const gone = new AbortController();
    const reply = fetch(`${house.door}/mcp/crm`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${agent.credential}`,
        "content-type": "application/json",
      },
      body: toolCall(),
      signal: gone.signal,
    }).catch(() => null);
    const question = await asked(house);
    gone.abort();
    await reply;
    await until(
      async () => (await house.call("questions.waiting", {})).questions === 0,
      2000,
      "no question",
    );
    expect(await asking(house, "questions.show", { id: question.id })).toMatchObject({
      ok: false,
      error: { code: "question_closed" },
    });
    expect(await house.row("agent_hung_up")).toMatchObject({ outcome: "aborted", tool: "echo" });
  });

  it("is denied when Countersign is locked or closes, and nothing was sent (R25)", async () => {
    const { house, server, send } = await begin();
    const locked = send(toolCall());
    await asked(house);
    house.countersign.lockPerson();
    expect((await locked).code).toBe("question_withdrawn");
    const many = Array.from({ length: 20 }, (_, i) => send(toolCall({ i }, i)));
    await until(
      async () => (await house.call("questions.waiting", {})).questions === 20,
      4000,
      "twenty questions",
    );
    expect((await send(toolCall({ i: 21 }, 21))).code).toBe("questions_full");
    await house.countersign.close();
    for (const one of many) {
      const reply = await one.catch(() => null);
      expect(reply?.code).toBe("question_withdrawn");
    }
    expect(server.seen).toHaveLength(0);
  }, 20_000);
});

describe("only the surface that asks can answer (threats 52, 53)", () => {
  it.each([
    "questions.list",
    "questions.show",
    "questions.hold",
    "questions.revise",
    "questions.answer",
  ] as const)("%s is refused to the app and to the command line", async (method) => {
    const { house } = await begin();
    for (const surface of ["app", "cli"] as const) {
      const reply = await house.countersign.desk.call(surface, method, {});
      expect(reply).toMatchObject({ ok: false, error: { code: "surface_refused" } });
    }
  });

  it("and it can do nothing else", async () => {
    const { house } = await begin();
    for (const method of ["calls.search", "servers.list", "rules.list", "vault.lock", "app.link"]) {
      const reply = await house.countersign.desk.call("approval", method, {});
      expect(reply).toMatchObject({ ok: false, error: { code: "surface_refused" } });
    }
  });

  it("a rule that allows stands only after a yes there; one that denies stands at once", async () => {
    const { house, send } = await begin();
    const adding = house.reply("rules.add", { effect: "allow", tool: "echo" });
    const question = await asked(house);
    expect(question.matter).toMatchObject({ kind: "rule", items: [{ rule: { tool: "echo" } }] });
    const standing = (await house.call("rules.list", {})).filter(({ tool }) => tool === "echo");
    expect(standing).toEqual([]);
    const yes: Verdict = { type: "allow", lifetime: "always", scope: "tool" };
    expect(await answer(house, question, yes, 600)).toMatchObject({
      ok: false,
      error: { code: "verdict_too_early" },
    });
    await answer(house, question, yes, 3050);
    expect(await adding).toMatchObject({ ok: true });
    expect((await send(toolCall())).status).toBe(200);
    await house.call("rules.add", { effect: "deny", tool: "ec*" });
    expect((await send(toolCall({}, 2))).code).toBe("policy_denied");
    const refused = house.reply("rules.add", { effect: "allow" });
    await answer(house, await asked(house), { type: "deny" }, 0);
    expect(await refused).toMatchObject({ ok: false, error: { code: "call_refused" } });
  }, 20_000);
});

it("a session of 200 ordinary calls with six tools asks six times", async () => {
  const { house, send } = await begin();
  let questions = 0;
  const verdict: Verdict = { type: "allow", lifetime: "1-hour", scope: "tool" };
  for (let i = 0; i < 200; i++) {
    const reply = send(toolCall({ i }, i, `tool_${i % 6}`));
    const first = await Promise.race([
      reply.then(() => "sent"),
      new Promise((resolve) => setTimeout(() => resolve("waits"), i < 6 ? 40 : 5000)),
    ]);
    if (first === "waits") {
      questions++;
      await answer(house, await asked(house), verdict);
    }
    expect((await reply).status).toBe(200);
  }
  expect(questions).toBe(6);
}, 60_000);
