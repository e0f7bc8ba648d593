// Rego from the text to the decision: checked, tried on past calls, in force after a yes, and exchanged by a newer text.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { answer, asked } from "../support/asking.ts";
import { ask, echoServer, type House, openHouse, upstream } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";

const opa = spawnSync("opa", ["version"]).status === 0;
const WITHOUT = opa ? "" : " (skipped: there is no opa on this machine)";
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const yes: Verdict = { type: "allow", lifetime: "always", scope: "tool" };
const rego = (tool: string): string =>
  `package house\n\ndeny contains "no-${tool}" if input.tool.name == "${tool}"\n`;
const file = (text: string) =>
  ({
    type: "file",
    origin: "house.rego",
    base64: Buffer.from(text).toString("base64"),
  }) as const;

async function rehearsed(house: House, text: string, replaces?: string) {
  const change = { type: "install-policy", mode: "join", rego: text } as const;
  const more = replaces === undefined ? {} : { replaces };
  const { id } = await house.call("policy.rehearse", { change: { ...change, ...more } });
  await expect
    .poll(async () => (await house.call("policy.rehearsal", { id })).state, { timeout: 10_000 })
    .not.toBe("running");
  return house.call("policy.rehearsal", { id });
}

it.skipIf(!opa)(
  `is checked and tried without anything being kept; a newer text takes the older one's place after one yes${WITHOUT}`,
  async () => {
    const folder = temporaryFolder();
    closers.push(() => folder.remove());
    const server = await upstream(echoServer);
    closers.push(server.close);
    const house = await openHouse({ dataFolder: folder.path });
    closers.push(() => house.close());
    await house.addServer(server.url);
    const { credential } = await house.agent();
    const send = async (tool: string) => {
      const reply = await ask(house.door, `/tools/crm/${tool}/invoke`, {
        headers: { authorization: `Bearer ${credential}` },
        body: "{}",
      });
      return reply.code ?? reply.status;
    };
    expect(await send("search")).toBe(200);

    const faulty = await house.call("policy.check", { rego: "package a\nallow if foo(1)\n" });
    expect(faulty).toEqual({
      compiler: "ready",
      faults: [{ row: 2, column: 10, message: "undefined function foo" }],
    });
    const tried = await rehearsed(house, rego("search"));
    expect(tried).toMatchObject({ state: "done", counts: { calls: 1, deny: 1 } });
    expect(await rehearsed(house, "package a\nallow if {")).toMatchObject({
      state: "failed",
      complaint: { code: "policy_source_invalid" },
    });
    expect(fs.existsSync(path.join(folder.path, "policies")), "nothing is kept").toBe(false);
    expect((await house.call("policy.inForce", {})).own).toEqual([]);

    const wish = { name: "house", mode: "join" } as const;
    const installing = house.call("policy.install", { ...wish, source: file(rego("search")) });
    await answer(house, await asked(house), yes);
    const old = await installing;
    expect(await send("search")).toBe("policy_denied");

    // With the old one still counted, both would speak: the rehearsal is of what would stand.
    const next = rego("delete-user");
    expect((await rehearsed(house, next, old.id)).counts).toMatchObject({ deny: 0 });
    expect(
      await house.reply("policy.install", {
        ...wish,
        source: file(next),
        replaces: "pol_000000000",
      }),
    ).toMatchObject({ ok: false, error: { code: "policy_unknown" } });
    const refused = house.reply("policy.install", {
      ...wish,
      source: file(next),
      replaces: old.id,
    });
    const question = await asked(house);
    expect(question.matter).toMatchObject({ kind: "policy", change: "install", replaces: "house" });
    await answer(house, question, { type: "deny" });
    expect(await refused).toMatchObject({ ok: false, error: { code: "call_refused" } });
    expect(await send("search"), "a no leaves the old one in force").toBe("policy_denied");

    const changing = house.call("policy.install", {
      ...wish,
      source: file(next),
      replaces: old.id,
    });
    await answer(house, await asked(house), yes);
    const now = await changing;
    const { own } = await house.call("policy.inForce", {});
    expect(own.map(({ id, rego: text }) => [id, text])).toEqual([[now.id, next]]);
    expect(fs.readdirSync(path.join(folder.path, "policies"))).toHaveLength(1);
    expect(await send("search")).toBe(200);
    expect(await send("delete-user")).toBe("policy_denied");
  },
);
