// A policy of the person's own through the front door: in force only after a yes, and never replaced in silence.
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Question, Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, type House, openHouse, upstream } from "../support/house.ts";
import { answer as answered, asked } from "../support/asking.ts";
import { temporaryFolder } from "../support/processes.ts";

const ARTICLE = path.resolve(import.meta.dirname, "../host/policy/fixtures/article.wasm");
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function answer(house: House, verdict: Verdict): Promise<Question> {
  const question = await asked(house);
  const reply = await answered(house, question, verdict);
  if (!reply.ok) throw new Error(reply.error.code);
  return question;
}
const yes: Verdict = { type: "allow", lifetime: "always", scope: "tool" };

it("is asked about with its hash and what it would have meant; decides after a yes; changed on disk, it denies everything", async () => {
  const folder = temporaryFolder();
  closers.push(() => folder.remove());
  const server = await upstream(echoServer);
  closers.push(server.close);
  let house = await openHouse({ dataFolder: folder.path });
  await house.addServer(server.url);
  const { credential } = await house.agent();
  const send = async (tool: string) => {
    const reply = await ask(house.door, `/tools/crm/${tool}/invoke`, {
      headers: { authorization: `Bearer ${credential}` },
      body: "{}",
    });
    return reply.code ?? reply.status;
  };
  await send("search");
  const wish = {
    name: "article",
    mode: "join",
    source: {
      type: "file",
      origin: "article.wasm",
      base64: fs.readFileSync(ARTICLE).toString("base64"),
    },
  } as const;

  const refused = house.reply("policy.install", wish);
  expect((await answer(house, { type: "deny" })).matter).toMatchObject({
    kind: "policy",
    change: "install",
    policy: { name: "article", mode: "join", rego: null, source: { origin: "article.wasm" } },
    rehearsal: { calls: 1, deny: 0 },
  });
  expect(await refused).toMatchObject({ ok: false, error: { code: "call_refused" } });
  expect(fs.readdirSync(path.join(folder.path, "policies")), "nothing stays of it").toEqual([]);

  const before = (await house.call("policy.inForce", {})).hash;
  const installing = house.reply("policy.install", wish);
  await answer(house, yes);
  expect(await installing).toMatchObject({ ok: true });
  const now = await house.call("policy.inForce", {});
  expect(now).toMatchObject({ own: [{ name: "article" }], trouble: null });
  expect(now.hash).not.toBe(before);
  expect(await send("delete-user")).toBe("policy_denied");
  const [row] = await house.calls();
  expect(row).toMatchObject({ rules: ["article/deny"], permit: { policy: now.hash } });
  expect(await house.reply("policy.install", wish)).toMatchObject({
    ok: false,
    error: { code: "name_taken" },
  });
  await house.close();

  const [file] = fs.readdirSync(path.join(folder.path, "policies"));
  fs.appendFileSync(path.join(folder.path, "policies", file ?? ""), " ");
  house = await openHouse({ dataFolder: folder.path });
  closers.push(() => house.close());
  expect(await send("search")).toBe("policy_failed");
  const broken = await house.call("policy.inForce", {});
  expect(broken).toMatchObject({ hash: "", trouble: { code: "policy_broken" } });
  const { troubles } = await house.call("app.status", {});
  expect(troubles.map(({ code }) => code)).toContain("policy_broken");
  const policyOf = async () =>
    (await house.call("doctor.run", {})).findings.find(({ id }) => id === "policy");
  expect(await policyOf()).toMatchObject({
    state: "problem",
    note: expect.stringContaining("“article” cannot be used: its file was changed"),
    remedy: expect.stringContaining("Remove it under Policy"),
  });

  const removing = house.reply("policy.remove", { id: broken.own[0]?.id ?? "" });
  await answer(house, yes);
  expect(await removing).toMatchObject({ ok: true });
  expect(await send("search")).toBe(200);
  expect(await policyOf()).toMatchObject({ state: "ok", remedy: null });
  expect(await house.reply("policy.remove", { id: "pol_0000000000" })).toMatchObject({
    ok: false,
    error: { code: "policy_unknown" },
  });
}, 40_000);

it("an OPA server is taken over https or on this machine only, and its token is shown to nobody", async () => {
  const house = await openHouse();
  closers.push(() => house.close());
  const install = (url: string) =>
    house.reply("policy.install", {
      name: "company",
      mode: "replace",
      source: { type: "server", url, token: "t0ken-of-the-server" },
    });
  for (const url of [
    "http://opa.example/v1/data/x",
    "https://user:pw@opa.example/v1/data/x",
    "https://opa.example/v1/policies/x",
    "https://opa.example/v1/data/x?pretty",
  ]) {
    expect(await install(url), url).toMatchObject({
      ok: false,
      error: { code: "policy_file_invalid" },
    });
  }
  const installing = install("https://opa.example/v1/data/countersign/decision");
  const { matter } = await answer(house, { type: "deny" });
  // Past calls were sent to nobody.
  expect(matter).toMatchObject({ kind: "policy", rehearsal: null });
  expect(JSON.stringify(matter)).not.toContain("t0ken");
  expect(await installing).toMatchObject({ ok: false });
  expect(house.logged.join("\n")).not.toContain("t0ken");
});

it("what an OPA server calls its decision stands with the call, to be found in both logs", async () => {
  const house = await openHouse();
  closers.push(() => house.close());
  let asked = 0;
  const opa = await upstream((_request, response) => {
    asked++;
    response.end(
      JSON.stringify({
        decision_id: `decision-${asked}`,
        provenance: { bundles: { authz: { revision: "r42" } } },
        result: { allow: ["r1"] },
      }),
    );
  });
  closers.push(opa.close);
  const server = await upstream(echoServer);
  closers.push(server.close);
  await house.addServer(server.url);
  const { credential } = await house.agent();
  const url = `http://127.0.0.1:${opa.port}/v1/data/countersign/decision`;
  const installing = house.reply("policy.install", {
    name: "company",
    mode: "replace",
    source: { type: "server", url },
  });
  await answer(house, yes);
  expect(await installing).toMatchObject({ ok: true });
  const reply = await ask(house.door, "/tools/crm/search/invoke", {
    headers: { authorization: `Bearer ${credential}` },
    body: "{}",
  });
  expect(reply.status).toBe(200);
  const [row] = await house.calls();
  const decisions = [{ policy: "company", decisionId: `decision-${asked}`, revision: "authz=r42" }];
  expect(row?.permit).toMatchObject({ decisions });
  expect(await house.call("calls.get", { id: row?.id ?? "" })).toMatchObject({
    rules: ["company/r1"],
    permit: { decisions },
  });
}, 20_000);
