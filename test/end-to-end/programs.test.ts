// Whose program uses an agent's credential: learned at first use, asked about when it changes, refused where it belongs
// to another user. With real programs through the real front door.
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Question, Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";
import { answer as answered, asked } from "../support/asking.ts";
import { until } from "../support/processes.ts";

const run = promisify(execFile);
const CURL = ["/usr/bin/curl", "/bin/curl"].find((file) => fs.existsSync(file));
const usable = process.platform === "linux" && CURL !== undefined;
const second = usable && process.getuid?.() === 0 && fs.existsSync("/usr/bin/setpriv");
const yes: Verdict = { type: "allow", lifetime: "always", scope: "tool" };

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
  const headers = { authorization: `Bearer ${agent.credential}` };
  const send = (body = toolCall()) => ask(house.door, "/mcp/crm", { headers, body });
  /** The same message from another program. @returns status and body */
  const curl = async (body = toolCall(), before: readonly string[] = []) => {
    const words = [
      ...before,
      CURL ?? "curl",
      "-sS",
      ...`-H|authorization: Bearer ${agent.credential}|-H|content-type: application/json`.split(
        "|",
      ),
      "-d",
      body,
      "-w",
      "\n%{http_code}",
      `${house.door}/mcp/crm`,
    ];
    const { stdout } = await run(words[0] as string, words.slice(1));
    const at = stdout.lastIndexOf("\n");
    return { status: Number(stdout.slice(at + 1)), body: stdout.slice(0, at) };
  };
  return { house, server, agent, send, curl };
}

const answer = async (house: House, question: Question, verdict: Verdict): Promise<void> =>
  expect(await answered(house, question, verdict)).toMatchObject({ ok: true });

describe.skipIf(!usable)("an agent's credential in another program (threat 8)", () => {
  it("is learned with the first one, which is named in the journal", async () => {
    const { house, send } = await begin();
    expect((await send()).status).toBe(200);
    expect((await send()).status).toBe(200);
    const [row] = await house.calls();
    const own = fs.realpathSync(process.execPath);
    expect(row?.permit?.program).toEqual({ pid: process.pid, path: own });
    await until(
      () => fs.existsSync(path.join(house.folder, "programs.json")),
      4000,
      "the document",
    );
    const text = fs.readFileSync(path.join(house.folder, "programs.json"), "utf8");
    expect(JSON.parse(text)).toMatchObject({ programs: [{ path: own }] });
  });

  it("can be forgotten again, and is asked about anew; the only one stays", async () => {
    const { house, agent, send, curl } = await begin();
    await send();
    const own = fs.realpathSync(process.execPath);
    const other = fs.realpathSync(CURL ?? "");
    const forget = (path: string | null) =>
      house.reply("agents.forgetProgram", { id: agent.id, path });
    expect(await forget(other)).toMatchObject({ error: { code: "program_unknown" } });
    expect(await forget(own)).toMatchObject({ error: { code: "program_only" } });

    const reply = curl();
    await answer(house, await asked(house), yes);
    expect((await reply).status).toBe(200);
    const paths = async () =>
      (await house.call("agents.list", {})).flatMap(({ programs }) => programs.map((p) => p.path));
    await until(async () => (await paths()).length === 2, 4000, "both in the document");
    expect(await forget(other)).toMatchObject({ ok: true, value: { programs: [{ path: own }] } });
    expect(await paths()).toEqual([own]);
    expect(await forget(own)).toMatchObject({ error: { code: "program_only" } });

    const anew = curl();
    const question = await asked(house);
    expect(question.matter).toMatchObject({ kind: "anomaly", before: [own] });
    await answer(house, question, { type: "deny" });
    expect((await anew).status).toBe(403);
  });

  it("is asked about within a second, before anything is sent; a yes makes it known", async () => {
    const { house, server, send, curl } = await begin();
    await send();
    const sent = server.seen.length;
    const since = performance.now();
    const reply = curl();
    const question = await asked(house);
    expect(performance.now() - since, "the alarm").toBeLessThan(1000);
    expect(question.matter).toMatchObject({
      kind: "anomaly",
      agent: { name: "Claude Code" },
      program: { path: fs.realpathSync(CURL ?? ""), strength: "token", throughShim: false },
      before: [fs.realpathSync(process.execPath)],
    });
    if (question.matter.kind !== "anomaly") throw new Error("another question");
    expect(question.matter.program?.chain.map(({ name }) => name).slice(0, 2)).toEqual([
      "curl",
      "node",
    ]);
    expect(server.seen).toHaveLength(sent);
    await answer(house, question, yes);
    expect((await reply).status).toBe(200);
    expect((await curl()).status, "known from now on").toBe(200);
  }, 20_000);

  it("is denied by a no, also for lists, and a second try does not ask again", async () => {
    const { house, server, send, curl } = await begin();
    await send();
    const sent = server.seen.length;
    const list = curl(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }));
    await answer(house, await asked(house), { type: "deny" });
    expect((await list).status).toBe(403);
    expect((await list).body).toContain("program_refused");
    expect((await curl()).body).toContain("program_refused");
    expect(server.seen).toHaveLength(sent);
    expect((await send()).status, "the agent's own program goes on").toBe(200);
    const row = await house.row("program_refused");
    expect(row).toMatchObject({ outcome: "denied", decision: "deny" });
  }, 20_000);

  it("pauses the agent where the person did not ask for it", async () => {
    const { house, send, curl } = await begin();
    await send();
    const reply = curl();
    await answer(house, await asked(house), { type: "deny-and-pause" });
    expect((await reply).status).not.toBe(200);
    expect((await send()).code).toBe("agent_paused");
  });
});

describe.skipIf(!second)("another user of the machine (threat 6)", () => {
  it("is refused with a valid credential, before the message is read", async () => {
    const { house, server, curl } = await begin();
    const nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const reply = await curl("this is no JSON", nobody);
    expect(reply.status).toBe(403);
    expect(reply.body).toContain("other_user_refused");
    expect(server.seen).toHaveLength(0);
    expect(await house.row("other_user_refused")).toMatchObject({
      agentId: null,
      decision: "deny",
    });
  });
});
