// Learning from calls that really came through the front door and were answered by a person, to a rule that stands.
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { answer, asked } from "../support/asking.ts";
import { ask, echoServer, openHouse, upstream } from "../support/house.ts";
import { freePort, temporaryFolder, until } from "../support/processes.ts";
import { ONLY_MET, writeRules } from "../support/rules.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ONCE: Verdict = { type: "allow", lifetime: "once", scope: "arguments" };
const FOR_A_WHILE: Verdict = { type: "allow", lifetime: "5-minutes", scope: "tool" };
const ALWAYS: Verdict = { type: "allow", lifetime: "always", scope: "tool" };

async function begin() {
  const folder = temporaryFolder();
  closers.push(() => folder.remove());
  writeRules(folder.path, ONLY_MET);
  const port = await freePort();
  const server = await upstream(echoServer);
  closers.push(server.close);
  // With `consents` the rules of before are left as they are at the second start.
  const open = () => openHouse({ consents: true, dataFolder: folder.path, port });
  const house = await open();
  await house.addServer(server.url);
  const agent = await house.agent("Claude Code");
  const send = (tool: string, n = 0) =>
    ask(house.door, `/tools/crm/${tool}/invoke`, {
      headers: { authorization: `Bearer ${agent.credential}` },
      body: JSON.stringify({ n }),
    });
  return { house, open, send, folder: folder.path };
}

describe("learning", () => {
  it("proposes what the person keeps saying, over a restart; a rule stands only after a yes", async () => {
    const { house, open, send, folder } = await begin();
    closers.push(() => house.close());
    const answered = async (tool: string, verdict: Verdict, n = 0) => {
      const call = send(tool, n);
      await answer(house, await asked(house, "call"), verdict);
      return (await call).status;
    };
    expect(await house.call("learning.show", {})).toMatchObject({ state: "off", proposals: [] });
    await house.call("learning.start", { ms: 3_600_000 });
    // Once by hand, then for a while: together five calls that the person let through.
    expect(await answered("search", ONCE)).toBe(200);
    expect(await answered("search", FOR_A_WHILE, 1)).toBe(200);
    for (const n of [2, 3, 4]) expect((await send("search", n)).status).toBe(200);
    // Twice no.
    for (const n of [1, 2]) expect(await answered("export", { type: "deny" }, n)).toBe(403);
    // What cannot be taken back is never proposed to be allowed, and two calls are too few.
    expect(await answered("list", ONCE)).toBe(200);
    await house.calls();
    const found = await house.call("learning.show", {});
    expect(found.proposals).toMatchObject([
      {
        effect: "allow",
        agent: { name: "Claude Code" },
        server: { name: "crm" },
        tool: "search",
        why: { calls: 5, yes: 2, granted: 3, no: 0 },
      },
      { effect: "deny", tool: "export", why: { calls: 2, no: 2, yes: 0 } },
    ]);
    const [allow, deny] = found.proposals;
    // Nothing is enforced by it: the denied tool is still asked about.
    const still = send("export", 3);
    await answer(house, await asked(house, "call"), { type: "deny" });
    expect((await still).code).toBe("call_refused");

    // What it would have meant is known before: the five calls need no question any more.
    const { id } = await house.call("policy.rehearse", {
      change: { type: "accept-proposal", id: allow?.id ?? "" },
    });
    let tried = await house.call("policy.rehearsal", { id });
    await until(
      async () => {
        tried = await house.call("policy.rehearsal", { id });
        return tried.state !== "running";
      },
      5000,
      "the rehearsal's end",
    );
    expect(tried.counts).toMatchObject({ allow: 5, deny: 0, ask: 0 });

    // A rule that allows is shown in the window that asks; a no there leaves everything as it was.
    const refused = house.reply("learning.accept", { id: allow?.id ?? "" });
    await answer(house, await asked(house, "rule"), { type: "deny" });
    expect(await refused).toMatchObject({ ok: false, error: { code: "call_refused" } });
    expect(await house.call("rules.list", { tenant: "personal" })).toHaveLength(1);
    await house.close();

    const again = await open();
    closers.push(() => again.close());
    const later = await again.call("learning.show", {});
    expect(later).toMatchObject({ state: "watching", from: found.from });
    expect(later.proposals.map(({ id: one }) => one)).toEqual([allow?.id, deny?.id]);
    expect(fs.statSync(path.join(folder, "learning.json")).mode & 0o777).toBe(0o600);

    const accepting = again.call("learning.accept", { id: allow?.id ?? "" });
    const question = await asked(again, "rule");
    if (question.matter.kind !== "rule") throw new Error("another question");
    expect(question.matter.items).toMatchObject([
      { agent: "Claude Code", server: "crm", rule: { effect: "allow", tool: "search" } },
    ]);
    await answer(again, question, ALWAYS);
    const rule = await accepting;
    expect(rule.target).toMatch(/^http:/);
    // One that denies stands at once, and both are proposed no more.
    await again.call("learning.accept", { id: deny?.id ?? "" });
    expect((await again.call("learning.show", {})).proposals).toEqual([]);
    expect((await send("search", 9)).status).toBe(200);
    expect((await send("export", 9)).code).toBe("policy_denied");
  });

  it("never proposes to allow what cannot be taken back, and forgets what was put aside", async () => {
    const { house, send } = await begin();
    closers.push(() => house.close());
    await house.call("learning.start", { ms: 3_600_000 });
    const call = send("delete_note", 0);
    await answer(house, await asked(house, "call"), { ...FOR_A_WHILE, typed: "delete_note" });
    expect((await call).status).toBe(200);
    for (const n of [1, 2, 3, 4, 5]) expect((await send("delete_note", n)).status).toBe(200);
    for (const n of [1, 2]) {
      const denied = send("export", n);
      await answer(house, await asked(house, "call"), { type: "deny" });
      expect((await denied).status).toBe(403);
    }
    const { proposals, calls } = await house.call("learning.show", {});
    expect(calls).toBe(8);
    expect(proposals.map(({ effect, tool }) => [effect, tool])).toEqual([["deny", "export"]]);
    const id = proposals[0]?.id ?? "";
    expect((await house.call("learning.dismiss", { id })).proposals).toEqual([]);
    expect(await house.reply("learning.accept", { id })).toMatchObject({
      ok: false,
      error: { code: "proposal_unknown" },
    });
    expect(await house.call("learning.stop", {})).toMatchObject({ state: "over" });
    // Only the surfaces of the app: the window that asks has no business with it.
    const reply = await house.countersign.desk.call("approval", "learning.accept", { id });
    expect(reply).toMatchObject({ ok: false, error: { code: "surface_refused" } });
  });
});
