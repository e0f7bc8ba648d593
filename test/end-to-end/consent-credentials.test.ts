// What stands behind a server before the person agreed that an agent may use it: no token is asked for, no program is
// started, nobody is signed in (threats 20, 35).
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { answer, asked, openQuestions } from "../support/asking.ts";
import { INITIALIZE, LIST, meeting, once, YES } from "../support/meeting.ts";
import { until } from "../support/processes.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const begin = (behaviour = echoServer) => meeting(closers, behaviour);

describe("before the person agreed", () => {
  it("no token is asked for with Countersign's own registration (canary issuer, threat 20)", async () => {
    const { house, agent } = await begin();
    const canary = await upstream((_, response) => {
      response.statusCode = 404;
      response.end();
    });
    const behind = await upstream(echoServer);
    closers.push(canary.close, behind.close);
    const origin = new URL(canary.url).origin;
    const { id: issuer } = await house.call("issuers.add", {
      name: "canary",
      issuer: origin,
      clientId: "countersign",
      auth: { method: "client_secret_basic", secret: "of the registration" },
      allowPlainHttpOnLoopback: true,
      trustPem: null,
    });
    await house.call("servers.add", {
      kind: "http",
      name: "guarded",
      url: behind.url,
      auth: {
        type: "client-credentials",
        issuer,
        scopes: ["read"],
        resource: behind.url,
        audience: null,
      },
      allowPlainHttpOnLoopback: true,
    });
    const headers = { authorization: `Bearer ${agent.credential}` };
    const sent = [INITIALIZE, LIST, toolCall()].map((body) =>
      ask(house.door, "/mcp/guarded", { headers, body }),
    );
    const question = await asked(house, "consent");
    if (question.matter.kind !== "consent") throw new Error("not a consent");
    expect(question.matter.offer.terms).toMatchObject({
      issuer: origin,
      clientId: "countersign",
      scopes: ["read"],
      audience: behind.url,
    });
    await until(
      async () => (await openQuestions(house))[0]?.waiting === 3,
      4000,
      "three that wait",
    );
    expect([canary.seen.length, behind.seen.length]).toEqual([0, 0]);
    await answer(house, question, { type: "deny" });
    for (const one of sent) expect((await one).code).toBe("consent_refused");
    expect([canary.seen.length, behind.seen.length]).toEqual([0, 0]);
    // The canary sings once the person agreed: the counting can fail.
    await house.call("questions.resume", { agent: agent.id });
    const again = ask(house.door, "/mcp/guarded", { headers, body: INITIALIZE });
    await answer(house, await asked(house, "consent"), YES);
    await again;
    expect(canary.seen.length).toBeGreaterThan(0);
  }, 30_000);

  it("no program is started (threat 35)", async () => {
    const { house, agent } = await begin();
    const marker = path.join(house.folder, "started");
    const script = `require("fs").writeFileSync(${JSON.stringify(marker)}, "yes")`;
    await house.call("servers.add", {
      kind: "stdio",
      name: "hostile",
      command: process.execPath,
      args: ["-e", script],
    });
    const headers = { authorization: `Bearer ${agent.credential}` };
    const first = ask(house.door, "/mcp/hostile", { headers, body: INITIALIZE });
    const question = await asked(house, "consent");
    if (question.matter.kind !== "consent") throw new Error("not a consent");
    expect(question.matter.offer.server.target).toContain("writeFileSync");
    expect(fs.existsSync(marker)).toBe(false);
    await answer(house, question, { type: "deny" });
    expect((await first).code).toBe("consent_refused");
    expect(fs.existsSync(marker)).toBe(false);
    await house.call("questions.resume", { agent: agent.id });
    const again = ask(house.door, "/mcp/hostile", { headers, body: INITIALIZE });
    await answer(house, await asked(house, "consent"), YES);
    await again;
    expect(fs.existsSync(marker), "it is started after a yes").toBe(true);
  }, 30_000);
});

describe("an account that is not signed in", () => {
  it("is asked about once; the agent is told at once, and a yes begins the sign-in of that account", async () => {
    const { house, agent } = await begin();
    const behind = await upstream(echoServer);
    closers.push(behind.close);
    const issuer = await upstream((request, response) => {
      const origin = `http://${request.headers.host}`;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          response_types_supported: ["code"],
          code_challenge_methods_supported: ["S256"],
        }),
      );
    });
    closers.push(issuer.close);
    const { origin } = new URL(issuer.url);
    const registration = await house.call("issuers.add", {
      name: "home",
      issuer: origin,
      clientId: "countersign",
      auth: { method: "none" },
      allowPlainHttpOnLoopback: true,
      trustPem: null,
    });
    await house.call("servers.add", {
      kind: "http",
      name: "mail",
      url: behind.url,
      auth: {
        type: "account",
        issuer: registration.id,
        scopes: ["mail.read"],
        resource: behind.url,
        audience: null,
        account: null,
      },
      allowPlainHttpOnLoopback: true,
    });
    const headers = { authorization: `Bearer ${agent.credential}` };
    const knock = () => ask(house.door, "/mcp/mail", { headers, body: INITIALIZE });
    const replies = await Promise.all([knock(), knock(), knock()]);
    for (const reply of replies) expect(reply.code).toBe("sign_in_needed");
    expect([issuer.seen.length, behind.seen.length]).toEqual([0, 0]);
    const question = await asked(house, "sign-in");
    expect(await openQuestions(house)).toHaveLength(1);
    expect(question.matter).toMatchObject({
      agent: { name: "Claude Code" },
      server: { name: "mail" },
      wish: { issuer: origin, account: null, scopes: ["mail.read"], resource: behind.url },
    });
    const done = await answer(house, question, once);
    if (!done.ok || !("url" in done.value)) throw new Error(`not begun: ${JSON.stringify(done)}`);
    expect(done.value.url).toContain(`${origin}/authorize?`);
    // A no is remembered for a while, and the agent is told the same.
    await knock();
    await answer(house, await asked(house, "sign-in"), { type: "deny" });
    expect((await knock()).code).toBe("sign_in_needed");
    expect(await openQuestions(house)).toEqual([]);
    expect(behind.seen).toHaveLength(0);
  }, 30_000);
});
