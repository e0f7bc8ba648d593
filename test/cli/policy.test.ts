// `rule`, `grant` and `question` from the command line.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Rule } from "../../electron/core/policy/rules.ts";
import { answer, asked } from "../support/asking.ts";
import { openDesk, type TestDesk } from "./desk.ts";

const ALWAYS = { type: "allow", lifetime: "always", scope: "tool" } as const;
const opa = spawnSync("opa", ["version"]).status === 0;
const WITHOUT = opa ? "" : " (skipped: there is no opa on this machine)";

let desk: TestDesk;
afterEach(() => desk.close());

it("adds a rule that denies at once, lists it by name, and removes it", async () => {
  desk = await openDesk();
  await desk.house.agent("ci");
  const added = await desk.cli([
    "rule",
    "add",
    "deny",
    "--agent",
    "ci",
    "--tool",
    "drop_*",
    "--json",
  ]);
  expect(added.code).toBe(0);
  const { id } = added.json<Rule>();
  const listed = await desk.cli(["rule", "list"]);
  expect(listed.out).toMatch(/deny\s+ci\s+any\s+drop_\*\s+personal/);
  // What it denies may be let through without it: that waits for a yes elsewhere.
  const removing = desk.cli(["rule", "remove", id]);
  await answer(desk.house, await asked(desk.house, "rule"), { type: "deny" });
  expect(await removing).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /Answer in the window of Countersign that asks[^]*said no to the removal/,
    ),
  });
  const yes = desk.cli(["rule", "remove", id]);
  await answer(desk.house, await asked(desk.house, "rule"), ALWAYS);
  expect((await yes).code).toBe(0);
  const again = await desk.cli(["rule", "remove", id]);
  expect([again.code, again.err]).toEqual([66, expect.stringContaining("no such rule")]);
});

it("one that allows waits for an answer elsewhere: the command line says where, and cannot give it", async () => {
  desk = await openDesk();
  const adding = desk.cli(["rule", "add", "allow", "--tool", "search_*"]);
  const { desk: surfaces } = desk.house.countersign;
  let id = "";
  await expect
    .poll(async () => {
      const reply = await surfaces.call("approval", "questions.list", {});
      const [one] = reply.ok ? (reply.value as { id: string }[]) : [];
      id = one?.id ?? "";
      return id;
    })
    .not.toBe("");
  expect((await desk.cli(["question", "open"])).out).toContain("1 question waits.");
  const shown = (await surfaces.call("approval", "questions.show", { id })) as {
    value: { nonce: string };
  };
  const verdict = { type: "deny" };
  const { nonce } = shown.value;
  await surfaces.call("approval", "questions.answer", { id, nonce, verdict });
  const { code, err } = await adding;
  expect(code).toBe(1);
  expect(err).toContain("Answer in the window of Countersign that asks.");
  expect(err).toContain("said no");
});

it("labels a tool at once, lists it with what its name suggests, and says where a label less is answered", async () => {
  desk = await openDesk();
  await desk.house.call("servers.add", {
    kind: "http",
    name: "crm",
    url: "https://crm.example/mcp",
    auth: { type: "none" },
  });
  const set = await desk.cli(["label", "set", "crm", "private", "untrusted", "--tool", "read"]);
  expect([set.code, set.out]).toEqual([0, "Labelled: private untrusted.\n"]);
  const listed = await desk.cli(["label", "list"]);
  expect(listed.out).toMatch(/crm\s+\(all\)\s+-\s+private/);
  expect(listed.out).toMatch(/crm\s+read\s+private untrusted\s+private/);
  expect(await desk.cli(["label", "set", "crm", "secret"])).toMatchObject({ code: 64 });
  const less = desk.cli(["label", "set", "crm", "--tool", "read"]);
  await expect.poll(async () => (await desk.house.call("questions.waiting", {})).questions).toBe(1);
  desk.house.countersign.withdrawQuestions();
  const { code, err } = await less;
  expect(code).not.toBe(0);
  expect(err).toContain("Answer in the window of Countersign that asks.");
  expect((await desk.cli(["label", "list"])).out).toMatch(/read\s+private untrusted/);
});

it("says what is wrong with a rule, and with a permission that has ended", async () => {
  desk = await openDesk();
  expect(await desk.cli(["rule", "add", "maybe"])).toMatchObject({ code: 64 });
  expect(await desk.cli(["rule", "add", "deny", "--tool", "a[b]"])).toMatchObject({ code: 64 });
  expect(await desk.cli(["rule", "add", "deny", "--agent", "nobody"])).toMatchObject({ code: 66 });
  expect((await desk.cli(["grant", "list"])).out).toContain("Nothing is allowed for a while now.");
  expect(await desk.cli(["grant", "revoke", "grt_0000000000"])).toMatchObject({ code: 66 });
});

it("begins, shows and ends learning, and says when a time or a proposal is none", async () => {
  desk = await openDesk();
  expect((await desk.cli(["policy", "learn", "show"])).out).toContain("Nothing is learned now.");
  const begun = await desk.cli(["policy", "learn", "start", "--for", "1d"]);
  expect([begun.code, begun.out]).toEqual([0, expect.stringContaining("Nothing is enforced")]);
  for (const time of ["1m", "61d", "1 day", "d"]) {
    expect(await desk.cli(["policy", "learn", "start", "--for", time])).toMatchObject({ code: 64 });
  }
  const now = (await desk.cli(["policy", "learn", "show", "--json"])).json();
  expect(now).toMatchObject({ state: "watching", calls: 0, proposals: [] });
  const ended = await desk.cli(["policy", "learn", "stop"]);
  expect(ended.out).toMatch(/^Learned from .+: 0 calls\.\nNo rule is proposed\.\n$/);
  for (const what of ["accept", "dismiss"]) {
    const none = await desk.cli(["policy", "learn", what, "prp_000000000000"]);
    expect([none.code, none.err]).toEqual([66, expect.stringContaining("no such proposal")]);
  }
});

it("tries a change on past calls, and writes and reads the rules as a file", async () => {
  desk = await openDesk();
  const tried = await desk.cli(["policy", "rehearse", "--add", "deny", "--tool", "drop_*"]);
  expect([tried.code, tried.out]).toEqual([0, expect.stringMatching(/^Of 0 past calls 0 would/)]);
  const both = await desk.cli(["policy", "rehearse", "--add", "deny", "--remove", "rule_x"]);
  expect([both.code, both.err]).toEqual([64, expect.stringContaining("one of --add")]);
  await desk.cli(["rule", "add", "deny", "--tool", "drop_*"]);
  const folder = path.join(desk.house.folder, "..");
  const file = path.join(folder, `rules-${process.pid}.json`);
  try {
    const written = await desk.cli(["rule", "export", file]);
    expect([written.code, fs.readFileSync(file, "utf8")]).toEqual([
      0,
      expect.stringContaining(`"tool": "drop_*"`),
    ]);
    const twice = await desk.cli(["rule", "export", file]);
    expect(twice.code).toBe(66);
    const read = await desk.cli(["rule", "import", file]);
    expect([read.code, read.out]).toEqual([0, expect.stringContaining("were there already")]);
  } finally {
    fs.rmSync(file, { force: true });
  }
});

it.skipIf(!opa)(`checks a file of Rego, and tries it on past calls${WITHOUT}`, async () => {
  desk = await openDesk();
  const file = path.join(desk.house.folder, "..", `company-${process.pid}.rego`);
  try {
    fs.writeFileSync(file, "package a\nallow if foo(1)\n");
    const wrong = await desk.cli(["policy", "check", file]);
    expect([wrong.code, wrong.out]).toEqual([
      65,
      `${path.basename(file)}:2:10: undefined function foo\n`,
    ]);
    fs.writeFileSync(file, "package a\nallow if true\n");
    const fine = await desk.cli(["policy", "check", file]);
    expect([fine.code, fine.out]).toEqual([0, "It compiles, and has rules that decide.\n"]);
    const tried = await desk.cli(["policy", "rehearse", "--policy", file, "--mode", "replace"]);
    expect([tried.code, tried.out]).toEqual([0, expect.stringMatching(/^Of 0 past calls/)]);
  } finally {
    fs.rmSync(file, { force: true });
  }
});
