// Signing in through the whole program: with a code on another device (RFC 8628), and the guard of accounts.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DeviceCode, SignInState } from "../../electron/contract.ts";
import { redirectPath } from "../../electron/core/oauth/authorization-code.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { type House, openHouse } from "../support/house.ts";
import { digest } from "../support/ports.ts";
import { answer, asked } from "../support/asking.ts";
import { until } from "../support/processes.ts";

let house: House;
let lab: Lab;
let screen: string;

beforeAll(async () => {
  house = await openHouse();
  lab = await startLab({
    log: { info: () => undefined, warn: () => undefined },
    redirects: (issuer) => [`${house.door}${redirectPath(issuer, digest)}`],
  });
  ({ id: screen } = await house.call("issuers.add", {
    name: "screen",
    issuer: lab.issuer.url,
    clientId: lab.issuer.clients.desktop.id,
    auth: { method: "none" },
    allowPlainHttpOnLoopback: true,
  }));
}, 60_000);
afterAll(async () => {
  await house?.close();
  await lab?.stop();
});

const stateOf = (flow: string, at = house) => at.call("accounts.signInState", { flow });
async function ending(flow: string, at = house): Promise<SignInState> {
  let state: SignInState = await stateOf(flow, at);
  await until(
    async () => (state = await stateOf(flow, at)).state !== "waiting",
    20_000,
    "the end of a sign-in",
  );
  return state;
}
const reasonOf = (state: SignInState): unknown =>
  state.state === "failed" ? state.complaint.facts["reason"] : state.state;

describe("with a code on another device (RFC 8628), at the lab's issuer", () => {
  const begin = (account: string | null = null): Promise<DeviceCode> =>
    house.call("accounts.signInDevice", { issuer: screen, scopes: ["openid", "email"], account });

  it("signs in, and X-ray and state show no secret", { timeout: 60_000 }, async () => {
    const code = await begin();
    expect(code.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(await stateOf(code.flow)).toMatchObject({
      state: "waiting",
      device: { userCode: code.userCode, everySeconds: 5, slowed: false, trouble: null },
    });
    await lab.signIn(code.verificationUriComplete ?? "", "ada");
    const state = await ending(code.flow);
    const [account] = await house.call("accounts.list", {});
    expect(state).toEqual({ state: "done", account: account?.id });
    expect(account).toMatchObject({ sub: "ada", state: "signed-in" });
    const flow = await house.call("flows.get", { id: code.flow });
    expect(flow.state).toBe("ok");
    expect(flow.steps.map((step) => step.state)).not.toContain("failed");
    expect(JSON.stringify(flow)).not.toMatch(/eyJ/);
  });

  it(
    "stops a sign-in that lands on another identity, and gives back what it got",
    { timeout: 60_000 },
    async () => {
      const [ada] = await house.call("accounts.list", {});
      const code = await begin(ada?.id ?? "");
      await lab.signIn(code.verificationUriComplete ?? "", "grace");
      const question = await asked(house, "account-changed");
      expect(await stateOf(code.flow)).toEqual({ state: "waiting", device: null, asks: true });
      await answer(house, question, { type: "deny" });
      const state = await ending(code.flow);
      expect(state).toMatchObject({ state: "failed", complaint: { code: "account_changed" } });
      expect(JSON.stringify(state)).toContain("sub grace");
      expect(await house.call("accounts.list", {})).toEqual([ada]);
      const [out] = await house.call("flows.list", {});
      expect(out?.purpose).toBe("sign out at screen");
      expect(await house.row("account_changed")).toMatchObject({
        kind: "decision",
        decision: "deny",
        rules: ["built-in/account-changed"],
      });
    },
  );

  it("cancelled, it is over, and who asks again is told the same", async () => {
    const code = await begin();
    const state = await house.call("accounts.cancelSignIn", { flow: code.flow });
    expect(reasonOf(state)).toBe("it was cancelled here");
    expect((await house.call("flows.get", { id: code.flow })).state).toBe("failed");
    // Twice is no other than once.
    expect(await house.call("accounts.cancelSignIn", { flow: code.flow })).toEqual(state);
    expect(await house.reply("accounts.signInState", { flow: "flow_00000000" })).toMatchObject({
      ok: false,
      error: { code: "flow_unknown" },
    });
  });
});

describe("in the browser", () => {
  it("the account guard stops another identity, and whoever began it is told", async () => {
    const { basic } = lab.issuer.clients;
    const { id: issuer } = await house.call("issuers.add", {
      name: "browser",
      issuer: lab.issuer.url,
      clientId: basic.id,
      auth: { method: "client_secret_basic", secret: basic.secret ?? "" },
      allowPlainHttpOnLoopback: true,
    });
    const begin = async (person: string, account: string | null): Promise<string> => {
      const wish = { scopes: ["openid", "mail:read"], resource: `${lab.issuer.url}/account` };
      const { url, flow } = await house.call("accounts.signIn", { issuer, ...wish, account });
      expect(await stateOf(flow)).toEqual({ state: "waiting", device: null });
      await fetch((await lab.signIn(url, person)) ?? "");
      return flow;
    };
    const signIn = async (person: string, account: string | null) =>
      stateOf(await begin(person, account));
    const first = await signIn("katherine", null);
    if (first.state !== "done") throw new Error("not signed in");
    const other = await begin("grace", first.account);
    await answer(house, await asked(house, "account-changed"), { type: "deny" });
    const second = await ending(other);
    expect(second).toMatchObject({ state: "failed", complaint: { code: "account_changed" } });
    // Her tokens were given back. That a JWT cannot be is a remark, and no failure (RFC 7009 section 2.2.1).
    const [out] = await house.call("flows.list", {});
    expect(out).toMatchObject({ purpose: "sign out at browser", state: "remark" });
    expect(out?.steps.flatMap(({ rules }) => rules.filter(({ ok }) => !ok))).toEqual([]);
    expect((await signIn("katherine", first.account)).state).toBe("done");
    const signedOut = await house.call("accounts.signOut", { id: first.account });
    const why = signedOut.notRevoked.map((one) => one.why);
    expect(why.every((one) => one.includes("cannot take back tokens of this kind"))).toBe(true);
  });

  it("cancelled, the browser that comes back is told that nobody waits", async () => {
    const [issuer] = (await house.call("issuers.list", {})).filter((i) => i.name === "browser");
    const begun = await house.call("accounts.signIn", { issuer: issuer?.id ?? "" });
    await house.call("accounts.cancelSignIn", { flow: begun.flow });
    const page = await fetch((await lab.signIn(begun.url, "ada")) ?? "");
    expect(await page.text()).toContain("Nobody is waiting for this sign-in");
    expect(reasonOf(await stateOf(begun.flow))).toBe("it was cancelled here");
  });
});

/** An issuer whose token endpoint answers as the test says, one answer after the other. */
async function scripted(answers: object[], more: object = {}, held = Promise.resolve()) {
  const asked: number[] = [];
  const revoked: URLSearchParams[] = [];
  const server = http.createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}`;
    const reply = (body: object): void => void response.end(JSON.stringify(body));
    response.setHeader("content-type", "application/json");
    let form = "";
    request.on("data", (chunk: Buffer) => (form += chunk.toString()));
    request.on("end", () => {
      switch (request.url ?? "") {
        case "/device":
          return reply({
            device_code: "dc-7",
            user_code: "WDJB-MJHT",
            verification_uri: `${issuer}/d`,
            expires_in: 300,
            interval: 1,
            ...more,
          });
        case "/revoke":
          revoked.push(new URLSearchParams(form));
          return reply({});
        case "/token": {
          asked.push(Date.now());
          const answer = (answers.length > 1 ? answers.shift() : answers[0]) ?? {};
          response.statusCode = "error" in answer ? 400 : 200;
          return void held.then(() => reply(answer));
        }
        default:
          return reply({
            issuer,
            authorization_endpoint: `${issuer}/auth`,
            token_endpoint: `${issuer}/token`,
            device_authorization_endpoint: `${issuer}/device`,
            revocation_endpoint: `${issuer}/revoke`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ["code"],
          });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, revoked, issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function at(issuer: string, where = house): Promise<DeviceCode> {
  const { id } = await where.call("issuers.add", {
    name: `scripted-${new URL(issuer).port}`,
    issuer,
    clientId: "app",
    auth: { method: "none" },
    allowPlainHttpOnLoopback: true,
  });
  return where.call("accounts.signInDevice", { issuer: id });
}
const PENDING = { error: "authorization_pending" };

describe("what an issuer answers while a code is typed", () => {
  it("slow_down is shown, and heeded", { timeout: 30_000 }, async () => {
    const { asked, issuer } = await scripted([{ error: "slow_down" }, PENDING]);
    const code = await at(issuer);
    await until(() => asked.length === 1, 5000, "the first question");
    await until(
      async () => {
        const state = await stateOf(code.flow);
        return state.state === "waiting" && state.device?.slowed === true;
      },
      2000,
      "slower",
    );
    expect(await stateOf(code.flow)).toMatchObject({ device: { everySeconds: 6 } });
    await until(() => asked.length === 2, 10_000, "the second question");
    expect(asked[1]! - asked[0]!).toBeGreaterThan(5900);
    expect(await stateOf(code.flow)).toMatchObject({ device: { slowed: true, everySeconds: 6 } });
    await house.call("accounts.cancelSignIn", { flow: code.flow });
  });

  it.each([
    ["access_denied", "it was declined"],
    ["expired_token", "the code has expired"],
  ])("%s ends it in words", async (error, reason) => {
    const { asked, issuer } = await scripted([{ error }]);
    const state = await ending((await at(issuer)).flow);
    expect(reasonOf(state)).toBe(reason);
    expect(state).toMatchObject({ complaint: { code: "sign_in_failed" } });
    expect(asked).toHaveLength(1);
  });

  it("a code that expires here is over without another question", async () => {
    const { asked, issuer } = await scripted([PENDING], { expires_in: 2 });
    expect(reasonOf(await ending((await at(issuer)).flow))).toBe("the code has expired");
    const before = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(asked.length).toBe(before);
  });

  it("a token that comes after the cancel is given back, and nobody is signed in", async () => {
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const token = { access_token: "at-77", refresh_token: "rt-77", token_type: "Bearer" };
    const { asked, revoked, issuer } = await scripted([token], {}, held);
    const accounts = await house.call("accounts.list", {});
    const code = await at(issuer);
    await until(() => asked.length === 1, 5000, "a question");
    await house.call("accounts.cancelSignIn", { flow: code.flow });
    answer();
    await until(() => revoked.length === 2, 5000, "both tokens given back");
    expect(revoked.map((form) => form.get("token"))).toEqual(["rt-77", "at-77"]);
    expect(await house.call("accounts.list", {})).toEqual(accounts);
    expect(reasonOf(await stateOf(code.flow))).toBe("it was cancelled here");
    expect(JSON.stringify(await house.call("flows.list", {}))).not.toMatch(/[ar]t-77/);
  });

  it.each(["lock", "quit"] as const)("%s ends it, and nothing more is asked", async (how) => {
    const own = await openHouse({ vault: "file" });
    await own.call("vault.choose", { kind: "file", passphrase: "correct horse battery" });
    const { asked, issuer } = await scripted([PENDING]);
    const code = await at(issuer, own);
    await until(() => asked.length > 0, 5000, "a question");
    if (how === "lock") {
      await own.call("vault.lock", {});
      expect(reasonOf(await stateOf(code.flow, own))).toContain("was locked");
    } else await own.close();
    const before = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(asked.length).toBeLessThanOrEqual(before + 1);
    const settled = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(asked.length).toBe(settled);
    if (how === "lock") await own.close();
  });
});
