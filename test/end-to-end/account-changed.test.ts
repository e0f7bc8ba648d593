// A sign-in that was to renew an account and came back as somebody else, with the lab's real issuer and two of its people:
// the person is asked, and nothing is changed unless they agree.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SignInState } from "../../electron/contract.ts";
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { answer, asked, asking, openQuestions } from "../support/asking.ts";
import { openPracticeHouse, type PracticeHouse } from "../support/practice-house.ts";
import { INITIALIZE, YES } from "../support/meeting.ts";
import { until } from "../support/processes.ts";

const NO: Verdict = { type: "deny" };
let practice: PracticeHouse;
let behind: Awaited<ReturnType<typeof upstream>>;
let agent: { id: string; credential: string };
let account: string;

beforeAll(async () => {
  practice = await openPracticeHouse({ consents: true });
  behind = await upstream(echoServer);
  const { house, issuer, lab } = practice;
  await practice.signIn(issuer, "ada");
  account = (await house.call("accounts.list", {}))[0]?.id ?? "";
  await house.call("servers.add", {
    kind: "http",
    name: "mail",
    url: behind.url,
    auth: {
      type: "account",
      issuer,
      scopes: ["mail:read"],
      resource: `${lab.issuer.url}/account`,
      audience: null,
      account,
    },
    allowPlainHttpOnLoopback: true,
  });
  agent = await house.agent("Claude Code");
}, 60_000);
afterAll(async () => {
  await practice?.close();
  await behind?.close();
});
afterEach(async () => {
  for (const open of await openQuestions(practice.house)) await answer(practice.house, open, NO);
});

const send = (body: string) =>
  ask(practice.house.door, "/mcp/mail", {
    headers: { authorization: `Bearer ${agent.credential}` },
    body,
  });
const subOf = async (): Promise<string | null> =>
  (await practice.house.call("accounts.list", {})).find(({ id }) => id === account)?.sub ?? null;

/** Signs this person in to renew the account. @returns the sign-in, and what its browser was told */
async function renew(who: string): Promise<{ flow: string; told: string }> {
  const { house, lab, issuer } = practice;
  const { url, flow } = await house.call("accounts.signIn", {
    issuer,
    scopes: ["openid", "offline_access", "profile", "email", "mail:read"],
    resource: `${lab.issuer.url}/account`,
    account,
  });
  const page = await fetch((await lab.signIn(url, who)) ?? "");
  return { flow, told: await page.text() };
}
async function ending(flow: string): Promise<SignInState> {
  let state: SignInState = { state: "waiting", device: null };
  await until(
    async () => {
      state = await practice.house.call("accounts.signInState", { flow });
      return state.state !== "waiting";
    },
    5000,
    "the end of the sign-in",
  );
  return state;
}
/** The agent uses the server and is let in; its call is allowed for a while. */
async function letIn(): Promise<void> {
  const { house } = practice;
  const first = send(INITIALIZE);
  await answer(house, await asked(house, "consent"), YES);
  expect((await first).status).toBe(200);
  const call = send(toolCall({ a: 1 }));
  const hour = { type: "allow", lifetime: "1-hour", scope: "tool" } as const;
  await answer(house, await asked(house, "call"), hour);
  expect((await call).code).toBeUndefined();
}

describe("a sign-in that comes back as somebody else", { timeout: 40_000 }, () => {
  it("shows both and what hangs on the account; a no changes nothing and gives back what was got", async () => {
    const { house } = practice;
    await letIn();
    const { flow, told } = await renew("grace");
    expect(told, "the browser does not wait").toContain("Countersign asks you");
    const question = await asked(house, "account-changed");
    expect(question.matter).toMatchObject({
      account,
      before: { sub: "ada", issuer: practice.lab.issuer.url },
      now: { sub: "grace", issuer: practice.lab.issuer.url },
      hangs: {
        servers: ["mail"],
        consents: [{ agent: "Claude Code", server: "mail" }],
        grants: [{ agent: "Claude Code", server: "mail", tool: "echo" }],
      },
    });
    expect(question.deadTime).toEqual({ once: 3000, always: 3000 });
    // A yes for a while is not offered, and none counts before three seconds.
    const once = { type: "allow", lifetime: "once", scope: "arguments" } as const;
    expect(await answer(house, question, YES, 0)).toMatchObject({
      error: { code: "verdict_too_early" },
    });
    expect(await answer(house, question, once)).toMatchObject({
      error: { code: "verdict_not_offered" },
    });
    expect(await subOf()).toBe("ada");
    await answer(house, question, NO);
    expect(await ending(flow)).toMatchObject({
      state: "failed",
      complaint: { code: "account_changed" },
    });
    expect(await subOf()).toBe("ada");
    expect(await house.call("grants.list", {})).toHaveLength(1);
    expect((await send(toolCall({ a: 2 }))).code, "what was allowed goes on").toBeUndefined();
    const [out] = await house.call("flows.list", {});
    expect(out?.purpose, "grace's tokens").toBe("sign out at home");
    const given = out?.steps.flatMap(({ rules }) => rules.filter(({ id }) => id === "revoked"));
    expect(
      given?.some(({ ok }) => ok),
      "the issuer took the refresh token back",
    ).toBe(true);
    expect(await house.row("account_changed")).toMatchObject({
      kind: "decision",
      decision: "deny",
      outcome: "denied",
      rules: ["built-in/account-changed"],
      detail: expect.stringContaining("sub grace"),
    });
  });

  it("silence is a no: who looks away is signed in as before", async () => {
    const { house } = practice;
    const { flow } = await renew("grace");
    await asked(house, "account-changed");
    // The lock is the silence that a test need not wait 45 seconds for: it closes each question without an answer.
    house.countersign.lockPerson();
    expect(await ending(flow)).toMatchObject({
      state: "failed",
      complaint: { code: "question_withdrawn" },
    });
    expect(await subOf()).toBe("ada");
  });

  it("a yes puts the other in its place: grants and consents of the one before are over", async () => {
    const { house } = practice;
    // The lock ended what was allowed for a while; the consent stands.
    const call = send(toolCall({ a: 3 }));
    const hour = { type: "allow", lifetime: "1-hour", scope: "tool" } as const;
    await answer(house, await asked(house, "call"), hour);
    expect((await call).code).toBeUndefined();
    const { flow } = await renew("grace");
    expect(await answer(house, await asked(house, "account-changed"), YES)).toMatchObject({
      ok: true,
    });
    expect(await ending(flow)).toEqual({ state: "done", account });
    expect(await subOf()).toBe("grace");
    expect(await house.call("grants.list", {})).toEqual([]);
    expect((await house.call("consents.list", {})).map(({ holds }) => holds)).toEqual([false]);
    const [row] = (await house.calls()).filter(({ kind }) => kind === "decision");
    expect(row).toMatchObject({ decision: "allow", outcome: "ok", method: "accounts/replace" });
    expect(row?.input).toContain('"sub":"grace"');
    // The agent is asked about anew, as grace.
    const again = send(toolCall({ a: 4 }));
    const consent = await asked(house, "consent");
    expect(consent.matter).toMatchObject({
      offer: { account: { sub: "grace" }, before: { changed: ["account"] } },
    });
    await answer(house, consent, NO);
    expect((await again).code).toBe("consent_refused");
    // The same person again is no question.
    const same = await renew("grace");
    expect(await ending(same.flow)).toEqual({ state: "done", account });
  });

  it("no other surface can answer it", async () => {
    const { house } = practice;
    await renew("katherine");
    const { id } = await asked(house, "account-changed");
    const shown = await asking(house, "questions.show", { id });
    const nonce = shown.ok ? shown.value.nonce : "";
    for (const surface of ["app", "cli"] as const) {
      expect(
        await house.countersign.desk.call(surface, "questions.answer", { id, nonce, verdict: YES }),
      ).toMatchObject({ ok: false, error: { code: "surface_refused" } });
    }
    expect(await subOf()).toBe("grace");
  });
});
