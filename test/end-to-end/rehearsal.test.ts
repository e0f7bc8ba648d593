// A change of policy tried on calls that really came through the front door.
import { afterEach, describe, expect, it } from "vitest";
import type { InputOf } from "../../electron/contract.ts";
import { ask, echoServer, type House, openHouse, upstream } from "../support/house.ts";
import { answer, asked } from "../support/asking.ts";
import { until } from "../support/processes.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function begin() {
  const house = await openHouse();
  closers.push(() => house.close());
  const server = await upstream(echoServer);
  closers.push(server.close);
  await house.addServer(server.url);
  const agent = await house.agent("Claude Code");
  const send = async (tool: string, args: object = {}) =>
    (
      await ask(house.door, `/tools/crm/${tool}/invoke`, {
        headers: { authorization: `Bearer ${agent.credential}` },
        body: JSON.stringify(args),
      })
    ).status;
  return { house, send, agent };
}

async function rehearse(house: House, change: InputOf<"policy.rehearse">["change"]) {
  const { id } = await house.call("policy.rehearse", { change });
  let now = await house.call("policy.rehearsal", { id });
  await until(
    async () => {
      now = await house.call("policy.rehearsal", { id });
      return now.state !== "running";
    },
    5000,
    "the rehearsal's end",
  );
  expect(now.state).toBe("done");
  return now;
}

describe("a rehearsal over the journal", () => {
  it("says of each past call what the same rule said when it was in force", async () => {
    const { house, send } = await begin();
    const denial = { effect: "deny", tool: "drop_*" } as const;
    const rule = await house.call("rules.add", denial);
    const tools = ["search", "drop_table", "list", "drop_all", "drop_it", "x"];
    for (const tool of tools) await send(tool, { n: 1 });
    const live = await house.calls();
    const denied = live.filter(({ code }) => code === "policy_denied").map(({ id }) => id);
    expect(denied).toHaveLength(3);
    const removing = house.call("rules.remove", { id: rule.id });
    const question = await asked(house, "rule");
    expect(question.matter).toMatchObject({ change: "remove", items: [{ rule: { id: rule.id } }] });
    await answer(house, question, { type: "allow", lifetime: "always", scope: "tool" });
    await removing;

    const found = await rehearse(house, { type: "add-rule", ...denial });
    expect(found.changed.map(({ call }) => call).sort()).toEqual([...denied].sort());
    expect(found.counts).toMatchObject({ calls: 6, deny: 3, ask: 0, allow: 0 });
    expect(await house.call("rules.list", {})).not.toContainEqual(
      expect.objectContaining({ effect: "deny" }),
    );
    // What it lists can be looked up.
    const { call } = found.changed[0] ?? { call: "" };
    expect(await house.call("calls.get", { id: call })).toMatchObject({ tool: "drop_it" });
  });

  it("tries the removal of a rule, and a file of rules", async () => {
    const { house, send } = await begin();
    for (const tool of ["search", "list", "x"]) await send(tool);
    const [everything] = await house.call("rules.list", { tenant: "personal" });
    const without = await rehearse(house, { type: "remove-rule", id: everything?.id ?? "" });
    expect(without.counts).toMatchObject({ calls: 3, ask: 3 });
    const { text } = await house.call("rules.export", {});
    const more = JSON.parse(text) as { rules: object[] };
    more.rules.push({ effect: "ask", server: "crm", tool: "?" });
    const file = await rehearse(house, { type: "import-rules", text: JSON.stringify(more) });
    expect(file.counts).toMatchObject({ calls: 3, ask: 1, deny: 0, allow: 0 });
    const reply = await house.reply("policy.rehearse", {
      change: { type: "import-rules", text: "no" },
    });
    expect(reply).toMatchObject({ ok: false, error: { code: "rules_file_invalid" } });
  });

  it("keeps nothing of a call whose name holds a secret, and says so", async () => {
    const { house, send } = await begin();
    const secret = "sk-very-secret-0123456789abcdef";
    await house.call("servers.add", {
      kind: "http",
      name: "keyed",
      url: "http://127.0.0.1:9/mcp",
      auth: { type: "api-key", secret },
      allowPlainHttpOnLoopback: true,
    });
    await send(`tool_${secret}`);
    const [row] = await house.calls();
    expect(JSON.stringify(row)).not.toContain(secret);
    expect(row?.permit?.seen ?? null).toBeNull();
    const found = await rehearse(house, { type: "add-rule", effect: "deny", tool: "*" });
    expect(found.counts).toMatchObject({ calls: 0, unjudged: { unknown: 1 } });
  });

  it("a rules file is added once, and what it allows waits for a yes", async () => {
    const { house } = await begin();
    const text = JSON.stringify({
      countersign: "rules",
      format: 1,
      rules: [
        { effect: "deny", tool: "drop_*" },
        { effect: "ask", server: "crm" },
      ],
    });
    expect(await house.call("rules.import", { text })).toEqual({ added: 2, there: 0 });
    expect(await house.call("rules.import", { text })).toEqual({ added: 0, there: 2 });
    const allows = JSON.stringify({
      countersign: "rules",
      format: 1,
      rules: [
        { effect: "allow", tool: "a_*" },
        { effect: "allow", tool: "b_*" },
        { effect: "deny", tool: "c_*" },
      ],
    });
    const importing = house.reply("rules.import", { text: allows });
    const question = await asked(house, "rule");
    if (question.matter.kind !== "rule") throw new Error("another question");
    // One question lists every rule that allows, and nothing stands before the answer.
    expect(question.matter.items).toHaveLength(2);
    expect(JSON.stringify(await house.call("rules.list", {}))).not.toContain("c_*");
    await answer(house, question, { type: "deny" });
    expect(await importing).toMatchObject({ ok: false, error: { code: "call_refused" } });
    expect(JSON.stringify(await house.call("rules.list", {}))).not.toContain("c_*");
  });
});
